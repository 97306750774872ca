//! A person's edits.

use shared::{
    id::{DeviceId, DocumentId},
    map::Map,
};

use super::{Desk, OpenDocument};
use crate::{
    casework::{
        case,
        field::{Field, Shape, Value},
        form, note,
        signature::{self, Amendment, is_begun},
    },
    command::{Splice, Words},
    document::{
        Document,
        crdt::{Crdt, EditError, Held, Row, Write, Writer, once, shape_of},
        flatten::{Edit, flatten_item},
        genesis::Kind,
        guard::Side,
        mirror::Mirror,
    },
    effect::Effect,
    journal::Step,
    view::{Notice, RoomNotice, TextView, View},
};

/// A removed item, and what brings it back.
pub(super) struct Removed {
    list: Field,
    id: String,
    at: usize,
    changes: Vec<Vec<Edit>>,
}

impl Desk {
    /// Whether this person may write to a document.
    pub(super) fn may_write(&self, id: DocumentId) -> bool {
        let (Some((me, _)), Some(document)) = (self.me(), self.documents.get(&id)) else {
            return false;
        };
        document.may_write(me) && !self.is_retired()
    }

    /// Whether something that a person wished was refused because its document stands apart. What
    /// the program does by itself is refused in silence, and tried again.
    pub(crate) fn take_refused_apart(&mut self) -> bool {
        self.refused_apart.take().is_some()
    }

    /// Makes one change in a document and writes it down; `false` if it was refused.
    pub(super) fn edit(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        write: impl FnOnce(&mut Writer<'_, '_>) -> Result<(), EditError>,
    ) -> bool {
        self.edit_by(step, id, &mut once(write))
    }

    fn edit_by(&mut self, step: &mut Step<'_, '_>, id: DocumentId, write: &mut Write<'_>) -> bool {
        if !self.may_write(id) {
            if self.documents.get(&id).is_some_and(Document::stands_apart) {
                self.refused_apart = Some(id);
            }
            return false;
        }
        self.grow(step, id);
        let Some(document) = self.documents.get_mut(&id) else { return false };
        match document.crdt.edit_by(step.now(), write) {
            Ok(Some(change)) => self.keep_change(step, id, change),
            Ok(None) => {}
            Err(EditError::TooLong) => {
                Self::notice(step, Notice::TooLong);
                return false;
            }
            // The page and the schema disagree; the page is shown the document as it is.
            Err(EditError::NoSuchField | EditError::NotYours | EditError::Internal) => {
                self.refresh_open(step, id);
                return false;
            }
        }
        true
    }

    /// Makes a change in a field that the page asked for.
    pub(super) fn edit_field(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        field: &Field,
        write: impl FnOnce(&mut Writer<'_, '_>) -> Result<(), EditError>,
    ) -> bool {
        self.may_fill_in(step, id, field) && self.edit(step, id, write)
    }

    /// Whether the page may fill in a field, or else shows it what stands there: a signed note takes
    /// nothing, what asks rules first nothing either, and a minimal record only what it may hold.
    fn may_fill_in(&mut self, step: &mut Step<'_, '_>, id: DocumentId, field: &Field) -> bool {
        let is_by_acts = self.is_made_by_acts(id) || self.is_for_acts(id, field);
        if self.is_signed_note(id) || is_by_acts {
            self.refresh_open(step, id);
            return false;
        }
        if !self.record_of(id).admits(field) {
            Self::notice(step, Notice::Room(RoomNotice::MinimalRecord));
            self.refresh_open(step, id);
            return false;
        }
        true
    }

    /// Whether a document is written by acts alone, each of which asks a rule first.
    fn is_made_by_acts(&self, id: DocumentId) -> bool {
        let kind = self.documents.get(&id).and_then(|it| it.crdt.kind());
        matches!(kind, Some(Kind::Contribution | Kind::Package))
    }

    /// Whether a field is written by an act that asks rules first, and never filled in.
    fn is_for_acts(&self, id: DocumentId, field: &Field) -> bool {
        let kind = self.documents.get(&id).and_then(|it| it.crdt.kind());
        kind.is_some_and(|kind| kind.is_for_acts(field))
    }

    fn is_signed_note(&self, id: DocumentId) -> bool {
        self.documents.get(&id).is_some_and(|it| signature::signed_at(&it.crdt).is_some())
    }

    /// Signs a note as it stands, once.
    pub(crate) fn sign_note(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let Some(document) = self.documents.get(&id) else { return };
        let is_begun = document.crdt.kind() == Some(Kind::Note) && is_begun(&document.crdt);
        if !is_begun || self.is_signed_note(id) {
            return;
        }
        let keys = &self.keys;
        let signed = signature::sign(&document.crdt, id, keys.id, &keys.device, step.now());
        self.edit(step, id, |tx| signature::attach(tx, &signed));
        self.refresh_open(step, id);
    }

    /// Adds to a signed note.
    pub(crate) fn amend_note(&mut self, step: &mut Step<'_, '_>, id: DocumentId, words: &Words) {
        if !self.is_signed_note(id) || words.text.trim().is_empty() {
            return;
        }
        let amendment =
            Amendment { at: step.now(), why: words.why.clone(), text: words.text.clone() };
        let item = DeviceId::new(step.cx.random()).to_hex();
        self.edit(step, id, |tx| signature::amend(tx, &item, &amendment));
        self.refresh_open(step, id);
    }

    /// Makes what a document's kind got since it was begun.
    fn grow(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let (this, side) = (self.keys.id, self.side_of(self.keys.id));
        let Some(document) = self.documents.get_mut(&id) else { return };
        if let Some(side) = side {
            document.crdt.introduce(this, side);
        }
        for change in document.crdt.grow() {
            self.keep_change(step, id, change);
        }
    }

    /// On whose side a device writes.
    pub(super) fn side_of(&self, device: DeviceId) -> Option<Side> {
        let org = self.org.as_ref()?;
        Some(Side::of(org.account(org.device(device)?.account)?.role))
    }

    /// Starts showing a document.
    pub(crate) fn open_document(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        if self.is_elsewhere(step, id) {
            return;
        }
        let Some(document) = self.documents.get(&id) else { return };
        let mut open = OpenDocument::default();
        for (field, text) in texts(self.form(document, true)) {
            open.mirrors.insert(field, Mirror::new(&text));
        }
        let is_consent = document.crdt.kind() == Some(Kind::CaseConsent);
        self.open.insert(id, open);
        for language in ["ja", "en"].iter().filter(|_| is_consent) {
            self.keep_explanation(step, id, language);
        }
        self.plan_opened(id);
        if let Some(document) = self.documents.get_mut(&id) {
            document.used = step.now();
        }
        self.show_document(step, id);
        self.show_canvases(step, id);
    }

    /// The fields that this person is shown of a document, and what they hold.
    pub(super) fn form(&self, document: &Document, with_texts: bool) -> Vec<Row> {
        let crdt = &document.crdt;
        let side = self.role().map(Side::of);
        let fields = crdt.kind().zip(side).filter(|_| self.is_filled_in(document));
        let fields = fields.map(|(kind, side)| form::fields(kind, side));
        crdt.rows(fields.unwrap_or_default(), with_texts)
    }

    /// Stops showing a document.
    pub(crate) fn close_document(&mut self, id: DocumentId) {
        self.open.remove(&id);
    }

    /// The page typed.
    pub(crate) fn edit_text(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        field: &Field,
        revision: u64,
        splice: &Splice,
    ) {
        let Some(document) = self.documents.get(&id) else { return };
        let read = || document.crdt.text(field).unwrap_or_default();
        let open = self.open.get_or_default(id);
        let mirror = open.mirrors.get_or_insert_with(field.clone(), || Mirror::new(&read()));
        if let Ok(splices) = mirror.edit(revision, splice) {
            let pieces: Vec<Splice> =
                splices.iter().flat_map(|it| it.pieces(|at| mirror.splits_letter(at))).collect();
            let taken = pieces
                .iter()
                .all(|piece| self.edit_field(step, id, field, |tx| tx.splice(field, piece)));
            self.reconcile(id, field, taken.then_some(&splices));
        }
        self.answer_text(step, id, field);
        self.show_summaries(step, id, field);
    }

    /// Tells the mirror what the document holds after an edit, whole or in part.
    fn reconcile(&mut self, id: DocumentId, field: &Field, taken: Option<&Vec<Splice>>) {
        let mirror = self.open.get_mut(&id).and_then(|open| open.mirrors.get_mut(field));
        let (Some(mirror), Some(document)) = (mirror, self.documents.get(&id)) else { return };
        match taken {
            Some(splices) => mirror.applied(splices),
            None => {
                mirror.set_document(&document.crdt.text(field).unwrap_or_default());
            }
        }
    }

    /// Tells the page what its field should hold.
    fn answer_text(&mut self, step: &mut Step<'_, '_>, id: DocumentId, field: &Field) {
        let mirror = self.open.get_mut(&id).and_then(|open| open.mirrors.get_mut(field));
        let Some(mirror) = mirror else { return };
        let adopt = mirror.refresh();
        let edits_seen = mirror.edits_seen();
        let view = TextView { document: id, field: field.clone(), edits_seen, adopt };
        step.effects.push(Effect::Show(View::Text(view)));
    }

    /// Shows an open document again, whole, and every text that another device changed.
    pub(super) fn refresh_open(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        if !self.open.contains_key(&id) {
            return;
        }
        let Some(document) = self.documents.get(&id) else { return };
        let rows = self.form(document, true);
        let Some(open) = self.open.get_mut(&id) else { return };
        let mut changed = vec![];
        let texts: Map<Field, String> = texts(rows).collect();
        // The page forgets what it typed into an item that is gone, and so does this.
        open.mirrors.retain(|field, _| texts.contains_key(field));
        for (field, text) in texts {
            let mirror = open.mirrors.get_or_insert_with(field.clone(), || Mirror::new(&text));
            if mirror.set_document(&text) {
                changed.push(field);
            }
        }
        self.show_document(step, id);
        self.show_canvases(step, id);
        for field in changed {
            self.answer_text(step, id, &field);
        }
    }

    /// Sets a value.
    pub(crate) fn set_value(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        field: &Field,
        value: &Value,
    ) {
        let Some(Ok(shape)) = self.documents.get(&id).map(|it| shape_of(&it.crdt, field)) else {
            return;
        };
        // How far a report is follows from what was done, and what it is about is settled.
        let kind = self.documents.get(&id).and_then(|it| it.crdt.kind());
        if kind == Some(Kind::Report) && ["state", "from", "to"].contains(&field.as_str()) {
            return self.show_document(step, id);
        }
        // What no schema describes is written by wishes of its own.
        if shape == Shape::Many(&[]) {
            return;
        }
        self.edit_field(step, id, field, |tx| tx.set(field, shape, value));
        self.show_document(step, id);
        if field.segments().next() == Some("canvases") {
            self.show_canvases(step, id);
        }
    }

    /// Adds an empty item to a list.
    pub(crate) fn add_item(&mut self, step: &mut Step<'_, '_>, id: DocumentId, list: &Field) {
        let shape = self.documents.get(&id).map(|it| shape_of(&it.crdt, list));
        // A list whose items have no fields is written by acts of its own.
        let Some(Ok(Shape::List(fields @ [_, ..]))) = shape else { return };
        let item = Self::new_item(step);
        self.edit_field(step, id, list, |tx| tx.add_item(list, &item, None, fields));
        self.refresh_open(step, id);
    }

    /// Removes an item, remembering it.
    pub(crate) fn remove_item(&mut self, step: &mut Step<'_, '_>, id: DocumentId, item: &Field) {
        let Some(mut removed) = self.documents.get(&id).and_then(|it| remember(&it.crdt, item))
        else {
            return;
        };
        let at = &mut removed.at;
        let is_gone = self.edit_field(step, id, item, |tx| {
            *at = tx.remove_item(item)?;
            Ok(())
        });
        if is_gone {
            let open = self.open.get_or_default(id);
            let prefix = format!("{item}/");
            open.mirrors.retain(|field, _| !field.as_str().starts_with(&prefix));
            open.removed.push(removed);
        }
        self.refresh_open(step, id);
    }

    /// Brings back the item removed last.
    pub(crate) fn restore_item(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let Some(removed) = self.open.get_mut(&id).and_then(|open| open.removed.pop()) else {
            return;
        };
        let Removed { list, id: item_id, at, changes } = removed;
        let mut changes = changes.iter();
        let first = changes.next().map_or(&[][..], Vec::as_slice);
        let is_back = self.edit_field(step, id, &list, |tx| {
            tx.add_item(&list, &item_id, Some(at), &[])?;
            first.iter().try_for_each(|edit| edit.write(tx))
        });
        // What is somebody else's to write, beyond what fits into the first change, stays away.
        for change in changes.filter(|_| is_back) {
            self.edit_field(step, id, &list, |tx| {
                change.iter().try_for_each(|edit| edit.write(tx))
            });
        }
        self.refresh_open(step, id);
    }

    /// Puts the summary draft of a note where the employee reads it.
    pub(crate) fn offer_summary(&mut self, step: &mut Step<'_, '_>, note: DocumentId) {
        let Some(document) = self.documents.get(&note) else { return };
        let Some(about) = note::about(&document.crdt) else { return };
        let (draft, at) = (note::draft(&document.crdt), step.now());
        let interview = note::interview(&document.crdt, note);
        let case = self.current(about.case);
        match case::offer(&draft, at) {
            Some(lots) => {
                // What says when comes last: until then nothing has been offered.
                let _all = lots
                    .iter()
                    .all(|lot| self.edit(step, case, |tx| case::write(tx, interview, lot)));
            }
            None => Self::notice(step, Notice::TooLong),
        }
        self.show_document(step, note);
        self.refresh_open(step, case);
    }
}

fn remember(crdt: &Crdt, item: &Field) -> Option<Removed> {
    let (list, id) = item.as_str().rsplit_once('/')?;
    let list = Field::top(list);
    let Ok(Shape::List([_, ..])) = shape_of(crdt, &list) else { return None };
    if !crdt.items(&list).iter().any(|it| it == id) {
        return None;
    }
    let changes = flatten_item(crdt, &list, id);
    Some(Removed { list, id: String::from(id), at: 0, changes })
}

/// The texts among what was read out.
fn texts(rows: Vec<Row>) -> impl Iterator<Item = (Field, String)> {
    rows.into_iter().filter_map(|(field, _, held)| match held {
        Held::Text(text) => Some((field, text.unwrap_or_default())),
        Held::Value(_) | Held::Items(_) => None,
    })
}
