//! The texts that are open, and what was typed and may be lost with the worker.
//!
//! **Invariant:** what was typed is in a text box, with the engine, or a draft here, until the
//! engine reports it durable.

use core::cell::RefCell;
use shared::map::{Map, Set};
use std::rc::Rc;

use engine::{
    casework::field::Field,
    command::Command,
    view::{Content, NoteView, TextView},
};
use shared::id::DocumentId;

use crate::{
    port,
    widgets::text_sync::{Arrival, Draft, Edit, TextSync},
};

/// Which text.
pub type Key = (DocumentId, Field);

/// A text box on the page: how to read and write it.
pub trait TextBox {
    /// What stands in it; `None` once it is gone.
    fn value(&self) -> Option<String>;
    /// Writes into it, keeping the caret with its words.
    fn write(&self, text: &str);
}

/// The open texts, without the page around them.
#[derive(Default)]
pub struct Desk {
    texts: Map<Key, TextSync>,
    drafts: Map<Key, Draft>,
}

impl Desk {
    /// A text box appears: what to show in it, and what to tell the engine at once.
    pub fn lay(&mut self, key: &Key, revision: u64, text: &str) -> (String, Option<Edit>) {
        if let Some(open) = self.texts.get(key) {
            return (open.text().to_owned(), None);
        }
        let mut open = TextSync::new(revision, text.to_owned());
        let edit = self.drafts.remove(key).and_then(|draft| open.typed(&draft.onto(text)));
        let shown = open.text().to_owned();
        self.texts.insert(key.clone(), open);
        (shown, edit)
    }

    /// The open text.
    pub fn text(&self, key: &Key) -> Option<&TextSync> {
        self.texts.get(key)
    }

    fn text_mut(&mut self, key: &Key) -> Option<&mut TextSync> {
        self.texts.get_mut(key)
    }

    /// Everything the engine has seen of a document, or of all, is durable.
    pub fn stored(&mut self, document: Option<DocumentId>) {
        for ((of, _), text) in self.texts.iter_mut() {
            if document.is_none_or(|document| document == *of) {
                text.stored();
            }
        }
    }

    /// Whether all texts of a document are durable.
    pub fn is_durable(&self, document: DocumentId) -> bool {
        let mut texts = self.texts.iter().filter(|((of, _), _)| *of == document);
        texts.all(|(_, text)| text.is_durable())
    }

    /// Documents with texts of which the engine has not seen everything.
    pub fn ahead(&self) -> Set<DocumentId> {
        let ahead = self.texts.iter().filter(|(_, text)| text.is_ahead());
        ahead.map(|((document, _), _)| *document).collect()
    }

    /// Whether an input method is composing anywhere.
    pub fn is_composing(&self) -> bool {
        self.texts.values().any(TextSync::is_composing)
    }

    /// A document was closed, or the engine is gone (`None`): what may be lost becomes a draft.
    pub fn leave(&mut self, document: Option<DocumentId>) {
        for (key, text) in std::mem::take(&mut self.texts) {
            if document.is_some_and(|document| document != key.0) {
                self.texts.insert(key, text);
            } else if let Some(draft) = text.into_draft() {
                self.drafts.insert(key, draft);
            }
        }
    }

    /// A document was shown whole: texts of items that are gone are gone too.
    pub fn keep_only(&mut self, shown: DocumentId, fields: &[(Field, Content)]) {
        let is_there = |(document, field): &Key| {
            *document != shown || fields.iter().any(|(it, _)| it == field)
        };
        let gone: Vec<Key> = self.texts.keys().filter(|key| !is_there(key)).cloned().collect();
        for key in gone {
            if let Some(draft) = self.texts.remove(&key).and_then(TextSync::into_draft) {
                self.drafts.insert(key, draft);
            }
        }
    }

    /// The person removes an item: its texts are not wanted back.
    pub fn discard(&mut self, document: DocumentId, item: &Field) {
        let prefix = format!("{item}/");
        let is_in = |key: &Key| key.0 == document && key.1.as_str().starts_with(&prefix);
        self.texts.retain(|key, _| !is_in(key));
        self.drafts.retain(|key, _| !is_in(key));
    }

    /// The device was revoked: nothing that was typed stays.
    pub fn forget(&mut self) {
        self.texts.clear();
        self.drafts.clear();
    }

    /// Documents with drafts.
    pub fn drafted(&self) -> Vec<DocumentId> {
        let mut documents: Vec<DocumentId> = self.drafts.keys().map(|key| key.0).collect();
        documents.dedup();
        documents
    }

    /// How many drafts wait.
    pub fn drafts_len(&self) -> usize {
        self.drafts.len()
    }

    /// Drafts of an open note that found no text box.
    pub fn leftovers(&self, note: &NoteView) -> Vec<(Field, String)> {
        let is_there = |field: &Field| note.fields.iter().any(|(it, _)| it == field);
        let of_note = self.drafts.iter().filter(|(key, _)| key.0 == note.document);
        let homeless = of_note.filter(|(key, _)| !is_there(&key.1));
        homeless.map(|(key, draft)| (key.1.clone(), draft.mine.clone())).collect()
    }

    /// The person has seen the leftovers.
    pub fn drop_leftovers(&mut self, document: DocumentId) {
        self.drafts.retain(|key, _| key.0 != document);
    }
}

thread_local! {
    static DESK: RefCell<Desk> = RefCell::default();
    static BOXES: RefCell<Map<Key, Rc<dyn TextBox>>> = const { RefCell::new(Map::new()) };
    static WATCHER: RefCell<Option<Rc<dyn Fn()>>> = const { RefCell::new(None) };
}

/// Calls back whenever somebody wrote.
pub fn watch(watcher: impl Fn() + 'static) {
    WATCHER.set(Some(Rc::new(watcher)));
}

fn notify() {
    if let Some(watcher) = WATCHER.with_borrow(Clone::clone) {
        watcher();
    }
}

/// Looks at or changes the desk.
pub fn with<R>(f: impl FnOnce(&mut Desk) -> R) -> R {
    DESK.with_borrow_mut(f)
}

/// A text box appears; what it shows at first.
pub fn lay(key: &Key, content: &Content) -> String {
    let Content::Text { revision, text } = content else { return String::new() };
    let (shown, edit) = with(|desk| desk.lay(key, *revision, text));
    send(key, edit);
    shown
}

/// The text box can be read and written from then on.
pub fn attach(key: Key, text_box: Rc<dyn TextBox>) {
    BOXES.with_borrow_mut(|boxes| boxes.insert(key, text_box));
}

/// The text box is gone. Its text stays on the desk as long as the document is open.
pub fn detach(key: &Key) {
    BOXES.with_borrow_mut(|boxes| boxes.remove(key));
}

/// The text box changed.
pub fn typed(key: &Key, value: &str) {
    let edit = with(|desk| desk.text_mut(key).and_then(|text| text.typed(value)));
    send(key, edit);
    notify();
}

/// An input method began to compose.
pub fn compose(key: &Key) {
    with(|desk| {
        if let Some(text) = desk.text_mut(key) {
            text.compose();
        }
    });
    notify();
}

/// The composition ended, or focus left.
pub fn composed(key: &Key, value: &str) {
    let Some((edit, arrival)) = with(|desk| Some(desk.text_mut(key)?.composed(value))) else {
        return;
    };
    send(key, edit);
    obey(key, arrival);
    notify();
}

/// The engine told of a text.
pub fn arrived(view: &TextView) {
    let key = (view.document, view.field.clone());
    let arrival = with(|desk| desk.text_mut(&key).map(|text| text.arrived(view)));
    obey(&key, arrival.unwrap_or(Arrival::Keep));
}

/// Sends whatever stands in the text boxes and was not sent.
pub fn flush() {
    let boxes = BOXES.with_borrow(Clone::clone);
    for (key, text_box) in boxes {
        if let Some(value) = text_box.value() {
            composed(&key, &value);
        }
    }
}

/// The text as the person sees it, for a preview.
pub fn current(key: &Key, content: &Content) -> String {
    with(|desk| match (desk.text(key), content) {
        (Some(open), _) => open.text().to_owned(),
        (None, Content::Text { text, .. }) => text.clone(),
        (None, Content::Value(_) | Content::Items(_)) => String::new(),
    })
}

fn send(key: &Key, edit: Option<Edit>) {
    if let Some(Edit { revision, splice }) = edit {
        let (document, field) = key.clone();
        port::send(&Command::EditText { document, field, revision, splice });
    }
}

fn obey(key: &Key, arrival: Arrival) {
    match arrival {
        Arrival::Keep => {}
        Arrival::Adopt(text) => {
            if let Some(text_box) = BOXES.with_borrow(|boxes| boxes.get(key).cloned()) {
                text_box.write(&text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(field: &str) -> Key {
        (DocumentId::new([1; 16]), Field::top(field))
    }

    #[test]
    fn a_text_typed_into_a_worker_that_died_is_sent_to_the_next_one() {
        let mut desk = Desk::default();
        desk.lay(&key("purpose"), 0, "迷い");
        desk.lay(&key("observation"), 0, "腕を組む");
        desk.text_mut(&key("purpose")).unwrap().typed("迷いの中身").unwrap();

        desk.leave(None);
        assert_eq!(desk.drafts_len(), 1);
        let (shown, edit) = desk.lay(&key("purpose"), 0, "迷い");
        let (untouched, nothing) = desk.lay(&key("observation"), 0, "腕を組む");

        assert_eq!(shown, "迷いの中身");
        assert_eq!(edit.unwrap().splice.insert, "の中身");
        assert_eq!((untouched.as_str(), nothing), ("腕を組む", None));
        assert_eq!(desk.drafts_len(), 0);
    }

    #[test]
    fn a_revoked_device_keeps_nothing_that_was_typed() {
        let mut desk = Desk::default();
        desk.lay(&key("purpose"), 0, "");
        desk.text_mut(&key("purpose")).unwrap().typed("あ").unwrap();

        desk.forget();
        desk.leave(None);

        assert_eq!(desk.drafts_len(), 0);
    }

    #[test]
    fn a_text_box_built_again_shows_what_was_typed() {
        let mut desk = Desk::default();
        desk.lay(&key("purpose"), 0, "");
        desk.text_mut(&key("purpose")).unwrap().typed("あ").unwrap();

        assert_eq!(desk.lay(&key("purpose"), 0, ""), (String::from("あ"), None));
    }

    #[test]
    fn a_document_is_ahead_until_the_engine_has_seen_every_edit() {
        let mut desk = Desk::default();
        desk.lay(&key("purpose"), 0, "");
        assert!(desk.ahead().is_empty());

        let text = desk.text_mut(&key("purpose")).unwrap();
        text.typed("あ").unwrap();
        text.typed("あい").unwrap();
        let document = key("").0;
        let view = |edits_seen| TextView {
            document,
            field: Field::top("purpose"),
            edits_seen,
            adopt: None,
        };
        text.arrived(&view(1));
        assert!(desk.ahead().contains(&document));

        desk.text_mut(&key("purpose")).unwrap().arrived(&view(2));
        assert!(desk.ahead().is_empty());
        desk.text_mut(&key("purpose")).unwrap().compose();
        assert!(desk.ahead().contains(&document));
    }

    #[test]
    fn what_was_stored_is_no_draft() {
        let mut desk = Desk::default();
        desk.lay(&key("purpose"), 0, "");
        let text = desk.text_mut(&key("purpose")).unwrap();
        text.typed("あ").unwrap();
        let field = Field::top("purpose");
        text.arrived(&TextView { document: key("").0, field, edits_seen: 1, adopt: None });
        assert!(!desk.is_durable(key("").0));

        desk.stored(Some(key("").0));
        desk.leave(None);

        assert_eq!(desk.drafts_len(), 0);
    }
}
