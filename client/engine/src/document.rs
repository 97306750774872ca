//! One document on this device: its log, its secrets, its content, and what of it is unsent.

use std::collections::VecDeque;

use shared::{
    envelope::Verified,
    id::{AccountId, Commitment, DeviceId, DocumentId, EnvelopeId, Epoch, Number, Seq},
    log::document::{Access, Attested, Cut, DocumentLog, Life},
    map::{Map, Set},
    time::UnixMillis,
};

use crate::{
    desk::Before,
    document::{
        chunk::Chunk,
        crdt::Crdt,
        intake::Opened,
        order::Order,
        pending::{Ending, PendingEntry, Wish},
    },
    epoch::EpochSecret,
    record::{DocumentProgress, Place},
    view::Whereabouts,
};

pub mod census;
pub mod chunk;
pub mod crdt;
pub mod flatten;
pub mod genesis;
pub mod growth;
pub mod guard;
pub mod inspect;
pub mod intake;
pub mod mirror;
pub mod order;
pub mod pending;
pub mod snapshot;

/// More signatures than a start brings.
const SIGNED_IN_A_START: u64 = 1 << 32;
/// Candidates kept for one epoch's secret; the log's commitment decides between them.
pub(crate) const SECRET_CANDIDATES_MAX: usize = 4;

/// How far a device's chain of envelopes is known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chain {
    pub(crate) seq: Seq,
    pub(crate) id: EnvelopeId,
}

/// First bytes of an envelope's id, as frontiers carry them.
pub(crate) type Prefix = [u8; 8];

/// How an id is named in a frontier.
pub(crate) fn prefix_of(id: EnvelopeId) -> Prefix {
    *id.as_bytes().first_chunk().unwrap_or(&[0; 8])
}

impl Chain {
    pub(crate) const START: Self = Self { seq: Seq(0), id: EnvelopeId::NONE };
}

/// A change of ours that is in no envelope yet.
#[derive(Debug)]
pub(crate) struct Fresh {
    pub(crate) counter: u64,
    pub(crate) start: u64,
    pub(crate) bytes: Vec<u8>,
    pub(crate) rows: u32,
    pub(crate) durable: bool,
}

/// An envelope of ours that the server has not acknowledged.
#[derive(Debug)]
pub(crate) struct Flight {
    pub(crate) seq: Seq,
    pub(crate) id: EnvelopeId,
    pub(crate) bytes: Vec<u8>,
    pub(crate) edits: u32,
    pub(crate) durable: bool,
    pub(crate) sent: bool,
}

/// One document.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "what waits for what on one connection")]
pub(crate) struct Document {
    pub(crate) id: DocumentId,
    pub(crate) log: Option<DocumentLog>,
    pub(crate) crdt: Crdt,
    pub(crate) secrets: Map<Epoch, Vec<EpochSecret>>,
    pub(crate) chains: Map<DeviceId, Chain>,
    /// The ids along each chain, as far as frontiers name them.
    pub(crate) prefixes: Map<DeviceId, Vec<(Seq, Prefix)>>,
    pub(crate) progress: DocumentProgress,
    /// Entries of ours for the log; the flag says whether the first was sent on this connection.
    pub(crate) pending: VecDeque<(u64, PendingEntry)>,
    pub(crate) pending_sent: bool,
    /// How often the first of them was signed since the start, and how many of these signatures
    /// are durable.
    pub(crate) signed: u64,
    pub(crate) signed_kept: u64,
    pub(crate) fresh: VecDeque<Fresh>,
    pub(crate) flights: VecDeque<Flight>,
    /// Verified envelopes whose in-flight marker is on its way to the store.
    pub(crate) marked: Vec<(Place, Verified)>,
    /// Opened envelopes, and changes of ours, that build on changes which are not here.
    pub(crate) waiting: Vec<(Option<Place>, Opened)>,
    /// Envelopes from the last start that may be poisonous: applied one at a time.
    pub(crate) suspects: VecDeque<Verified>,
    /// The newest number the server spoke of.
    pub(crate) heard_last: Number,
    /// Whether a pull is under way on this connection.
    pub(crate) pulling: bool,
    /// The server refused something of this document on this connection.
    pub(crate) blocked: bool,
    /// The server refused an envelope because nobody, or not this person, writes here any more.
    pub(crate) refused_writing: bool,
    pub(crate) next_counter: u64,
    /// Our envelopes from this one on wait for the next epoch.
    pub(crate) reseal_from: Option<Seq>,
    /// An entry of its log needs more of the org log than is here.
    pub(crate) awaits_org: bool,
    /// How often the server has more than our entry cuts off, on this connection.
    pub(crate) cuts_refused: u8,
    /// The newest number in an index that showed fewer than before.
    pub(crate) shown_last: Option<Number>,
    /// The server says that it has something else in a place of ours.
    pub(crate) contested: bool,
    /// When it was last used here.
    pub(crate) used: UnixMillis,
    /// Who was first at the server, where that counts.
    pub(crate) order: Order,
    /// The snapshot at which what is here begins, if it does not at the beginning.
    pub(crate) base: Option<Attested>,
    /// What that holds is not in the document yet.
    pub(crate) lacks_base: bool,
    /// The server says that it begins there.
    pub(crate) is_base_claimed: bool,
    /// What was here before that.
    pub(crate) before: Before,
    /// The snapshot at which it could not begin, by its entry's position.
    pub(crate) unfit: Option<u64>,
    /// Parts of one snapshot that arrived one behind the other.
    pub(crate) parts: Vec<(Place, EnvelopeId, Chunk)>,
    /// When it may be time for the next snapshot.
    pub(crate) snapshot_at: Option<UnixMillis>,
}

impl Document {
    pub(crate) fn new(id: DocumentId, crdt: Crdt) -> Self {
        Self {
            id,
            log: None,
            crdt,
            secrets: Map::new(),
            chains: Map::new(),
            prefixes: Map::new(),
            progress: DocumentProgress {
                cursor: Number(0),
                acked: Seq(0),
                base: None,
                counted: None,
                before: None,
                stands_apart: None,
            },
            pending: VecDeque::new(),
            pending_sent: false,
            signed: 0,
            signed_kept: 0,
            fresh: VecDeque::new(),
            flights: VecDeque::new(),
            marked: vec![],
            waiting: vec![],
            suspects: VecDeque::new(),
            heard_last: Number(0),
            pulling: false,
            blocked: false,
            refused_writing: false,
            next_counter: 0,
            reseal_from: None,
            awaits_org: false,
            cuts_refused: 0,
            shown_last: None,
            contested: false,
            used: UnixMillis(0),
            order: Order::default(),
            base: None,
            lacks_base: false,
            is_base_claimed: false,
            before: Before::default(),
            unfit: None,
            parts: vec![],
            snapshot_at: None,
        }
    }

    /// The same document in the employee's hands: it can be read and written, and nothing of it can
    /// be opened or sealed. Until the log is there, what waits for it says who may write.
    pub(crate) fn for_guest(self) -> Self {
        let pending = if self.log.is_none() { self.pending } else { VecDeque::new() };
        let guest = Self::new(self.id, self.crdt);
        Self { log: self.log, pending, next_counter: self.next_counter, used: self.used, ..guest }
    }

    /// The secret of an epoch, once the log's commitment confirms it. Nothing is sealed or opened
    /// with any other.
    pub(crate) fn secret(&self, epoch: Epoch) -> Option<&EpochSecret> {
        self.candidate(epoch, self.log.as_ref()?.commitment(epoch)?)
    }

    /// A secret that is here under a commitment, whether the log has that yet or not.
    pub(crate) fn candidate(&self, epoch: Epoch, commitment: Commitment) -> Option<&EpochSecret> {
        let candidates = self.secrets.get(&epoch)?;
        candidates.iter().find(|secret| secret.commitment(self.id, epoch) == commitment)
    }

    /// Everything is here that the server was heard to have.
    pub(crate) fn is_whole(&self) -> bool {
        !self.pulling && self.heard_last <= self.progress.cursor
    }

    /// Everything that the server has is here, and nothing of ours waits for the log but its end.
    pub(crate) fn is_settled(&self) -> bool {
        let is_whole = self.is_whole();
        let can_read = self.log.as_ref().is_some_and(|log| self.secret(log.epoch()).is_some());
        let is_quiet = self.pending.iter().all(|(_, pending)| pending.is_unsigned_end());
        is_whole && can_read && is_quiet && !self.blocked && !self.awaits_org
    }

    /// Keeps a candidate for an epoch's secret; hands out its place, or `None` if there are enough.
    pub(crate) fn add_secret(&mut self, epoch: Epoch, secret: EpochSecret) -> Option<u32> {
        // The one that the log commits to is kept however many others came before it.
        let commitment = self.log.as_ref().and_then(|log| log.commitment(epoch));
        let is_right = commitment == Some(secret.commitment(self.id, epoch));
        let candidates = self.secrets.get_or_default(epoch);
        let is_known = candidates.iter().any(|it| it.expose() == secret.expose());
        if is_known || (candidates.len() >= SECRET_CANDIDATES_MAX && !is_right) {
            return None;
        }
        candidates.push(secret);
        u32::try_from(candidates.len() - 1).ok()
    }

    /// Whether the server has another past of this document than is here.
    pub(crate) fn stands_apart(&self) -> bool {
        self.progress.stands_apart == Some(true)
    }

    /// What an account may do here; the maker of a document may write before the log says so.
    pub(crate) fn may_write(&self, account: AccountId) -> bool {
        if self.stands_apart() {
            return false;
        }
        match &self.log {
            Some(log) => {
                let access = log.access(account);
                let may = matches!(access, Some(Access::Writer | Access::Manager));
                may && log.life() == Life::Open && !self.is_ending()
            }
            None => !self.pending.is_empty() && !self.is_ending(),
        }
    }

    /// Whether an account will be let in once everything wished for is in the log.
    pub(crate) fn foresees(&self, account: AccountId) -> bool {
        let is_in = self.log.as_ref().is_some_and(|log| log.access(account).is_some());
        self.pending.iter().fold(is_in, |is_in, (_, pending)| match pending.wish {
            Wish::Grant(who, _) if who == account => true,
            Wish::Revoke(who) if who == account => false,
            Wish::Create(_)
            | Wish::Grant(..)
            | Wish::Revoke(_)
            | Wish::Rotate(_)
            | Wish::Finalise(_)
            | Wish::Shred
            | Wish::Attest(_) => is_in,
        })
    }

    /// Whether an entry of this very kind waits.
    pub(crate) fn is_wished(&self, wish: &Wish) -> bool {
        self.pending.iter().any(|(_, pending)| pending.wish == *wish)
    }

    /// Whether the first entry to wait speaks of a snapshot.
    pub(crate) fn says_of_snapshot(&self) -> bool {
        self.pending.front().is_some_and(|(_, it)| matches!(it.wish, Wish::Attest(_)))
    }

    /// The end, if that is the first entry to wait.
    pub(crate) fn ending(&self) -> Option<&Ending> {
        match self.pending.front() {
            Some((_, PendingEntry { wish: Wish::Finalise(ending), .. })) => Some(ending),
            Some(_) | None => None,
        }
    }

    /// Whether this device wished the document's end, and nothing more is written here.
    pub(crate) fn is_ending(&self) -> bool {
        let ends = |wish: &Wish| matches!(wish, Wish::Finalise(_) | Wish::Shred);
        self.pending.iter().any(|(_, pending)| ends(&pending.wish))
    }

    /// Whether nothing more is written to it, by anybody.
    pub(crate) fn has_ended(&self) -> bool {
        self.log.as_ref().is_some_and(|log| log.life() != Life::Open)
    }

    /// Whether everything of it was destroyed.
    pub(crate) fn is_shredded(&self) -> bool {
        self.log.as_ref().is_some_and(|log| log.life() == Life::Shredded)
    }

    /// Edits of `this` device that came too late for the document.
    pub(crate) fn left_behind(&self, this: DeviceId) -> u32 {
        let Some(log) = &self.log else { return 0 };
        let late = self.flights.iter().filter(|flight| log.is_past_end(this, flight.seq));
        let fresh = u32::try_from(self.fresh.len()).unwrap_or(u32::MAX);
        late.map(|flight| flight.edits).sum::<u32>().saturating_add(fresh)
    }

    pub(crate) fn chain(&self, device: DeviceId) -> Chain {
        self.chains.get(&device).copied().unwrap_or(Chain::START)
    }

    /// How far a device's chain is known here, what a snapshot covers included.
    pub(crate) fn reach(&self, device: DeviceId) -> Chain {
        let chain = self.chain(device);
        let cut = self.base.as_ref().and_then(|base| base.covers.of(device));
        match cut.filter(|cut| cut.seq > chain.seq) {
            Some(cut) => Chain { seq: cut.seq, id: cut.envelope },
            None => chain,
        }
    }

    /// The last envelope of every device that is known here, what a snapshot covers included.
    pub(crate) fn frontier(&self) -> Vec<Cut> {
        let covered = self.base.iter().flat_map(|base| &base.covers.frontier);
        let devices: Set<DeviceId> =
            self.chains.keys().copied().chain(covered.map(|cut| cut.device)).collect();
        let cut = |device| {
            let Chain { seq, id } = self.reach(device);
            Cut { device, seq, envelope: id }
        };
        devices.into_iter().map(cut).collect()
    }

    /// Whether an envelope is covered by the snapshot at which what is here begins.
    pub(crate) fn begins_behind(&self, device: DeviceId, seq: u64) -> bool {
        let base = self.base.as_ref().filter(|_| !self.lacks_base);
        base.and_then(|base| base.covers.of(device)).is_some_and(|cut| seq <= cut.seq.0)
    }

    /// Envelopes that were ever written to it, as far as they are known here: chains are dense.
    pub(crate) fn envelopes(&self) -> u64 {
        self.frontier().iter().map(|cut| cut.seq.0).fold(0, u64::saturating_add)
    }

    /// A device's chain goes on, or anew from this place.
    pub(crate) fn extend_chain(&mut self, device: DeviceId, chain: Chain) {
        let prefixes = self.prefixes.get_or_default(device);
        let kept = prefixes.partition_point(|(seq, _)| *seq < chain.seq);
        prefixes.truncate(kept);
        prefixes.push((chain.seq, prefix_of(chain.id)));
        self.chains.insert(device, chain);
    }

    /// How the id of an envelope that is here begins.
    pub(crate) fn prefix(&self, device: DeviceId, seq: Seq) -> Option<Prefix> {
        let held = || {
            let prefixes = self.prefixes.get(&device)?;
            let at = prefixes.binary_search_by_key(&seq, |(seq, _)| *seq).ok()?;
            prefixes.get(at).map(|(_, prefix)| *prefix)
        };
        let covered = || {
            let cut = self.base.as_ref()?.covers.of(device).filter(|cut| cut.seq == seq)?;
            Some(prefix_of(cut.envelope))
        };
        held().or_else(covered)
    }

    pub(crate) fn take_counter(&mut self) -> u64 {
        self.next_counter += 1;
        self.next_counter
    }

    /// Counts signatures from where those of no earlier start reach: what is heard late of those
    /// says nothing of ours.
    pub(crate) fn count_signed_from(&mut self, starts: u64) {
        let from = starts.saturating_mul(SIGNED_IN_A_START);
        (self.signed, self.signed_kept) = (from, from);
    }

    /// Edits that the server has not acknowledged.
    pub(crate) fn unsent(&self) -> u32 {
        let fresh = u32::try_from(self.fresh.len()).unwrap_or(u32::MAX);
        // What is said of a snapshot is nobody's edit.
        let is_edit = |wish: &Wish| !matches!(wish, Wish::Attest(_));
        let pending = self.pending.iter().filter(|(_, it)| is_edit(&it.wish)).count();
        let pending = u32::try_from(pending).unwrap_or(u32::MAX);
        self.flights.iter().map(|flight| flight.edits).sum::<u32>() + fresh + pending
    }

    pub(crate) fn whereabouts(&self) -> Whereabouts {
        if self.fresh.iter().any(|fresh| !fresh.durable) {
            Whereabouts::Unsaved
        } else if self.unsent() > 0 {
            Whereabouts::Kept
        } else {
            Whereabouts::Sent
        }
    }

    /// What the connection's end makes uncertain is sent again on the next one.
    pub(crate) fn disconnected(&mut self) {
        self.pulling = false;
        self.blocked = false;
        self.refused_writing = false;
        self.pending_sent = false;
        self.reseal_from = None;
        self.cuts_refused = 0;
        self.contested = false;
        self.shown_last = None;
        for flight in &mut self.flights {
            flight.sent = false;
        }
    }
}
