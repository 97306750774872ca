//! Opens what the page shows, and closes the rest.

use core::time::Duration;

use engine::command::Command;
use leptos::prelude::*;
use shared::id::DocumentId;

use super::Signals;
use crate::{
    app::{desk, place::Place, wanted},
    port,
    watched::{Derived, effect},
    widgets::board,
};

/// What was asked for so lately is not asked for again, in milliseconds.
const ON_ITS_WAY_MS: u64 = 200;

impl Signals {
    /// Opens the documents that the page shows, and closes others once nothing of them can be lost.
    pub fn follow(&'static self) {
        desk::watch(move || self.show_progress());
        let is_shown = Derived::new(move || self.is_shown());
        effect(move || {
            let wanted = wanted::wanted(self);
            // What is missing is asked for again whenever something arrived.
            self.shelf.track();
            self.told_sync.track();
            self.seeks.track();
            if is_shown.get() {
                self.open_all(wanted);
                self.close_durable();
            }
        });
    }

    /// Opens what the page needs, without waiting until it is built.
    pub(super) fn open_wanted(&'static self) {
        untrack(|| {
            if self.is_shown() {
                self.open_all(wanted::wanted(self));
            }
        });
    }

    fn open_all(&'static self, wanted: Vec<DocumentId>) {
        for document in wanted {
            self.open(document);
        }
    }

    /// Opens a document unless it is on the screen. What was not there may have arrived since.
    fn open(&'static self, document: DocumentId) {
        // What arrives of a document after it was closed lies on the shelf, and stays as it is.
        let asked_ms = self.opened.with_untracked(|opened| {
            opened.iter().find(|(it, _)| *it == document).map(|(_, at)| *at)
        });
        let is_here = self.shelf.with_untracked(|shelf| shelf.has(document))
            || self.shared.with_untracked(|all| all.contains_key(&document))
            || self.note.with_untracked(|it| it.as_ref().is_some_and(|it| it.document == document));
        let is_note = self.place.get_untracked() == Place::Note(document);
        let is_whole = !is_note
            || self.note.with_untracked(|it| it.as_ref().is_some_and(|it| it.document == document));
        if asked_ms.is_some() && is_here && is_whole {
            return;
        }
        // While one thing after the other arrives, what was just asked for is on its way.
        let now_ms = board::now_ms();
        if asked_ms.is_some_and(|asked| now_ms.abs_diff(asked) < ON_ITS_WAY_MS) {
            return self.seek();
        }
        // It may still be open behind the page; opening counts its edits from nought.
        desk::with(|desk| desk.leave(Some(document)));
        port::send(&Command::Open(document));
        self.opened.update(|opened| {
            opened.retain(|(it, _)| *it != document);
            opened.push((document, now_ms));
        });
    }

    /// Looks for what is missing once it is not on its way any more.
    fn seek(&'static self) {
        if !self.seeks.get_untracked() {
            self.seeks.update_untracked(|seeks| *seeks = true);
            let wait = Duration::from_millis(ON_ITS_WAY_MS);
            set_timeout(|| self.seeks.set(false), wait);
        }
    }

    pub(super) fn close_durable(&'static self) {
        let mut needed = untrack(|| wanted::wanted(self));
        needed.extend(untrack(|| wanted::kept(self, self.led_from.get_untracked())));
        let is_closable = |document: &DocumentId| {
            !needed.contains(document) && desk::with(|desk| desk.is_durable(*document))
        };
        let closable: Vec<DocumentId> = self.opened.with_untracked(|opened| {
            opened.iter().map(|(it, _)| *it).filter(is_closable).collect()
        });
        for document in closable {
            port::send(&Command::Close(document));
            desk::with(|desk| desk.leave(Some(document)));
            self.opened.update(|opened| opened.retain(|(it, _)| *it != document));
            self.shelf.update(|shelf| shelf.close(document));
            self.shared.update(|all| {
                all.remove(&document);
            });
            if self.note.with_untracked(|it| it.as_ref().is_some_and(|it| it.document == document))
            {
                self.note.set(None);
            }
        }
    }
}
