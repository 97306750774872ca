//! A file with all its changes in it, line for line where the first file had them.

use core::{cmp::Reverse, ops::Range};

use crate::site::{Change, Mutant};

/// What stands around one stretch of the source.
struct Knot<'a> {
    range: Range<usize>,
    mutants: Vec<&'a Mutant>,
}

/// The source with `mutants` asleep in it; `is_awake` is the path of the function that tells.
pub(crate) fn weave(source: &str, mutants: &[&Mutant], is_awake: &str) -> String {
    let mut sorted = mutants.to_vec();
    sorted.sort_by_key(|it| (it.range.start, Reverse(it.range.end), it.number));
    let mut knots: Vec<Knot<'_>> = vec![];
    for mutant in sorted {
        match knots.last_mut() {
            Some(knot) if knot.range == mutant.range => knot.mutants.push(mutant),
            _ => knots.push(Knot { range: mutant.range.clone(), mutants: vec![mutant] }),
        }
    }
    let mut weaver = Weaver { source, is_awake, woven: String::new() };
    weaver.stretch(0..source.len(), &knots);
    weaver.woven
}

struct Weaver<'a> {
    source: &'a str,
    is_awake: &'a str,
    woven: String,
}

impl Weaver<'_> {
    /// A stretch of the source and the knots within it, in order.
    fn stretch(&mut self, range: Range<usize>, mut knots: &[Knot<'_>]) {
        let mut at = range.start;
        while let Some((knot, rest)) = knots.split_first() {
            self.plain(at..knot.range.start);
            let within = rest.iter().take_while(|it| it.range.start < knot.range.end).count();
            let (inner, behind) = rest.split_at(within);
            self.knot(knot, inner);
            at = knot.range.end;
            knots = behind;
        }
        self.plain(at..range.end);
    }

    fn knot(&mut self, knot: &Knot<'_>, inner: &[Knot<'_>]) {
        let is_expression =
            knot.mutants.iter().all(|mutant| matches!(mutant.change, Change::Instead(_)));
        self.woven.push_str(if is_expression { "(" } else { " " });
        for mutant in &knot.mutants {
            let awake = format!("{}({})", self.is_awake, mutant.number);
            let words = match &mutant.change {
                Change::Instead(other) => format!("if {awake} {{ {} }} else ", one_line(other)),
                Change::Ignored(call) => {
                    format!("if {awake} {{ let _ = {}; }} else ", one_line(call))
                }
                Change::Answers(answer) => format!("if {awake} {{ return {answer}; }} "),
            };
            self.woven.push_str(&words);
        }
        if knot.range.is_empty() {
            return;
        }
        self.woven.push_str("{ ");
        self.stretch(knot.range.clone(), inner);
        self.woven.push_str(if is_expression { " })" } else { " }" });
    }

    fn plain(&mut self, range: Range<usize>) {
        self.woven.push_str(self.source.get(range).unwrap_or_default());
    }
}

/// Lines keep their numbers, so that the compiler's complaints name the mutant's own. Sources
/// have no comments inside of what is repeated; one that has does not compile and is counted.
fn one_line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_nest_and_no_line_moves() {
        let source = "fn a(b: bool, c: u8) -> bool {\n    if b &&\n        c == 1 { d()?; }\n}\n";
        let mut mutants = vec![];
        crate::site::find("a.rs", source, &mut mutants).unwrap();

        let woven = weave(source, &mutants.iter().collect::<Vec<_>>(), "is");

        assert_eq!(
            woven,
            "fn a(b: bool, c: u8) -> bool { if is(1) { return true; } if is(2) { return false; } \n    \
             if (if is(3) { true } else if is(4) { false } else { (if is(5) { true } else { b }) &&\n        \
             (if is(6) { true } else if is(7) { c != 1 } else { c == 1 }) }) { \
             if is(8) { let _ = d(); } else { d()?; } }\n}\n"
                .replace("{  if is(8)", "{ if is(8)")
                .replace("{ if is(8)", "{  if is(8)")
        );
        assert_eq!(woven.lines().count(), source.lines().count());
    }

    #[test]
    fn without_changes_the_source_stays() {
        assert_eq!(weave("fn a() {}\n", &[], "is"), "fn a() {}\n");
    }
}
