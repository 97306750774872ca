//! What the page's text field holds, kept beside the document while the two may differ.
//!
//! The page types without waiting for us, and other devices write without waiting for the page. A
//! splice counts in the text the page had; here it is carried over to the text the document has.

use crate::command::Splice;

/// The page's edit does not fit the text it names: the page must adopt ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stale;

/// One text field of an open document.
///
/// Invariant: `document` is the document's text; `in_step` only if `page` is the same.
#[derive(Debug, Default)]
pub struct Mirror {
    /// What the field holds: the adopted text and the page's own edits since.
    page: Vec<u16>,
    /// What the document holds, so that a key stroke need not read it out.
    document: Vec<u16>,
    in_step: bool,
    revision: u64,
    edits_seen: u64,
    /// Texts sent that the page may have adopted in the meantime.
    offered: Vec<(u64, Vec<u16>)>,
    last_offered: u64,
}

impl Mirror {
    /// The page shows the document's text as revision 0.
    pub fn new(text: &str) -> Self {
        let text = units(text);
        Self { page: text.clone(), document: text, in_step: true, ..Self::default() }
    }

    /// How many edits were taken in.
    pub fn edits_seen(&self) -> u64 {
        self.edits_seen
    }

    /// What the page is to start from: the newest revision it was sent, and its text.
    pub fn shown(&self) -> (u64, String) {
        let (revision, text) =
            self.offered.last().map_or((self.revision, &self.page), |(at, text)| (*at, text));
        (revision, String::from_utf16_lossy(text))
    }

    /// Takes in an edit, and says what it means for the document; nothing is done to that yet.
    pub fn edit(&mut self, revision: u64, splice: &Splice) -> Result<Vec<Splice>, Stale> {
        self.edits_seen += 1;
        self.follow(revision)?;
        let (start, end) = range(splice, self.page.len()).ok_or(Stale)?;
        let rebased = if self.in_step {
            vec![splice.clone()]
        } else {
            Rebase::between(&self.page, &self.document).carry(start, end, splice)
        };
        self.page.splice(start..end, splice.insert.encode_utf16());
        self.in_step = false;
        Ok(rebased)
    }

    /// Whether a position in the document's text is inside a letter of two code units.
    pub fn splits_letter(&self, at: u32) -> bool {
        let unit = usize::try_from(at).ok().and_then(|at| self.document.get(at));
        unit.is_some_and(|unit| (0xDC00..0xE000).contains(unit))
    }

    /// The document took what [`Self::edit`] handed out.
    pub fn applied(&mut self, splices: &[Splice]) {
        for splice in splices {
            if let Some((start, end)) = range(splice, self.document.len()) {
                self.document.splice(start..end, splice.insert.encode_utf16());
            }
        }
        self.in_step = self.page == self.document;
    }

    /// The document holds this, whoever wrote it. `true` if that is new here.
    pub fn set_document(&mut self, text: &str) -> bool {
        let text = units(text);
        let is_new = text != self.document;
        self.document = text;
        self.in_step = self.page == self.document;
        is_new
    }

    /// The text to send to the page, if it shows another than the document's.
    pub fn refresh(&mut self) -> Option<(u64, String)> {
        let is_offered = self.offered.last().is_some_and(|(_, text)| *text == self.document);
        if !is_offered {
            if self.in_step && self.offered.is_empty() {
                return None;
            }
            self.last_offered += 1;
            self.offered.push((self.last_offered, self.document.clone()));
        }
        Some((self.last_offered, String::from_utf16_lossy(&self.document)))
    }

    fn follow(&mut self, revision: u64) -> Result<(), Stale> {
        if revision == self.revision {
            return Ok(());
        }
        let at = self.offered.iter().position(|(it, _)| *it == revision).ok_or(Stale)?;
        let (_, text) = self.offered.drain(..=at).next_back().ok_or(Stale)?;
        self.page = text;
        self.revision = revision;
        self.in_step = self.page == self.document;
        Ok(())
    }
}

/// How one text became another: a single replaced stretch.
struct Rebase {
    start: usize,
    old_end: usize,
    new_end: usize,
}

impl Rebase {
    fn between(old: &[u16], new: &[u16]) -> Self {
        let prefix = old.iter().zip(new).take_while(|(a, b)| a == b).count();
        let rest = old.len().min(new.len()) - prefix;
        let suffix = old.iter().rev().zip(new.iter().rev()).take(rest);
        let suffix = suffix.take_while(|(a, b)| a == b).count();
        Self { start: prefix, old_end: old.len() - suffix, new_end: new.len() - suffix }
    }

    /// The splices, in order of application, that do to the new text what `splice` did to the old.
    /// What another device wrote inside the deleted range stays.
    fn carry(&self, start: usize, end: usize, splice: &Splice) -> Vec<Splice> {
        let insert = splice.insert.clone();
        let right = end.saturating_sub(start.max(self.old_end));
        let right_at = self.after(start.max(self.old_end));
        if start >= self.start {
            let at = if start >= self.old_end { self.after(start) } else { self.new_end };
            return vec![Splice { at: narrow(at), delete: narrow(right), insert }];
        }
        let left = end.min(self.start) - start;
        let mut splices = vec![];
        if right > 0 {
            let insert = String::new();
            splices.push(Splice { at: narrow(right_at), delete: narrow(right), insert });
        }
        splices.push(Splice { at: narrow(start), delete: narrow(left), insert });
        splices
    }

    /// Where a position behind the replaced stretch went.
    fn after(&self, position: usize) -> usize {
        (position + self.new_end).saturating_sub(self.old_end)
    }
}

fn range(splice: &Splice, len: usize) -> Option<(usize, usize)> {
    let start = usize::try_from(splice.at).ok()?;
    let end = start.checked_add(usize::try_from(splice.delete).ok()?)?;
    (end <= len).then_some((start, end))
}

fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

fn narrow(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn splice(at: u32, delete: u32, insert: &str) -> Splice {
        Splice { at, delete, insert: String::from(insert) }
    }

    fn apply(text: &str, splices: &[Splice]) -> String {
        let mut text = units(text);
        for splice in splices {
            let (start, end) = range(splice, text.len()).unwrap();
            text.splice(start..end, splice.insert.encode_utf16());
        }
        String::from_utf16(&text).unwrap()
    }

    /// Edits as the engine does: the document takes what the mirror says.
    fn edit(mirror: &mut Mirror, revision: u64, splice: &Splice) -> String {
        let rebased = mirror.edit(revision, splice).unwrap();
        let before = String::from_utf16(&mirror.document).unwrap();
        mirror.applied(&rebased);
        let after = String::from_utf16(&mirror.document).unwrap();
        assert_eq!(apply(&before, &rebased), after);
        after
    }

    #[test]
    fn typing_alone_needs_no_answer() {
        let mut mirror = Mirror::new("面");

        assert_eq!(edit(&mut mirror, 0, &splice(1, 0, "談")), "面談");
        assert_eq!(mirror.refresh(), None);
        assert_eq!(mirror.edits_seen(), 1);
    }

    #[test]
    fn typing_while_another_device_wrote_before_keeps_both() {
        let mut mirror = Mirror::new("𠮷田");
        assert!(mirror.set_document("髙橋と𠮷田"));
        assert_eq!(mirror.refresh(), Some((1, "髙橋と𠮷田".into())));

        let merged = edit(&mut mirror, 0, &splice(3, 0, "さん"));

        assert_eq!(merged, "髙橋と𠮷田さん");
        assert_eq!(mirror.refresh(), Some((2, merged)));
        assert_eq!(edit(&mut mirror, 2, &splice(8, 0, "。")), "髙橋と𠮷田さん。");
        assert_eq!(mirror.refresh(), None);
    }

    #[test]
    fn what_another_device_wrote_is_not_deleted_by_an_older_edit() {
        let mut mirror = Mirror::new("古い文");
        mirror.set_document("古い長い文");

        assert_eq!(edit(&mut mirror, 0, &splice(0, 3, "新")), "新長い");
        let mut other = Mirror::new("古い文");
        other.set_document("古あい文");
        assert_eq!(edit(&mut other, 0, &splice(1, 1, "")), "古あ文");
    }

    #[test]
    fn a_document_that_refused_an_edit_is_shown_again() {
        let mut mirror = Mirror::new("文");
        let _rebased = mirror.edit(0, &splice(1, 0, "長すぎる")).unwrap();

        assert!(!mirror.set_document("文"));
        assert_eq!(mirror.refresh(), Some((1, "文".into())));
    }

    #[test]
    fn an_edit_outside_the_text_or_of_an_unknown_revision_is_stale() {
        let mut mirror = Mirror::new("短");

        assert_eq!(mirror.edit(0, &splice(2, 0, "x")), Err(Stale));
        assert_eq!(mirror.edit(7, &splice(0, 0, "x")), Err(Stale));
        assert_eq!(mirror.edit(0, &splice(u32::MAX, u32::MAX, "x")), Err(Stale));
    }
}
