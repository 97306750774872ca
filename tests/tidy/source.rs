//! Just enough Rust lexing for rules about names, lengths and signatures.

/// The text with comments, strings and character literals blanked; lines stay where they are.
pub(crate) fn code_only(text: &str) -> String {
    only(text, |kind| kind == Kind::Code)
}

/// The text with everything but strings and character literals blanked.
pub(crate) fn literals_only(text: &str) -> String {
    only(text, |kind| kind == Kind::Literal)
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Code,
    Comment,
    Literal,
}

fn only(text: &str, is_wanted: impl Fn(Kind) -> bool) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (kind, bytes) = token(rest);
        let (taken, after) = rest.split_at(bytes);
        if is_wanted(kind) {
            kept.push_str(taken);
        } else {
            kept.extend(taken.chars().map(|letter| if letter == '\n' { '\n' } else { ' ' }));
        }
        rest = after;
    }
    kept
}

/// A name in code, and the line it stands on (from 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name<'a> {
    pub(crate) line: usize,
    pub(crate) text: &'a str,
}

/// Every identifier and keyword of code that went through [`code_only`].
pub(crate) fn names(code: &str) -> impl Iterator<Item = Name<'_>> {
    code.lines().enumerate().flat_map(|(index, line)| {
        line.split(|letter: char| !is_name_part(letter))
            .filter(|text| text.starts_with(|first: char| first.is_alphabetic() || first == '_'))
            .map(move |text| Name { line: index + 1, text })
    })
}

/// The words of an identifier, lower case: `idleLimitMs`, `IdleLimitMs`, `IDLE_LIMIT_MS`.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    for part in name.split('_') {
        let is_constant = !part.contains(char::is_lowercase);
        let mut word = String::new();
        for letter in part.chars() {
            if letter.is_uppercase() && !is_constant && !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            word.extend(letter.to_lowercase());
        }
        words.push(word);
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A function: its signature as written and the lines of code between its braces.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) line: usize,
    pub(crate) signature: String,
    pub(crate) body_lines: usize,
}

/// Every function of code that went through [`code_only`], nested ones included.
pub(crate) fn functions(code: &str) -> Vec<Function> {
    let mut found = Vec::new();
    let mut before = 0;
    while let Some(at) = code.get(before..).and_then(|rest| rest.find("fn ")) {
        let start = before + at;
        before = start + 3;
        let (head, tail) = code.split_at(start);
        let is_keyword = !head.ends_with(is_name_part);
        let is_named = tail.get(3..).is_some_and(|it| it.trim_start().starts_with(is_name_part));
        if is_keyword && is_named {
            found.push(function(head, tail));
        }
    }
    found
}

fn function(head: &str, tail: &str) -> Function {
    let line = head.matches('\n').count() + 1;
    let mut nesting = 0_i32;
    let end = tail.find(|letter| {
        match letter {
            '(' | '[' => nesting += 1,
            ')' | ']' => nesting -= 1,
            _ => {}
        }
        nesting == 0 && (letter == '{' || letter == ';')
    });
    let (signature, body) = tail.split_at(end.unwrap_or(tail.len()));
    let body_lines = if body.starts_with('{') { body_lines(body) } else { 0 };
    Function { line, signature: String::from(signature), body_lines }
}

fn body_lines(body: &str) -> usize {
    let mut nesting = 0_i32;
    let end = body.find(|letter| {
        match letter {
            '{' => nesting += 1,
            '}' => nesting -= 1,
            _ => {}
        }
        nesting == 0
    });
    let (body, _) = body.split_at(end.unwrap_or(body.len()));
    body.lines().skip(1).filter(|line| !line.trim().is_empty()).count()
}

fn is_name_part(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// What the next token is, and its length in bytes.
fn token(rest: &str) -> (Kind, usize) {
    if rest.starts_with("//") {
        return (Kind::Comment, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (Kind::Comment, block_comment(rest));
    }
    if let Some(bytes) = raw_string(rest) {
        return (Kind::Literal, bytes);
    }
    for prefix in ["\"", "b\"", "c\""] {
        if let Some(body) = rest.strip_prefix(prefix) {
            return (Kind::Literal, prefix.len() + quoted(body, '"'));
        }
    }
    for prefix in ["'", "b'"] {
        if let Some(body) = rest.strip_prefix(prefix) {
            let mut letters = body.chars();
            let is_literal = letters.next() == Some('\\') || letters.next() == Some('\'');
            if is_literal {
                return (Kind::Literal, prefix.len() + quoted(body, '\''));
            }
        }
    }
    let name_bytes = rest.find(|letter| !is_name_part(letter)).unwrap_or(rest.len());
    let one = rest.chars().next().map_or(0, char::len_utf8);
    (Kind::Code, name_bytes.max(one))
}

/// Bytes up to and including the closing quote.
fn quoted(body: &str, quote: char) -> usize {
    let mut escaped = false;
    body.find(|letter| {
        let closes = letter == quote && !escaped;
        escaped = letter == '\\' && !escaped;
        closes
    })
    .map_or(body.len(), |at| at + quote.len_utf8())
}

fn raw_string(rest: &str) -> Option<usize> {
    let body = ["r", "br", "cr"].iter().find_map(|prefix| {
        let body = rest.strip_prefix(prefix)?;
        body.trim_start_matches('#').starts_with('"').then_some(body)
    })?;
    let hashes = body.chars().take_while(|letter| *letter == '#').count();
    let opening = rest.len() - body.len() + hashes + 1;
    let closing = format!("\"{}", "#".repeat(hashes));
    let inside = rest.get(opening..)?;
    Some(inside.find(&closing).map_or(rest.len(), |at| opening + at + closing.len()))
}

fn block_comment(rest: &str) -> usize {
    let mut nesting = 0_usize;
    let mut at = 0;
    while let Some(tail) = rest.get(at..).filter(|tail| !tail.is_empty()) {
        if tail.starts_with("/*") {
            nesting += 1;
            at += 2;
        } else if tail.starts_with("*/") {
            nesting -= 1;
            at += 2;
            if nesting == 0 {
                return at;
            }
        } else {
            at += tail.chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_names(text: &str, expected: &[&str]) {
        let code = code_only(text);
        let found: Vec<_> = names(&code).map(|name| name.text).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn comments_and_literals_hold_no_names() {
        check_names("// peer\nlet a = b; /* peer /* peer */ peer */", &["let", "a", "b"]);
        check_names(r#"say("peer \" peer", 'p', '\'', b"peer", b'p')"#, &["say"]);
        check_names("say(r#\"peer \" peer\"#, r\"peer\", 面)", &["say", "面"]);
        check_names("fn of<'peer>(it: &'peer str)", &["fn", "of", "peer", "it", "peer", "str"]);
        check_names("r#type 0xbad1 1_u8", &["r", "type"]);
    }

    #[test]
    fn literals_are_kept_without_code_and_comments() {
        let kept = literals_only("say(\"one\") // \"two\"\n'x'");
        assert_eq!(kept.split_whitespace().collect::<Vec<_>>(), ["\"one\"", "'x'"]);
    }

    #[test]
    fn lines_are_kept() {
        let code = code_only("\"one\ntwo\"\n/* three\n*/ here");
        assert_eq!(names(&code).next(), Some(Name { line: 4, text: "here" }));
    }

    #[test]
    fn a_name_falls_into_words() {
        for name in
            ["IdleLimitMs", "idleLimitMs", "idle_limit_ms", "IDLE_LIMIT_MS", "__idle_limit_ms"]
        {
            assert_eq!(words(name), ["idle", "limit", "ms"]);
        }
    }

    #[test]
    fn a_function_has_a_signature_and_a_length() {
        let text = "fn a(x: [u8; 4])\n -> u8 {\n  // why\n  {\n  }\n\n}\ntrait T { fn b(); }\nlet f: fn (u8);";
        let found = functions(&code_only(text));
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[0].body_lines, 2);
        assert_eq!(found[0].signature, "fn a(x: [u8; 4])\n -> u8 ");
        assert_eq!(
            found[1],
            Function { line: 8, signature: String::from("fn b()"), body_lines: 0 }
        );
    }
}
