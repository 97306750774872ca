//! One word, one meaning: words that must not appear in identifiers.

use crate::{
    house::{TextFile, assert_none, files},
    source::{code_only, names, words},
};

/// A word and what to say here.
const FORBIDDEN: &[(&str, &str)] = &[
    ("session", "interview, connection or login"),
    ("meeting", "interview"),
    ("counselor", "consultant"),
    ("counsellor", "consultant"),
    ("peer", "member, device or server"),
    ("packet", "envelope"),
    ("lockbox", "wrap"),
    ("dump", "snapshot"),
    ("exception", "refusal or failure"),
    ("history", "log"),
    ("queue", "outbox, or what it holds"),
    ("doc", "document"),
    ("docs", "documents"),
    ("op", "change"),
    ("ops", "changes"),
    ("customer", "company"),
];

/// Names that other people chose, or that the project's style itself fixes.
const ALLOWED: &[(&str, &str)] = &[
    ("doc", "rustdoc's attribute"),
    ("missing_docs", "rustc's lint"),
    ("ReadDoc", "automerge's"),
    ("DomException", "web-sys'"),
    ("ops", "std's module"),
    ("OpModeR", "hpke's"),
    ("OpModeS", "hpke's"),
    ("OpCode", "tungstenite's"),
    ("max_op", "automerge's"),
    ("pending_ops", "automerge's"),
    ("Peer", "a party at fault, in `Fault`"),
    ("peer_addr", "std and tokio"),
    ("History", "the DOM's"),
    ("history", "the DOM's"),
    ("queue_microtask", "the DOM's"),
    ("session_storage", "the DOM's, and rustls'"),
];

fn forbidden_words(file: &TextFile) -> Vec<String> {
    let TextFile { path, text } = file;
    let code = code_only(text);
    let mut complaints = Vec::new();
    for name in names(&code) {
        if ALLOWED.iter().any(|(allowed, _)| *allowed == name.text) {
            continue;
        }
        for word in words(name.text) {
            if let Some((_, instead)) = FORBIDDEN.iter().find(|(bad, _)| *bad == word) {
                let (line, text) = (name.line, name.text);
                complaints.push(format!("{path}:{line}: `{text}`: not `{word}`, but {instead}"));
            }
        }
    }
    complaints
}

fn foreign_letters(file: &TextFile) -> Vec<String> {
    let TextFile { path, text } = file;
    let code = code_only(text);
    let foreign = names(&code).filter(|name| !name.text.is_ascii());
    foreign.map(|name| format!("{path}:{}: `{}` is not ASCII", name.line, name.text)).collect()
}

fn rust_files() -> Vec<TextFile> {
    let folders = ["shared", "client", "server", "tests"];
    folders.iter().flat_map(|folder| files(folder, &[".rs"])).collect()
}

#[test]
fn identifiers_use_the_house_words() {
    assert_none(&rust_files().iter().flat_map(forbidden_words).collect::<Vec<_>>());
}

#[test]
fn identifiers_are_ascii() {
    assert_none(&rust_files().iter().flat_map(foreign_letters).collect::<Vec<_>>());
}

mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, complaints: usize) {
        let file = TextFile { path: String::from("a.rs"), text: String::from(text) };
        let found = forbidden_words(&file);
        assert_eq!(found.len(), complaints, "{found:?}");
    }

    #[test]
    fn a_forbidden_word_is_found_in_any_case() {
        check("struct PeerLink;", 1);
        check("fn open_session() {}", 1);
        check("const PACKET_BYTES_MAX: usize = 1;", 1);
        check("let docSessions = 1;", 1);
    }

    #[test]
    fn a_word_inside_another_a_comment_and_an_allowed_name_are_not() {
        check("let document = possession(operation, opaque);", 0);
        check("// the peer's session\nsay(\"session\")", 0);
        check("#[doc = include_str!(\"a.md\")] let a = stream.peer_addr();", 0);
    }

    #[test]
    fn an_identifier_in_kanji_is_found() {
        let file = TextFile { path: String::new(), text: String::from("let 面談 = \"面談\";") };
        assert_eq!(foreign_letters(&file).len(), 1);
    }
}
