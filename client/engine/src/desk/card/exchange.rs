//! The employee's card as a file.

use super::Desk;
use crate::{
    casework::{
        job_card::{
            self, Card,
            change::How,
            exchange::{self, Piece, preview, takeover},
        },
        json::JsonFault,
    },
    document::{Document, chunk, crdt::Crdt, genesis::Kind},
    effect::Effect,
    journal::Step,
    view::{Exchange, View},
};
use shared::log::org::Role;

/// Most steps that an import may take: a card of a whole life takes a few hundred.
const PIECES_MAX: usize = 4_000;

impl Desk {
    /// Writes this person's own card out.
    pub(super) fn export_card(&self, step: &mut Step<'_, '_>) {
        let Some(document) = self.own_card().and_then(|id| self.documents.get(&id)) else { return };
        let text = exchange::to_json(&job_card::card(&document.crdt));
        answer(step, Exchange::Exported(text));
    }

    /// Reads a file into this person's own card: whole, or not at all.
    pub(super) fn import_card(&mut self, step: &mut Step<'_, '_>, text: &str, is_sure: bool) {
        let card = match exchange::from_json(text) {
            Ok(card) => card,
            Err(error) => return refuse(step, error.path, error.fault),
        };
        if self.role() != Some(Role::Employee) {
            return;
        }
        let own = self.own_card().and_then(|id| self.documents.get(&id));
        let has = own.map_or_else(Card::default, |it| job_card::card(&it.crdt));
        let changes = preview(&has, &card);
        let pieces = takeover(&has, &card, || Self::new_item(step));
        if let Err(path) = self.fits(step, own, &pieces) {
            return refuse(step, path, JsonFault::TooLong);
        }
        if !is_sure {
            return answer(step, Exchange::Preview(changes));
        }
        self.begin_card(step);
        let Some(id) = self.own_card() else { return };
        let replaces = changes.iter().any(|(_, how)| *how != How::Added);
        let is_kept = !replaces || self.keep_version(step, "");
        let mut pieces = pieces.iter();
        if is_kept && pieces.all(|piece| self.edit(step, id, |tx| piece.write(tx))) {
            answer(step, Exchange::Imported);
        }
        self.refresh_open(step, id);
    }

    /// Whether a card has room for an import: tried on a copy, because what is half imported cannot be
    /// taken back. Otherwise the path where there is none.
    fn fits(
        &self,
        step: &Step<'_, '_>,
        card: Option<&Document>,
        pieces: &[Piece],
    ) -> Result<(), String> {
        let this = self.keys.id;
        let actor = |id| chunk::actor(this, id, self.progress.starts);
        let copy = if let Some(card) = card {
            let (changes, census) = card.crdt.save();
            Crdt::load(changes, census, this, actor(card.id))
        } else {
            let id = self.card_ids().next();
            id.and_then(|id| Crdt::begin(Kind::JobCard, this, actor(id))).map(|(new, _)| new)
        };
        let Some(mut copy) = copy.filter(|_| pieces.len() <= PIECES_MAX) else {
            return Err(String::new());
        };
        if let Some(side) = self.side_of(this) {
            copy.introduce(this, side);
        }
        copy.grow();
        for piece in pieces {
            let written = copy.edit(step.now(), |tx| piece.write(tx));
            written.map_err(|_| String::from(piece.field().as_str()))?;
        }
        Ok(())
    }
}

fn answer(step: &mut Step<'_, '_>, exchange: Exchange) {
    step.effects.push(Effect::Show(View::Exchange(exchange)));
}

fn refuse(step: &mut Step<'_, '_>, path: String, fault: JsonFault) {
    answer(step, Exchange::Refused { path, fault });
}
