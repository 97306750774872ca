//! The files of the workspace, read once for each rule.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A text file: its path from the root, with slashes, and what is in it.
#[derive(Debug)]
pub(crate) struct TextFile {
    pub(crate) path: String,
    pub(crate) text: String,
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// Names of what lies directly in the root.
pub(crate) fn top_level() -> Vec<String> {
    let entries = fs::read_dir(root()).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Every file below `folder` whose name ends in one of `endings`, in order of path.
pub(crate) fn files(folder: &str, endings: &[&str]) -> Vec<TextFile> {
    let mut paths = Vec::new();
    walk(&root().join(folder), &mut paths);
    paths.sort();
    let wanted = paths.iter().filter(|path| {
        let name = path.to_string_lossy();
        endings.iter().any(|ending| name.ends_with(ending))
    });
    wanted
        .map(|path| {
            let local = path.strip_prefix(root()).unwrap();
            TextFile {
                path: local.to_string_lossy().replace('\\', "/"),
                text: fs::read_to_string(path).unwrap(),
            }
        })
        .collect()
}

/// One file by its path from the root.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        let is_ours = !path.ends_with("target") && !path.ends_with(".git");
        if path.is_dir() && is_ours {
            walk(&path, paths);
        } else if path.is_file() {
            paths.push(path);
        }
    }
}

/// Fails with everything that is wrong at once.
#[track_caller]
pub(crate) fn assert_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}
