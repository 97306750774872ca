//! One open text and what page and engine know of each other about it.
//!
//! **Invariant:** `base` is the text as the engine has it once it has seen every edit sent, as
//! far as the page can know; the next edit is the difference between `base` and the text box.

use engine::{command::Splice, view::TextView};

use super::splice;

/// An edit to send, and the revision it counts in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What the engine calls the text the page last adopted.
    pub revision: u64,
    /// What changed since then and since the edits sent after it.
    pub splice: Splice,
}

/// What the page must do with a text that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// Nothing.
    Keep,
    /// Write this into the text box.
    Adopt(String),
}

/// One open text.
#[derive(Clone, Debug)]
pub struct TextSync {
    revision: u64,
    base: String,
    sent: u64,
    seen: u64,
    /// The text as it was when everything in it was durable.
    durable: String,
    /// Between compositionstart and compositionend nothing is sent and nothing adopted.
    composing: bool,
    /// What arrived while composing.
    held: Option<(u64, String)>,
}

impl TextSync {
    /// A text as the engine showed it with the whole document.
    pub fn new(revision: u64, text: String) -> Self {
        Self {
            revision,
            durable: text.clone(),
            base: text,
            sent: 0,
            seen: 0,
            composing: false,
            held: None,
        }
    }

    /// The text with everything sent.
    pub fn text(&self) -> &str {
        &self.base
    }

    /// Whether a composition is going on.
    pub fn is_composing(&self) -> bool {
        self.composing
    }

    /// Whether everything typed here is durable.
    pub fn is_durable(&self) -> bool {
        self.base == self.durable
    }

    /// Whether something stands in the text box that the engine has not seen.
    pub fn is_ahead(&self) -> bool {
        self.composing || self.seen != self.sent
    }

    /// The text box changed. The edit to send, if there is one to send at this moment.
    pub fn typed(&mut self, value: &str) -> Option<Edit> {
        if self.composing {
            return None;
        }
        let splice = splice::between(&self.base, value)?;
        value.clone_into(&mut self.base);
        self.sent += 1;
        self.held = None;
        Some(Edit { revision: self.revision, splice })
    }

    /// An input method began to compose.
    pub fn compose(&mut self) {
        self.composing = true;
    }

    /// The composition ended, or the text box lost focus without saying so.
    pub fn composed(&mut self, value: &str) -> (Option<Edit>, Arrival) {
        if !self.composing {
            return (self.typed(value), Arrival::Keep);
        }
        self.composing = false;
        let held = self.held.take();
        let edit = self.typed(value);
        match (&edit, held) {
            (None, Some((revision, text))) => (None, self.adopt(revision, text)),
            (Some(_), _) | (None, None) => (edit, Arrival::Keep),
        }
    }

    /// The engine told what it knows of the text.
    pub fn arrived(&mut self, view: &TextView) -> Arrival {
        self.seen = view.edits_seen;
        // A later view counts the edits this one lacks, and comes by itself.
        if view.edits_seen != self.sent {
            return Arrival::Keep;
        }
        match &view.adopt {
            None => Arrival::Keep,
            Some((revision, text)) if self.composing => {
                self.held = Some((*revision, text.clone()));
                Arrival::Keep
            }
            Some((revision, text)) => self.adopt(*revision, text.clone()),
        }
    }

    /// The local store has everything the engine has seen.
    pub fn stored(&mut self) {
        if self.seen == self.sent {
            self.base.clone_into(&mut self.durable);
        }
    }

    /// What has to be brought back should the worker be gone: `None` when nothing would be lost.
    pub fn into_draft(self) -> Option<Draft> {
        if self.is_durable() { None } else { Some(Draft { common: self.durable, mine: self.base }) }
    }

    fn adopt(&mut self, revision: u64, text: String) -> Arrival {
        self.revision = revision;
        // What the engine shows may not be durable yet, but if it is not from here, its author has it.
        if self.is_durable() {
            text.clone_into(&mut self.durable);
        }
        text.clone_into(&mut self.base);
        Arrival::Adopt(text)
    }
}

/// What was typed on this page and may be lost with the worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The text that was durable.
    pub common: String,
    /// The text as it stood in the text box.
    pub mine: String,
}

impl Draft {
    /// The text to show once the engine has opened the document again.
    pub fn onto(&self, text: &str) -> String {
        splice::merge(&self.common, &self.mine, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::casework::field::Field;
    use shared::id::DocumentId;

    fn view(edits_seen: u64, adopt: Option<(u64, &str)>) -> TextView {
        TextView {
            document: DocumentId::new([1; 16]),
            field: Field::top("purpose"),
            edits_seen,
            adopt: adopt.map(|(revision, text)| (revision, String::from(text))),
        }
    }

    #[test]
    fn each_edit_is_the_difference_to_the_one_before_under_the_adopted_revision() {
        let mut text = TextSync::new(7, String::from("迷い"));

        let first = text.typed("迷いの").unwrap();
        let second = text.typed("迷いの中").unwrap();

        assert_eq!((first.revision, first.splice.at), (7, 2));
        assert_eq!((second.revision, second.splice.at), (7, 3));
        assert_eq!(text.typed("迷いの中"), None);
    }

    #[test]
    fn a_text_that_lacks_an_edit_of_this_page_is_not_adopted() {
        let mut text = TextSync::new(1, String::new());
        text.typed("あ").unwrap();
        text.typed("あい").unwrap();

        assert_eq!(text.arrived(&view(1, Some((2, "xあ")))), Arrival::Keep);
        assert_eq!(text.arrived(&view(2, Some((3, "xあい")))), Arrival::Adopt("xあい".into()));

        assert_eq!(text.typed("xあいう").unwrap().revision, 3);
    }

    #[test]
    fn while_composing_nothing_is_sent_and_nothing_adopted() {
        let mut text = TextSync::new(1, String::from("主訴"));
        text.compose();

        assert_eq!(text.typed("主訴ma"), None);
        assert_eq!(text.arrived(&view(0, Some((2, "主訴。")))), Arrival::Keep);
        let (edit, arrival) = text.composed("主訴迷");

        // The edit counts in the text the person saw; the engine merges and answers.
        assert_eq!(edit.unwrap().revision, 1);
        assert_eq!(arrival, Arrival::Keep);
        let merged = text.arrived(&view(1, Some((3, "主訴迷。"))));
        assert_eq!(merged, Arrival::Adopt("主訴迷。".into()));
    }

    #[test]
    fn a_composition_that_came_to_nothing_adopts_what_waited() {
        let mut text = TextSync::new(1, String::from("主訴"));
        text.compose();
        text.arrived(&view(0, Some((2, "主訴。"))));

        let (edit, arrival) = text.composed("主訴");

        assert_eq!((edit, arrival), (None, Arrival::Adopt("主訴。".into())));
        assert_eq!(text.typed("主訴。x").unwrap().revision, 2);
    }

    #[test]
    fn an_end_of_composition_that_was_never_announced_is_an_ordinary_edit() {
        let mut text = TextSync::new(1, String::new());

        let (edit, arrival) = text.composed("あ");

        assert_eq!(edit.unwrap().splice.insert, "あ");
        assert_eq!(arrival, Arrival::Keep);
    }

    #[test]
    fn a_draft_is_what_was_typed_since_the_store_had_everything() {
        let mut text = TextSync::new(1, String::new());
        text.typed("一").unwrap();
        // The store's word does not cover an edit the engine has not seen.
        text.stored();
        assert!(!text.is_durable());
        text.arrived(&view(1, None));
        text.stored();
        assert_eq!(text.clone().into_draft(), None);

        text.typed("一二").unwrap();

        let draft = text.into_draft().unwrap();
        assert_eq!((draft.common.as_str(), draft.mine.as_str()), ("一", "一二"));
        assert_eq!(draft.onto("一"), "一二");
    }
}
