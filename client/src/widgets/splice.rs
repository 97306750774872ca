//! What changed between two texts, in UTF-16 code units, as the DOM and the engine count.

use engine::command::Splice;

/// The one splice that turns `old` into `new`; `None` when nothing changed.
///
/// It never cuts a surrogate pair in two, so that what is inserted is always a text.
pub fn between(old: &str, new: &str) -> Option<Splice> {
    if old == new {
        return None;
    }
    let old: Vec<u16> = old.encode_utf16().collect();
    let new: Vec<u16> = new.encode_utf16().collect();
    let mut head = old.iter().zip(&new).take_while(|(one, other)| one == other).count();
    if old.get(..head).and_then(<[u16]>::last).is_some_and(|unit| is_high(*unit)) {
        head -= 1;
    }
    let (old_rest, new_rest) = (old.get(head..)?, new.get(head..)?);
    let pairs = old_rest.iter().rev().zip(new_rest.iter().rev());
    let mut tail = pairs.take_while(|(one, other)| one == other).count();
    if old.get(old.len() - tail).is_some_and(|unit| is_low(*unit)) {
        tail -= 1;
    }
    let insert = new.get(head..new.len() - tail)?;
    Some(Splice {
        at: u32::try_from(head).ok()?,
        delete: u32::try_from(old.len() - tail - head).ok()?,
        insert: String::from_utf16(insert).ok()?,
    })
}

/// `text` after `splice`; positions beyond the end count as the end.
pub fn apply(text: &str, splice: &Splice) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    let at = position(splice.at).min(units.len());
    let end = position(splice.at.saturating_add(splice.delete)).min(units.len());
    let mut spliced = units.get(..at).unwrap_or_default().to_vec();
    spliced.extend(splice.insert.encode_utf16());
    spliced.extend(units.get(end..).unwrap_or_default());
    String::from_utf16_lossy(&spliced)
}

/// Where a caret stands after `splice` happened around it.
pub fn carry(caret: u32, splice: &Splice) -> u32 {
    let inserted = length(&splice.insert);
    let end = splice.at.saturating_add(splice.delete);
    if caret <= splice.at {
        caret
    } else if caret >= end {
        caret - splice.delete + inserted
    } else {
        splice.at + inserted.min(caret - splice.at)
    }
}

/// Both changes of one text: what was written on this page and what came from the engine.
///
/// Used after the worker died, when some of the page's own edits may be in the engine's text
/// already. Nothing written is dropped; where both sides wrote at one place, both stay, the page's
/// first, unless one contains the other.
pub fn merge(common: &str, mine: &str, theirs: &str) -> String {
    let Some(my) = between(common, mine) else { return theirs.to_owned() };
    let Some(their) = between(common, theirs) else { return mine.to_owned() };
    let (my_end, their_end) = (my.at + my.delete, their.at + their.delete);
    if my_end < their.at {
        return apply(&apply(common, &their), &my);
    }
    if their_end < my.at {
        return apply(&apply(common, &my), &their);
    }
    if mine.contains(&their.insert) && my.at <= their.at && my_end >= their_end {
        return mine.to_owned();
    }
    let at = my.at.min(their.at);
    let joined = Splice {
        at,
        delete: my_end.max(their_end) - at,
        insert: format!("{}{}", my.insert, their.insert),
    };
    apply(common, &joined)
}

/// How long a text is in UTF-16 code units.
pub fn length(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX)
}

fn position(units: u32) -> usize {
    usize::try_from(units).unwrap_or(usize::MAX)
}

fn is_high(unit: u16) -> bool {
    (0xD800..0xDC00).contains(&unit)
}

fn is_low(unit: u16) -> bool {
    (0xDC00..0xE000).contains(&unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(old: &str, new: &str, at: u32, delete: u32, insert: &str) {
        let splice = between(old, new).unwrap();
        assert_eq!((splice.at, splice.delete, splice.insert.as_str()), (at, delete, insert));
        assert_eq!(apply(old, &splice), new);
    }

    #[test]
    fn typing_deleting_and_replacing_are_one_splice_each() {
        check("", "面", 0, 0, "面");
        check("面談", "面接談", 1, 0, "接");
        check("面接談", "面談", 1, 1, "");
        check("係長になる", "課長になる", 0, 1, "課");
        check("ああ", "あああ", 2, 0, "あ");
        check("あああ", "ああ", 2, 1, "");
        assert_eq!(between("同じ", "同じ"), None);
    }

    #[test]
    fn a_surrogate_pair_is_never_cut() {
        // The two faces differ in their low surrogate only, the two ideographs in the high one.
        check("😀", "😁", 0, 2, "😁");
        check("a😀b", "a😁b", 1, 2, "😁");
        check("𠀋", "𡀋", 0, 2, "𡀋");
        check("𠮷野家", "吉野家", 0, 2, "吉");
        check("😀😀", "😀", 2, 2, "");
        check("😀", "😀😀", 2, 0, "😀");
    }

    #[test]
    fn every_pair_of_short_texts_is_turned_into_each_other() {
        let alphabet = ["", "a", "あ", "😀", "😁", "𡀋"];
        let mut texts = vec![String::new()];
        for one in alphabet {
            for two in alphabet {
                for three in alphabet {
                    texts.push(format!("{one}{two}{three}"));
                }
            }
        }
        for old in &texts {
            for new in &texts {
                let spliced = between(old, new).map_or(old.clone(), |splice| apply(old, &splice));
                assert_eq!(&spliced, new);
            }
        }
    }

    #[test]
    fn the_caret_stays_with_its_words() {
        let insert = between("東京の人", "東京都の人").unwrap();
        assert_eq!(carry(1, &insert), 1);
        assert_eq!(carry(4, &insert), 5);

        let delete = between("東京都の人", "東京の人").unwrap();
        assert_eq!(carry(3, &delete), 2);

        let replace = Splice { at: 1, delete: 4, insert: String::from("xy") };
        assert_eq!(
            [0, 1, 2, 3, 4, 5, 6].map(|caret| carry(caret, &replace)),
            [0, 1, 2, 3, 3, 3, 4]
        );
    }

    #[test]
    fn what_was_typed_before_the_worker_died_comes_back_whole() {
        // The engine kept nothing, everything, a part.
        assert_eq!(merge("主訴", "主訴: 迷う", "主訴"), "主訴: 迷う");
        assert_eq!(merge("主訴", "主訴: 迷う", "主訴: 迷う"), "主訴: 迷う");
        assert_eq!(merge("主訴", "主訴: 迷う", "主訴: "), "主訴: 迷う");
        // Another device wrote elsewhere, at the same place.
        assert_eq!(merge("一二三", "一二三四", "零一二三"), "零一二三四");
        assert_eq!(merge("一二三", "零一二三", "一二三四"), "零一二三四");
        assert_eq!(merge("一", "一二", "一弐"), "一二弐");
        // Nothing was typed here.
        assert_eq!(merge("一", "一", "一弐"), "一弐");
    }
}
