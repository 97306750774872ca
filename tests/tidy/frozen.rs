//! What may be added to but never changed: migrations and test vectors.

use std::{collections::BTreeMap, fmt::Write as _};

use sha2::{Digest as _, Sha256};

use crate::house::{TextFile, assert_none, files, read};

fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

/// Holds files against a list of `digest  path` lines.
fn changed(list: &str, list_path: &str, files: &[TextFile]) -> Vec<String> {
    let mut frozen: BTreeMap<&str, &str> = list
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(hex, path)| (path, hex))
        .collect();
    let mut complaints = Vec::new();
    for TextFile { path, text } in files {
        let hex = digest(text);
        match frozen.remove(path.as_str()) {
            Some(known) if known == hex => {}
            Some(_) => complaints.push(format!("{path} was changed; add a new file")),
            None => complaints.push(format!("add to {list_path}:\n{hex}  {path}")),
        }
    }
    complaints.extend(frozen.keys().map(|path| format!("{path} is gone")));
    complaints
}

/// Migrations are numbered from 1 without gaps.
fn misnumbered(paths: &[&str]) -> Vec<String> {
    let numbered = paths.iter().enumerate().filter(|(index, path)| {
        let name = path.rsplit('/').next().unwrap_or(path);
        !name.starts_with(&format!("{:04}_", index + 1))
    });
    numbered.map(|(index, path)| format!("{path} should be number {:04}", index + 1)).collect()
}

#[test]
fn migrations_are_append_only() {
    let list = "tests/tidy/migrations.txt";
    assert_none(&changed(&read(list), list, &files("migrations", &[".sql"])));
}

#[test]
fn migrations_are_numbered_without_gaps() {
    for dialect in ["sqlite", "postgres"] {
        let files = files(&format!("migrations/{dialect}"), &[".sql"]);
        let paths: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
        assert_none(&misnumbered(&paths));
    }
}

#[test]
fn vectors_are_never_edited() {
    let list = "tests/tidy/vectors.txt";
    let mut vectors = files("tests/wire/published", &[".json"]);
    vectors.extend(files("tests/wire/vectors", &[".json"]));
    assert_none(&changed(&read(list), list, &vectors));
}

mod tests {
    use super::*;

    fn file(text: &str) -> TextFile {
        TextFile { path: String::from("m/0001_a.sql"), text: String::from(text) }
    }

    #[test]
    fn a_changed_a_new_and_a_missing_file_are_found() {
        let list = format!("{}  m/0001_a.sql\n", digest("one"));

        assert!(changed(&list, "list", &[file("one")]).is_empty());
        assert_eq!(
            changed(&list, "list", &[file("two")]),
            ["m/0001_a.sql was changed; add a new file"]
        );
        assert_eq!(changed("", "list", &[file("one")]).len(), 1);
        assert_eq!(changed(&list, "list", &[]), ["m/0001_a.sql is gone"]);
    }

    #[test]
    fn a_gap_and_a_double_number_are_found() {
        assert!(misnumbered(&["m/0001_a.sql", "m/0002_b.sql"]).is_empty());
        assert_eq!(misnumbered(&["m/0001_a.sql", "m/0003_b.sql"]).len(), 1);
        assert_eq!(misnumbered(&["m/0001_a.sql", "m/0001_b.sql"]).len(), 1);
    }
}
