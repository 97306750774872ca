//! The protocol's text keeps up with the code.

use shared::refusal::Reason;

use crate::house::{assert_none, read};

fn unmentioned(text: &str, codes: &[String]) -> Vec<String> {
    let missing = codes.iter().filter(|code| !text.contains(code.as_str()));
    missing.map(|code| format!("shared/PROTOCOL.md does not mention {code}")).collect()
}

#[test]
fn every_refusal_is_in_the_protocol() {
    let codes: Vec<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
    assert_none(&unmentioned(&read("shared/PROTOCOL.md"), &codes));
}

mod tests {
    use super::*;

    #[test]
    fn a_refusal_without_words_is_found() {
        let codes = [String::from("E0101"), String::from("E0102")];
        assert_eq!(unmentioned("| E0101 | malformed |", &codes).len(), 1);
    }
}
