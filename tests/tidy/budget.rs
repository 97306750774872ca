//! How long a file and a function may be, and what may not be left in them.

use std::path::Path;

use crate::{
    house::{TextFile, assert_none, files},
    source::{code_only, functions},
};

const FILE_LINES_MAX: usize = 600;
const FUNCTION_LINES_MAX: usize = 70;
const ENDINGS: &[&str] = &[".rs", ".js", ".css", ".sql"];

/// Written in two halves so that this file passes its own rule.
const LEFTOVERS: &[&str] =
    &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX"), concat!("HA", "CK:")];

fn too_long(file: &TextFile) -> Vec<String> {
    let TextFile { path, text } = file;
    let lines = text.lines().count();
    let mut complaints = Vec::new();
    if lines > FILE_LINES_MAX {
        complaints.push(format!("{path}: {lines} lines, {FILE_LINES_MAX} allowed"));
    }
    if Path::new(path).extension().is_some_and(|ending| ending == "rs") {
        let long = functions(&code_only(text));
        complaints.extend(long.iter().filter(|it| it.body_lines > FUNCTION_LINES_MAX).map(|it| {
            let lines = it.body_lines;
            format!("{path}:{}: function of {lines} lines, {FUNCTION_LINES_MAX} allowed", it.line)
        }));
    }
    complaints
}

fn unfinished(file: &TextFile) -> Vec<String> {
    let TextFile { path, text } = file;
    let mut complaints = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for leftover in LEFTOVERS.iter().filter(|leftover| line.contains(**leftover)) {
            complaints.push(format!("{path}:{}: {leftover}", index + 1));
        }
    }
    for (index, line) in code_only(text).lines().enumerate() {
        let squeezed: String = line.split_whitespace().collect();
        for skipped in ["#[ignore", "#[should_panic"] {
            if squeezed.contains(skipped) {
                complaints.push(format!("{path}:{}: {skipped}]", index + 1));
            }
        }
    }
    complaints
}

fn everything() -> Vec<TextFile> {
    let folders = ["shared", "client", "server", "tests", "migrations"];
    folders.iter().flat_map(|folder| files(folder, ENDINGS)).collect()
}

#[test]
fn files_and_functions_stay_within_their_budget() {
    assert_none(&everything().iter().flat_map(too_long).collect::<Vec<_>>());
}

#[test]
fn nothing_is_left_for_later_and_no_test_is_skipped() {
    assert_none(&everything().iter().flat_map(unfinished).collect::<Vec<_>>());
}

mod tests {
    use super::*;

    fn file(text: String) -> TextFile {
        TextFile { path: String::from("a.rs"), text }
    }

    #[test]
    fn a_file_one_line_too_long_is_found() {
        assert!(too_long(&file("\n".repeat(FILE_LINES_MAX))).is_empty());
        assert_eq!(too_long(&file("\n".repeat(FILE_LINES_MAX + 1))).len(), 1);
    }

    #[test]
    fn a_function_one_line_too_long_is_found() {
        let function = |lines| format!("fn a() {{\n{}}}\n", "b();\n".repeat(lines));

        assert!(too_long(&file(function(FUNCTION_LINES_MAX))).is_empty());
        assert_eq!(too_long(&file(function(FUNCTION_LINES_MAX + 1))).len(), 1);
    }

    #[test]
    fn a_leftover_and_a_skipped_test_are_found() {
        let leftover = format!("// {} later", concat!("TO", "DO"));

        assert_eq!(unfinished(&file(leftover)).len(), 1);
        assert_eq!(unfinished(&file(String::from("#[ignore = \"slow\"]\nfn a() {}"))).len(), 1);
        assert!(unfinished(&file(String::from("say(\"#[ignore]\")"))).is_empty());
    }
}
