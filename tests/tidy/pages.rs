//! Pages show; the engine decides: what the interface may name.

use crate::{
    house::{TextFile, assert_none, files},
    source::{code_only, names},
};

/// Modules of the engine that are data: what may be wished, what is shown, what a kit's words are.
const ENGINE_DATA: &[&str] = &["casework", "command", "view", "words"];
/// What lives behind the port.
const BEHIND_THE_PORT: &[&str] =
    &["automerge", "driver", "keyring", "worker", "Engine", "Secret", "SigningKey", "indexed_db"];

fn reaches_behind(file: &TextFile) -> Vec<String> {
    let TextFile { path, text } = file;
    let code = code_only(text);
    let mut complaints = Vec::new();
    for name in names(&code).filter(|name| BEHIND_THE_PORT.contains(&name.text)) {
        complaints.push(format!("{path}:{}: `{}` is behind the port", name.line, name.text));
    }
    for module in engine_modules(&code) {
        if !ENGINE_DATA.contains(&module.as_str()) {
            complaints.push(format!("{path}: engine::{module} is not for pages"));
        }
    }
    complaints
}

/// The first segment after each `engine::`, groups included.
fn engine_modules(code: &str) -> Vec<String> {
    let squeezed: String = code.split_whitespace().collect();
    let mut modules = Vec::new();
    for (_, after) in
        squeezed.match_indices("engine::").map(|(at, it)| squeezed.split_at(at + it.len()))
    {
        let Some(group) = after.strip_prefix('{') else {
            modules.extend(first_name(after));
            continue;
        };
        let mut nesting = 0_i32;
        for part in group.split_inclusive([',', '{', '}']) {
            if nesting == 0 {
                modules.extend(first_name(part));
            }
            nesting += match part.chars().last() {
                Some('{') => 1,
                Some('}') => -1,
                _ => 0,
            };
            if nesting < 0 {
                break;
            }
        }
    }
    modules
}

fn first_name(text: &str) -> Option<String> {
    names(text)
        .next()
        .filter(|name| text.starts_with(name.text))
        .map(|name| String::from(name.text))
}

#[test]
fn pages_and_widgets_know_nothing_behind_the_port() {
    for folder in ["client/src/pages", "client/src/widgets"] {
        let files = files(folder, &[".rs"]);
        assert_none(&files.iter().flat_map(reaches_behind).collect::<Vec<_>>());
    }
}

mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, complaints: usize) {
        let file = TextFile { path: String::from("a.rs"), text: String::from(text) };
        let found = reaches_behind(&file);
        assert_eq!(found.len(), complaints, "{text}: {found:?}");
    }

    #[test]
    fn a_page_that_reaches_behind_the_port_is_found() {
        check("use automerge::AutoCommit;", 1);
        check("use engine::seal::open;", 1);
        check("use engine::{command::Command, seal::{open, close}, view::View};", 1);
        check("use engine::{command::{Command, Splice},\n keyring};", 2);
        check("use crate::worker::driver;", 2);
    }

    #[test]
    fn commands_views_and_fields_are_for_pages() {
        check("use engine::{casework::{field::Field, note}, command::Command, view::View};", 0);
        check("use engine::view::Badge;", 0);
    }
}
