//! The server has no function that takes or gives a content key.

use crate::{
    house::{TextFile, assert_none, files},
    source::{code_only, functions, names, words},
};

/// Types and names that stand for keys.
const KEYS: &[&str] =
    &["secret", "keyring", "storekey", "signingkey", "seed", "passphrase", "plaintext"];

fn key_signatures(file: &TextFile) -> Vec<String> {
    let TextFile { path, text } = file;
    let code = code_only(text);
    let mut complaints = Vec::new();
    for function in functions(&code) {
        let signature = function.signature.split_whitespace().collect::<Vec<_>>().join(" ");
        let mentions = names(&signature).any(|name| mentions_key(name.text));
        if mentions {
            complaints.push(format!("{path}:{}: {signature}", function.line));
        }
    }
    complaints
}

fn mentions_key(name: &str) -> bool {
    let joined = words(name).concat();
    KEYS.iter().any(|key| joined.contains(key))
}

#[test]
fn no_function_of_the_server_takes_or_gives_a_key() {
    let files = files("server/src", &[".rs"]);
    assert!(!files.is_empty());
    assert_none(&files.iter().flat_map(key_signatures).collect::<Vec<_>>());
}

mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, complaints: usize) {
        let file = TextFile { path: String::from("a.rs"), text: String::from(text) };
        assert_eq!(key_signatures(&file).len(), complaints, "{text}");
    }

    #[test]
    fn a_key_in_a_signature_is_found() {
        check("fn open(\n    key: &Secret<32>,\n) -> u8 { 1 }", 1);
        check("fn open(key: &StoreKey) {}", 1);
        check("fn load() -> Keyring { a }", 1);
        check("fn open(epoch_secret: [u8; 32]) {}", 1);
        check("fn open(at: EpochSecret) {}", 1);
    }

    #[test]
    fn a_verifying_key_and_a_comment_are_not() {
        check("fn check(key: &VerifyKey) {}", 0);
        check("fn check(/* the secret */ id: u8) { let secret = 1; }", 0);
    }
}
