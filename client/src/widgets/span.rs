//! Words of a text that are masked, or that others stand in place of. Whoever reads the text for them
//! types them; where they stand is found here.

use engine::command::SpanWish;
use shared::order;

/// Adds every place of a word to the spans, but for places that are taken.
pub fn mark(spans: &mut Vec<SpanWish>, text: &str, word: &str, (code, by): (&str, &str)) {
    let letters: Vec<char> = text.chars().collect();
    let word: Vec<char> = word.trim().chars().collect();
    let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let mut at = 0;
    while let Some(rest) = letters.get(at..).filter(|_| !word.is_empty()) {
        if rest.len() < word.len() {
            break;
        }
        let (start, end) = (number(at), number(at + word.len()));
        let is_free = spans.iter().all(|it| end <= it.start || it.end <= start);
        if rest.starts_with(&word) && is_free {
            spans.push(SpanWish { start, end, code: code.to_owned(), by: by.to_owned() });
            at += word.len();
        } else {
            at += 1;
        }
    }
    order::by_key(spans, |it| it.start);
}

/// Every place of every word to be masked, one word a line.
pub fn masks(text: &str, wanted: &str, reason: &str) -> Vec<SpanWish> {
    let mut spans = vec![];
    for word in wanted.lines() {
        mark(&mut spans, text, word, (reason, ""));
    }
    spans
}

/// Adds every place of every word for which others are wanted: `word = others`, one a line.
pub fn replace(spans: &mut Vec<SpanWish>, text: &str, wanted: &str, code: &str) {
    for line in wanted.lines() {
        // An arrow and the wide sign are what hands on a Japanese keyboard find.
        if let Some((word, by)) = line.split_once(['=', '\u{FF1D}', '\u{2192}']) {
            mark(spans, text, word, (code, by.trim()));
        }
    }
}

/// The text with something in the place of every span; a bar where nothing is to stand.
pub fn without(text: &str, spans: &[SpanWish]) -> String {
    let mut shown = String::new();
    for (at, letter) in (0_u32..).zip(text.chars()) {
        match spans.iter().find(|it| (it.start..it.end).contains(&at)) {
            None => shown.push(letter),
            Some(span) if span.start == at => {
                shown.push_str(if span.by.is_empty() { "\u{25A0}\u{25A0}" } else { &span.by });
            }
            Some(_) => {}
        }
    }
    shown
}

/// What stands in a text at a span.
pub fn under(text: &str, span: &SpanWish) -> String {
    let letters = (0_u32..).zip(text.chars());
    letters.filter(|(at, _)| (span.start..span.end).contains(at)).map(|(_, it)| it).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_masked_wherever_it_stands_and_never_twice() {
        let text = "田中部長と田中さん";

        let spans = masks(text, "田中部長\n田中\n\n", "harm");

        let places: Vec<(u32, u32)> = spans.iter().map(|it| (it.start, it.end)).collect();
        assert_eq!(places, [(0, 4), (5, 7)]);
        assert!(spans.iter().all(|it| it.code == "harm" && it.by.is_empty()));
        assert_eq!(without(text, &spans), "■■と■■さん");
        assert_eq!(under(text, &spans[1]), "田中");
    }

    #[test]
    fn others_stand_in_place_of_words_that_were_not_found_before() {
        let text = "佐藤は東京の本社へ";
        let mut spans = vec![];
        mark(&mut spans, text, "佐藤", ("person", "A"));

        replace(&mut spans, text, "東京 = ある地域\n本社＝B社\n佐藤=C\nこれは違う", "other");

        assert_eq!(without(text, &spans), "Aはある地域のB社へ");
    }
}
