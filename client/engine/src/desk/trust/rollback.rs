//! Less than there was: what the server showed or acknowledged before is held against what it shows.

use shared::{
    id::{DocumentId, Number, Seq},
    log::document::Life,
    sync::{ClientMessage, DocumentState},
};

use crate::{
    desk::Desk,
    document::Document,
    journal::Step,
    record::Name,
    trust::{Alarm, Stage},
    view::{AlarmKind, Matter},
};

impl Desk {
    /// Asks what there is. What is kept back is asked for from the start: it may come now.
    pub(in crate::desk) fn subscribe(&mut self, step: &mut Step<'_, '_>) {
        let kept_back = |alarm: &Alarm| {
            alarm.matter.device.and(alarm.matter.document).filter(|_| {
                alarm.matter.kind == AlarmKind::Withheld && alarm.stage == Stage::Raised
            })
        };
        for number in self.trust.alarms.find(|alarm| kept_back(alarm).is_some()) {
            let id = self.trust.alarms.get(number).and_then(kept_back);
            if let Some(document) = id.and_then(|id| self.documents.get_mut(&id)) {
                document.progress.cursor = Number(0);
            }
        }
        let length = |it: &Document| it.log.as_ref().map_or(0, |log| log.head().length);
        let documents = self.documents.values();
        self.trust.asked = documents.map(|it| (it.id, (length(it), it.progress.cursor))).collect();
        Self::send(step, ClientMessage::Subscribe);
    }

    /// Asks for the org log, its last entry once more: whether the server still has it.
    pub(in crate::desk) fn ask_org_again(&mut self, step: &mut Step<'_, '_>) {
        let from = self.org_length().saturating_sub(1);
        self.trust.first_from = Some(from);
        Self::send(step, ClientMessage::PullLog { document: None, from });
    }

    /// The index says how far a document is: less than when it was asked is less than it was.
    pub(in crate::desk) fn compare_state(&mut self, step: &mut Step<'_, '_>, state: DocumentState) {
        let Some((length, cursor)) = self.trust.asked.remove(&state.document) else { return };
        let id = state.document;
        if !self.is_known_server() {
            return;
        }
        if state.log_length < length {
            return self.rolled_back(step, Some(id), state.log_length);
        }
        if state.last < cursor
            && let Some(document) = self.documents.get_mut(&id)
        {
            document.shown_last = Some(state.last);
            if state.log_length == length {
                self.judge_last(step, id);
            }
        }
    }

    /// Fewer envelopes are fine for a document that was shredded, and the log says so.
    pub(in crate::desk) fn judge_last(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let Some(document) = self.documents.get_mut(&id) else { return };
        let is_gone = document.log.as_ref().is_some_and(|log| log.life() == Life::Shredded);
        if let Some(last) = document.shown_last.take()
            && !is_gone
            && self.is_known_server()
        {
            self.rolled_back(step, Some(id), last.0);
        }
    }

    /// The index is whole: what this person made is in it, for nobody can take that away.
    pub(in crate::desk) fn compare_absent(&mut self, step: &mut Step<'_, '_>) {
        let asked = std::mem::take(&mut self.trust.asked);
        let Some((me, _)) = self.me() else { return };
        for id in asked.keys() {
            let log = self.documents.get(id).and_then(|document| document.log.as_ref());
            let is_mine =
                log.is_some_and(|log| log.creator() == me && log.life() != Life::Shredded);
            if is_mine && self.is_known_server() {
                self.rolled_back(step, Some(*id), 0);
            }
        }
    }

    /// The server shows less than it had: it is told so, and given everything again.
    pub(in crate::desk) fn rolled_back(
        &mut self,
        step: &mut Step<'_, '_>,
        document: Option<DocumentId>,
        index: u64,
    ) {
        let this = self.keys.id;
        let kept = match document {
            None => Name::Org(self.org_length().saturating_sub(1)),
            Some(id) => {
                let chains = self.documents.get(&id).map(|document| &document.chains);
                let own = chains.and_then(|it| it.get(&this).map(|chain| (this, chain.seq)));
                let any = || chains.and_then(|it| it.iter().next().map(|(of, it)| (*of, it.seq)));
                match own.or_else(any) {
                    Some((device, seq)) => Name::Envelope(id, device, seq),
                    None => Name::Log(id, 0),
                }
            }
        };
        self.accuse_with(step, Matter::new(AlarmKind::RolledBack, document, index), vec![], kept);
        if let Some(document) = document.and_then(|id| self.documents.get_mut(&id)) {
            document.blocked = false;
        }
        if let Some(epoch) = self.progress.server_epoch
            && !self.trust.has_given
        {
            self.trust.has_given = true;
            self.begin_healing(step, epoch);
        }
    }

    /// The server asks for an envelope again that it has acknowledged.
    pub(in crate::desk) fn asked_again(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        seq: Seq,
    ) {
        let acked = self.documents.get(&id).map_or(Seq(0), |document| document.progress.acked);
        if seq.0 > 0 && seq <= acked && self.is_known_server() {
            self.rolled_back(step, Some(id), seq.0);
        }
    }
}
