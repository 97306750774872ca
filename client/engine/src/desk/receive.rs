//! What the server says.

use shared::{
    Blob,
    envelope::{Envelope, Header, Kind, Verified},
    id::{DocumentId, EnvelopeId, Number, Seq},
    log::{LogId, document::Inadmissible},
    map::Set,
    refusal::{Reason, Refusal},
    sync::{Ack, ClientMessage, DocumentState, Event, ServerMessage},
};

use super::{Desk, Login};
use crate::{
    document::{Chain, Document, order::Order, prefix_of},
    journal::{After, Step},
    keyring::Membership,
    record::{Content, InFlight, Name, Place},
    view::Notice,
};

impl Desk {
    /// A message from the server, on a store that is whole.
    pub(super) fn hear(&mut self, step: &mut Step<'_, '_>, message: ServerMessage) {
        match message {
            ServerMessage::Challenge { nonce } => self.challenged(step, &nonce),
            ServerMessage::Ready { server_epoch, .. } => {
                if matches!(self.keyring.membership, Membership::Member { .. }) {
                    self.meet_server(step, server_epoch);
                }
                self.logged_in(step);
            }
            ServerMessage::Index { documents, more } => {
                for state in documents {
                    self.compare_state(step, state);
                    self.hear_of(step, state);
                }
                if !more {
                    self.duties.index_heard = true;
                    self.compare_absent(step);
                }
            }
            ServerMessage::Event(Event::Document(state)) => self.hear_of(step, state),
            ServerMessage::Event(Event::Org(length)) => {
                if length > self.org_length() {
                    self.pull_org(step);
                }
            }
            ServerMessage::Event(Event::Wraps(last)) => {
                if last > self.progress.wraps {
                    let after = self.progress.wraps;
                    Self::send(step, ClientMessage::PullWraps { after });
                }
            }
            ServerMessage::LogBatch { document: None, from, entries, more } => {
                self.receive_org(step, from, &entries, more);
            }
            ServerMessage::LogBatch { document: Some(id), from, entries, more } => {
                self.receive_log(step, id, from, &entries, more);
            }
            ServerMessage::Batch { document, first, envelopes, more, base } => {
                if self.may_begin(step, document, first, base) {
                    self.receive_batch(step, document, first, envelopes, more);
                }
            }
            ServerMessage::Wraps { last, wraps, more } => {
                self.receive_wraps(step, last, &wraps, more);
            }
            ServerMessage::Acks { acks } => {
                self.receive_acks(step, &acks);
                self.offer_next(step);
            }
            ServerMessage::Appended { log: LogId::Org(_), head } => {
                self.org_appended(step, head);
                self.offer_next(step);
            }
            ServerMessage::Appended { log: LogId::Document(id), head } => {
                self.document_appended(step, id, head);
                self.offer_next(step);
            }
            ServerMessage::HeadMoved { log: LogId::Org(_), head } => {
                self.org_head_moved(step, head);
                self.offer_next(step);
            }
            ServerMessage::HeadMoved { log: LogId::Document(id), head } => {
                self.document_head_moved(step, id, head);
                self.offer_next(step);
            }
            ServerMessage::Refused { refusal, log, document, entry } => {
                self.refused(step, refusal, Concern { log, document, entry });
                self.offer_next(step);
            }
            ServerMessage::Pong | ServerMessage::Bye { .. } => {}
        }
    }

    /// The server says how far a document is: fetch what is missing.
    fn hear_of(&mut self, step: &mut Step<'_, '_>, state: DocumentState) {
        let document = self.document_mut(state.document);
        document.heard_last = document.heard_last.max(state.last);
        let known = document.log.as_ref().map_or(0, |log| log.head().length);
        if state.log_length > known {
            let (document, from) = (Some(state.document), known);
            Self::send(step, ClientMessage::PullLog { document, from });
        } else {
            self.pull_if_behind(step, state.document);
        }
    }

    /// Asks for envelopes, if there are some that could be opened and nobody asked yet.
    pub(super) fn pull_if_behind(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        if self.login != Login::In {
            return;
        }
        let Some(document) = self.documents.get_mut(&id) else { return };
        let can_open =
            document.log.as_ref().is_some_and(|log| document.secret(log.epoch()).is_some());
        let is_behind = document.heard_last > document.progress.cursor;
        if is_behind && can_open && !document.pulling && !document.blocked {
            document.pulling = true;
            let after = document.progress.cursor;
            let unfit = document.unfit;
            let has_nothing = document.chains.is_empty() && document.base.is_none();
            let at_snapshot = (has_nothing && unfit.is_none()).then_some(true);
            Self::send(step, ClientMessage::Pull { document: id, after, at_snapshot, unfit });
        }
    }

    /// Whether envelopes are taken from where the server begins.
    fn may_begin(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        first: Number,
        base: Option<u64>,
    ) -> bool {
        let Some(document) = self.documents.get_mut(&id) else { return false };
        let is_ahead = first.0 > document.progress.cursor.0.saturating_add(1);
        match base {
            Some(position) if is_ahead => {
                let has_leapt = self.leap(step, id, position, first);
                if let Some(document) = self.documents.get_mut(&id) {
                    document.pulling &= has_leapt;
                }
                has_leapt
            }
            Some(_) | None => true,
        }
    }

    fn receive_batch(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        first: Number,
        envelopes: Vec<Blob>,
        more: bool,
    ) {
        let Some(document) = self.documents.get_mut(&id) else { return };
        let before = document.progress.cursor;
        let was_asked = document.pulling && first.0 <= before.0.saturating_add(1);
        document.pulling &= !was_asked;
        let count = u64::try_from(envelopes.len()).unwrap_or(u64::MAX);
        let end = first.0.saturating_add(count).saturating_add(u64::from(more));
        document.heard_last = document.heard_last.max(Number(end.saturating_sub(1)));
        let (is_new, stopped) = self.take_envelopes(step, id, first, envelopes);
        self.save_document(step, id);
        self.save_order(step, id);
        if is_new {
            self.mark(step, id);
            self.cure(step, id);
        }
        match stopped {
            None | Some(Distrust::Gap) => {
                if stopped.is_none() && count > 0 && !more {
                    self.stand_apart(step, id, false);
                }
                self.settle_for(id, before, was_asked && stopped.is_none());
                self.look_for_base(step, id);
                self.pull_if_behind(step, id);
                self.settle_contest(step, id);
                self.append_next(step, id);
                self.check_stale = true;
            }
            // Asked for when the secret is here, or when the snapshot was looked at.
            Some(Distrust::Early | Distrust::Pause) => {}
            // Asked again when the org log has grown, not before: a server could keep us asking.
            Some(Distrust::Unknown) => self.pull_org(step),
            // Perhaps the server can show another snapshot; if not, it is not asked any more.
            Some(Distrust::Lie) if self.fall_back_if_partial(step, id) => {}
            Some(Distrust::Lie) => {
                if let Some(document) = self.documents.get_mut(&id) {
                    document.blocked = true;
                }
            }
        }
    }

    /// A server that speaks of envelopes and then has none to give is not asked for them again.
    fn settle_for(&mut self, id: DocumentId, before: Number, was_answered: bool) {
        if let Some(document) = self.documents.get_mut(&id)
            && was_answered
            && document.progress.cursor == before
        {
            document.heard_last = before;
        }
    }

    /// Takes envelopes in order; says whether any is to be applied, and why it stopped early.
    fn take_envelopes(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        first: Number,
        envelopes: Vec<Blob>,
    ) -> (bool, Option<Distrust>) {
        let mut is_new = false;
        let mut number = first;
        for bytes in envelopes {
            if is_new && self.is_behind_snapshot(id, &bytes.0) {
                return (is_new, Some(Distrust::Pause));
            }
            match self.take_envelope(step, id, number, &bytes.0) {
                Ok(taken) => is_new |= taken,
                Err(distrust) => return (is_new, Some(distrust)),
            }
            number = Number(number.0.saturating_add(1));
        }
        (is_new, None)
    }

    /// Whether a snapshot ends before an envelope: it is held against what it is of before anything
    /// else is in the document.
    fn is_behind_snapshot(&self, id: DocumentId, bytes: &[u8]) -> bool {
        let Some(document) = self.documents.get(&id) else { return false };
        let is_part = |kind: Option<&u8>| kind == Some(&Kind::Snapshot.code());
        let last = document.marked.last().map(|(_, envelope)| envelope.header().kind);
        last == Some(Kind::Snapshot) && !is_part(bytes.get(1)) && !document.lacks_base
    }

    /// Checks one envelope and keeps it; `true` if it is to be applied.
    fn take_envelope(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        number: Number,
        bytes: &[u8],
    ) -> Result<bool, Distrust> {
        let document = self.documents.get(&id).ok_or(Distrust::Gap)?;
        let cursor = document.progress.cursor;
        if number <= cursor {
            return Ok(false);
        }
        if number.0 != cursor.0.saturating_add(1) {
            return Err(Distrust::Gap);
        }
        let Ok(envelope) = Envelope::parse(bytes.to_vec()) else {
            self.tampered(step, Some(id), number.0, bytes);
            return Err(Distrust::Lie);
        };
        if envelope.header().document != id {
            self.tampered(step, Some(id), number.0, bytes);
            return Err(Distrust::Lie);
        }
        let header = envelope.header().clone();
        let place = Place { document: id, device: header.device, seq: header.seq };
        let chain = document.chain(header.device);
        if header.seq <= chain.seq {
            let known = document.prefix(header.device, header.seq);
            if known.is_some_and(|known| known != prefix_of(envelope.id())) {
                self.twofold(step, id, &envelope, (header.seq, envelope.id()));
                return Err(Distrust::Lie);
            }
            // Numbers are dense and chains too: there cannot be more numbers than envelopes.
            if document.envelopes() < number.0 {
                return Err(self.counted_twice(step, id, number));
            }
            self.advance(id, number);
            self.heard_number(place, number);
            return Ok(false);
        }
        self.check_link(step, id, &envelope)?;
        let document = self.documents.get(&id).ok_or(Distrust::Gap)?;
        // What this device writes it has; nobody else can have written this.
        if header.device == self.keys.id {
            self.twofold(step, id, &envelope, (header.seq, envelope.id()));
            return Err(Distrust::Lie);
        }
        if document.secret(header.epoch).is_none() {
            self.is_ahead(step, id, &envelope);
            return Err(Distrust::Early);
        }
        let verified = match self.authenticate(id, envelope) {
            Ok(verified) => verified,
            Err(distrust) => {
                if matches!(distrust, Distrust::Lie) {
                    self.tampered(step, Some(id), number.0, bytes);
                }
                return Err(distrust);
            }
        };
        let name = Name::Envelope(id, place.device, place.seq);
        step.put(&self.sealer, name, &Content::Bytes(Blob(verified.as_bytes().to_vec())));
        self.advance(id, number);
        self.heard_number(place, number);
        if let Some(document) = self.documents.get_mut(&id) {
            let chain = Chain { seq: place.seq, id: verified.id() };
            document.extend_chain(place.device, chain);
            document.marked.push((place, verified));
        }
        self.consider_snapshot(step.now(), id);
        Ok(true)
    }

    /// An envelope has a second number, so one that should have this number is kept back, or the
    /// server counts anew. It is given everything and asked from the start, once.
    fn counted_twice(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        number: Number,
    ) -> Distrust {
        let is_first = !self.trust.has_given && !self.is_healing();
        self.rolled_back(step, Some(id), number.0);
        if is_first { Distrust::Gap } else { Distrust::Lie }
    }

    /// Whether an envelope continues its author's chain, or what a snapshot covers of it.
    fn check_link(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        envelope: &Envelope,
    ) -> Result<(), Distrust> {
        let Some(document) = self.documents.get(&id) else { return Err(Distrust::Gap) };
        let Header { device, seq, prev, .. } = envelope.header().clone();
        let (chain, reach) = (document.chain(device), document.reach(device));
        let is_other =
            document.prefix(device, seq).is_some_and(|it| it != prefix_of(envelope.id()));
        let is_next = seq.0 == chain.seq.0.saturating_add(1);
        let before = if seq.0 == reach.seq.0.saturating_add(1) { reach } else { chain };
        let is_forked = before.seq.0.saturating_add(1) == seq.0 && prev != before.id;
        if is_other {
            self.twofold(step, id, envelope, (seq, envelope.id()));
        } else if is_forked {
            self.twofold(step, id, envelope, (before.seq, prev));
        } else if !is_next && !self.leaps(id, (device, seq), prev) {
            self.skipped(step, id, envelope);
        } else {
            return Ok(());
        }
        Err(Distrust::Lie)
    }

    /// Whether the envelope's author is in the firm, may write here, and signed it.
    fn authenticate(&self, id: DocumentId, envelope: Envelope) -> Result<Verified, Distrust> {
        let (Some(org), Some(document)) = (&self.org, self.documents.get(&id)) else {
            return Err(Distrust::Unknown);
        };
        let log = document.log.as_ref().ok_or(Distrust::Unknown)?;
        let header = envelope.header();
        log.admits(org, header, envelope.id()).map_err(|error| match error {
            Inadmissible::LogBehind => Distrust::Unknown,
            Inadmissible::NotAuthor | Inadmissible::CutOff => Distrust::Lie,
        })?;
        let author = org.device(header.device).ok_or(Distrust::Unknown)?;
        envelope.verify(&author.keys.verify).map_err(|_| Distrust::Lie)
    }

    /// Writes down who was first, if that counts in this document.
    pub(super) fn save_order(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let Some(document) = self.documents.get_mut(&id) else { return };
        if !Order::is_kept(document.crdt.kind()) {
            if !document.order.is_empty() {
                document.order = Order::default();
                step.delete(&self.sealer, Name::Order(id));
            }
        } else if let Some(known) = document.order.take_news() {
            let content = Content::Order(known.clone());
            step.put(&self.sealer, Name::Order(id), &content);
            self.planning.ordered += 1;
        }
    }

    /// The server gave the envelope in a place this number.
    fn heard_number(&mut self, place: Place, number: Number) {
        if let Some(document) = self.documents.get_mut(&place.document)
            && Order::is_kept(document.crdt.kind())
        {
            document.order.heard((place.device, place.seq), number);
        }
    }

    fn advance(&mut self, id: DocumentId, number: Number) {
        if let Some(document) = self.documents.get_mut(&id) {
            document.progress.cursor = number;
        }
    }

    pub(super) fn save_document(&self, step: &mut Step<'_, '_>, id: DocumentId) {
        if let Some(document) = self.documents.get(&id).filter(|it| !it.is_shredded()) {
            let content = Content::Document(document.progress);
            step.put(&self.sealer, Name::Document(id), &content);
        }
    }

    fn mark(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let Some(document) = self.documents.get(&id) else { return };
        let places = document.marked.iter().map(|(place, _)| *place).collect();
        let marker = InFlight { places, is_second_try: false };
        step.put(&self.sealer, Name::InFlight(id), &Content::InFlight(marker));
        step.after(After::Marked(id));
    }

    fn receive_acks(&mut self, step: &mut Step<'_, '_>, acks: &[(EnvelopeId, Ack)]) {
        let mut touched = Set::new();
        for (envelope, ack) in acks {
            let found = self.documents.iter().find_map(|(id, document)| {
                document.flights.iter().any(|flight| flight.id == *envelope).then_some(*id)
            });
            let Some(id) = found else {
                if self.is_healing() && matches!(ack, Ack::Refused(_)) {
                    self.at_odds();
                }
                continue;
            };
            match ack {
                Ack::Stored(number) | Ack::Duplicate(number) => {
                    self.acked(id, *envelope, *number);
                    touched.insert(id);
                }
                // Ours are pushed when everything was offered; more is at stake then.
                Ack::Refused(_) if self.is_healing() => {}
                Ack::Refused(refusal) if refusal.reason() == Reason::Equivocation => {
                    self.contested(step, id);
                }
                Ack::Refused(refusal) if is_of_epoch(refusal.reason()) => {
                    let flight = self.documents.get(&id).and_then(|document| {
                        document.flights.iter().find(|flight| flight.id == *envelope)
                    });
                    if let Some(seq) = flight.map(|flight| flight.seq) {
                        self.epoch_is_over(step, id, seq);
                    }
                }
                // Those behind one that waits for its epoch wait with it.
                Ack::Refused(_)
                    if self.documents.get(&id).is_some_and(|it| it.reseal_from.is_some()) => {}
                // The log says why.
                Ack::Refused(refusal) if refusal.reason() == Reason::ReadOnly => {
                    if let Some(document) = self.documents.get_mut(&id)
                        && !document.refused_writing
                    {
                        document.refused_writing = true;
                        let from = document.log.as_ref().map_or(0, |log| log.head().length);
                        let document = Some(id);
                        Self::send(step, ClientMessage::PullLog { document, from });
                    }
                }
                Ack::Refused(refusal) => {
                    if let Some(document) = self.documents.get_mut(&id) {
                        document.blocked = true;
                    }
                    if refusal.reason() == Reason::SequenceGap {
                        self.asked_again(step, id, Seq(refusal.detail.unwrap_or(0)));
                    }
                    let code = refusal.reason().code();
                    Self::notice(step, Notice::Refused { code });
                }
            }
        }
        for id in touched {
            self.save_document(step, id);
            self.save_order(step, id);
            self.pull_if_behind(step, id);
        }
    }

    fn acked(&mut self, id: DocumentId, envelope: EnvelopeId, number: Number) {
        let this = self.keys.id;
        let Some(document) = self.documents.get_mut(&id) else { return };
        let at = document.flights.iter().position(|flight| flight.id == envelope);
        let flight = at.and_then(|at| document.flights.remove(at));
        if let Some(flight) = flight {
            document.progress.acked = document.progress.acked.max(flight.seq);
            if Order::is_kept(document.crdt.kind()) {
                document.order.heard((this, flight.seq), number);
            }
        }
        document.heard_last = document.heard_last.max(number);
        if number.0 == document.progress.cursor.0 + 1 {
            document.progress.cursor = number;
        }
    }

    /// A server that does not know a device of its own firm's log was restored: others bring the
    /// log back, and then it does.
    fn is_forgotten(&mut self, step: &mut Step<'_, '_>, reason: Reason) -> bool {
        let is_ours = self.org.as_ref().is_some_and(|org| org.device(self.keys.id).is_some());
        if reason != Reason::UnknownDevice || !is_ours || self.login == Login::In {
            return false;
        }
        self.login = Login::Out;
        self.login_again_at = Some(step.now().plus_ms(LOGIN_AGAIN_MS));
        true
    }

    fn refused(&mut self, step: &mut Step<'_, '_>, refusal: Refusal, concern: Concern) {
        let reason = refusal.reason();
        if self.refused_joining(step, reason) || self.is_forgotten(step, reason) {
            return;
        }
        let Concern { log, document, entry } = concern;
        match (reason, log) {
            (Reason::DeviceRevoked, _) => return self.told_revoked(step, entry.as_ref()),
            (Reason::AccountClosed, _) => return self.close(step),
            (Reason::CutBehind, Some(LogId::Document(id))) => return self.cut_refused(step, id),
            (Reason::DocumentExists, Some(LogId::Document(id))) if self.is_own_card(id) => {
                return self.begun_elsewhere(step, id);
            }
            (_, _) => {}
        }
        if matches!(log, Some(LogId::Org(_))) {
            self.org_wish_refused(step, reason);
        }
        // Nobody misses a word for a snapshot.
        if let Some(LogId::Document(id)) = log
            && self.documents.get(&id).is_some_and(Document::says_of_snapshot)
        {
            return self.drop_first_wish(step, id);
        }
        let concerned = match log {
            Some(LogId::Document(id)) => Some(id),
            Some(LogId::Org(_)) | None => document,
        };
        if let Some(document) = concerned.and_then(|id| self.documents.get_mut(&id)) {
            document.blocked = true;
            document.pulling = false;
        }
        if reason == Reason::UnknownVersion {
            Self::notice(step, Notice::UpdateNeeded);
        } else {
            Self::notice(step, Notice::Refused { code: reason.code() });
        }
    }
}

/// What a refusal is about.
struct Concern {
    log: Option<LogId>,
    document: Option<DocumentId>,
    entry: Option<Blob>,
}

fn is_of_epoch(reason: Reason) -> bool {
    reason == Reason::StaleEpoch || reason == Reason::RotationDue
}
/// How long a device waits that the server does not know, until others have brought back the log.
pub(super) const LOGIN_AGAIN_MS: u64 = 20_000;

/// Why an envelope was not taken.
enum Distrust {
    /// Something before it is missing: ask for that.
    Gap,
    /// Its epoch's secret is not here yet: wait for it.
    Early,
    /// The logs do not know its author yet: wait for them.
    Unknown,
    /// It cannot be true.
    Lie,
    /// A snapshot ends before it, and is looked at first.
    Pause,
}
