//! A document's log: who may read and write it, and the commitments to its secrets.
//!
//! The rights of an entry's author are judged by as much of the org log as the entry names. That
//! never shrinks along a log, so once an honest entry has seen a revocation, nothing that the
//! revoked device dates back can follow it.

use crate::{
    cbor::Blob,
    envelope::Header,
    id::{AccountId, Commitment, DeviceId, DocumentId, EntryHash, EnvelopeId, Epoch, Seq},
    limit::{DOCUMENT_MEMBERS_MAX, ENTRY_CUTS_MAX},
    log::{
        Entry, EntryError, Head, LogId, hash_at,
        org::{OrgLog, Role},
    },
    map::Map,
    time::UnixMillis,
};

mod body;
mod snapshot;

pub use body::{
    Access, Covers, Create, Cut, DocumentBody, Finalise, Grant, Revoke, Rotate, RotateReason,
    Shred, SnapshotAttest,
};
pub use snapshot::{Attested, may_vouch};

/// The end of a device's envelopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bar {
    seq: Seq,
    envelope: EnvelopeId,
    /// Let in again: what follows counts from this epoch on.
    again: Option<Epoch>,
}

/// What the log says of an epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Secret {
    commitment: Commitment,
    previous: Option<Blob>,
}

/// Whether the document still changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Life {
    /// It does.
    Open,
    /// Nothing more is written.
    Final,
    /// Nothing more is written, and what there is goes.
    Shredded,
}

/// How a document ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finale {
    /// When, by the author's clock.
    pub at: UnixMillis,
    /// Who said so.
    pub by: AccountId,
    /// The document that goes on in its place.
    pub successor: Option<DocumentId>,
    covers: Option<Vec<Cut>>,
}

impl Finale {
    fn covers(&self, device: DeviceId, seq: Seq, id: Option<EnvelopeId>) -> bool {
        let Some(covers) = &self.covers else { return true };
        covers.iter().filter(|cut| cut.device == device).any(|cut| match seq.cmp(&cut.seq) {
            core::cmp::Ordering::Less => true,
            core::cmp::Ordering::Equal => id.is_none_or(|id| id == cut.envelope),
            core::cmp::Ordering::Greater => false,
        })
    }
}

/// Why an envelope does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Inadmissible {
    /// The logs here are behind what its author had: fetch them, then look again.
    #[error("the logs are behind the envelope")]
    LogBehind,
    /// Its author may not write here, or not any more.
    #[error("the author may not write here")]
    NotAuthor,
    /// It stands behind the end of its device's envelopes, or in the place of another one.
    #[error("the device's envelopes ended before it")]
    CutOff,
}

/// A document log, replayed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentLog {
    document: DocumentId,
    head: Head,
    hashes: Vec<EntryHash>,
    creator: AccountId,
    secrets: Vec<Secret>,
    members: Map<AccountId, Access>,
    bars: Map<DeviceId, Bar>,
    attested: Vec<Attested>,
    life: Life,
    finale: Option<Box<Finale>>,
    /// How much of the org log the last entry was judged by.
    org: u64,
    /// The same for its Create.
    born: u64,
    /// The same for the entry that began the epoch.
    epoch_org: u64,
    /// Somebody lost access since the epoch began.
    lost_reader: bool,
}

impl DocumentLog {
    /// Starts a log with its Create.
    pub fn begin(org: &OrgLog, entry: &Entry) -> Result<Self, EntryError> {
        let LogId::Document(document) = entry.log() else { return Err(EntryError::Misplaced) };
        entry.follows(LogId::Document(document), Head::EMPTY)?;
        let DocumentBody::Create(create) = DocumentBody::parse(entry)? else {
            return Err(EntryError::Misplaced);
        };
        let creator = org.author_at(entry, judged_by(org, entry, 0)?)?;
        let seen = entry.org().unwrap_or(0);
        Ok(Self {
            document,
            head: entry.next_head(),
            hashes: vec![entry.hash()],
            creator,
            secrets: vec![Secret { commitment: create.commitment, previous: None }],
            members: Map::from([(creator, Access::Manager)]),
            bars: Map::new(),
            attested: vec![],
            life: Life::Open,
            finale: None,
            org: seen,
            born: seen,
            epoch_org: seen,
            lost_reader: false,
        })
    }

    /// Checks the next entry and takes it in; on an error nothing has changed.
    pub fn append(&mut self, org: &OrgLog, entry: &Entry) -> Result<(), EntryError> {
        entry.follows(LogId::Document(self.document), self.head)?;
        let body = DocumentBody::parse(entry)?;
        let seen = judged_by(org, entry, self.org)?;
        let author = org.author_at(entry, seen)?;
        let access = self.access(author).ok_or(EntryError::Unauthorised)?;
        if self.life == Life::Shredded {
            return Err(EntryError::Contradiction);
        }
        match body {
            DocumentBody::Create(_) => return Err(EntryError::Contradiction),
            DocumentBody::SnapshotAttest(attest) => self.attest(org, entry, attest)?,
            DocumentBody::Rotate(rotate) => self.rotate(org, author, seen, rotate)?,
            DocumentBody::Grant(grant) => {
                managers(access)?;
                self.grant(org, seen, grant)?;
            }
            DocumentBody::Revoke(revoke) => {
                managers(access)?;
                self.revoke(org, seen, &revoke)?;
            }
            DocumentBody::Finalise(finalise) => {
                managers(access)?;
                self.finalise(entry, author, finalise)?;
            }
            DocumentBody::Shred(_) => {
                managers(access)?;
                self.life = Life::Shredded;
            }
        }
        self.org = self.org.max(entry.org().unwrap_or(0));
        self.head = entry.next_head();
        self.hashes.push(self.head.hash);
        Ok(())
    }

    /// The document.
    pub fn document(&self) -> DocumentId {
        self.document
    }

    /// Length and last hash.
    pub fn head(&self) -> Head {
        self.head
    }

    /// What the last entry hashed to when the log had this length.
    pub fn hash_at(&self, length: u64) -> Option<EntryHash> {
        hash_at(&self.hashes, length)
    }

    /// How many entries of the org log there were, as far as its author knew, when the document was
    /// made.
    pub fn born(&self) -> u64 {
        self.born
    }

    /// Who made the document.
    pub fn creator(&self) -> AccountId {
        self.creator
    }

    /// The epoch in force.
    pub fn epoch(&self) -> Epoch {
        Epoch(u32::try_from(self.secrets.len().saturating_sub(1)).unwrap_or(u32::MAX))
    }

    /// The commitment to an epoch's secret, if the log has that epoch.
    pub fn commitment(&self, epoch: Epoch) -> Option<Commitment> {
        self.secret(epoch).map(|secret| secret.commitment)
    }

    /// The secret before an epoch's, sealed under that epoch's.
    pub fn previous(&self, epoch: Epoch) -> Option<&Blob> {
        self.secret(epoch)?.previous.as_ref()
    }

    /// What an account may do; `None` if it is no member.
    pub fn access(&self, account: AccountId) -> Option<Access> {
        self.members.get(&account).copied()
    }

    /// Everybody with access.
    pub fn members(&self) -> impl Iterator<Item = (AccountId, Access)> {
        self.members.iter().map(|(id, access)| (*id, *access))
    }

    /// Whether the document still changes.
    pub fn life(&self) -> Life {
        self.life
    }

    /// How the document ended, if somebody finalised it.
    pub fn finale(&self) -> Option<&Finale> {
        self.finale.as_deref()
    }

    /// Whether the document ended before this envelope of a device: nobody takes it any more.
    pub fn is_past_end(&self, device: DeviceId, seq: Seq) -> bool {
        match (self.life, &self.finale) {
            (Life::Open, _) => false,
            (Life::Final, Some(finale)) => {
                finale.covers.is_none() || !finale.covers(device, seq, None)
            }
            (Life::Final, None) | (Life::Shredded, _) => true,
        }
    }

    /// Whether somebody may know the epoch's secret who should not, or should and cannot: nothing
    /// is written until the next epoch.
    pub fn is_stale(&self, org: &OrgLog) -> bool {
        let turned = |account: &AccountId| org.account(*account)?.turned;
        self.lost_reader
            || self.members.keys().filter_map(turned).any(|index| index >= self.epoch_org)
    }

    /// Whether an account may begin the next epoch, by the first `seen` entries of the org log:
    /// a manager, or a writer of a document whose managers have all left.
    pub fn may_rotate(&self, org: &OrgLog, account: AccountId, seen: u64) -> bool {
        let is_here = |id| org.account(id).is_some_and(|account| !account.is_removed_at(seen));
        let has_manager =
            self.members().any(|(id, access)| access == Access::Manager && is_here(id));
        match self.access(account) {
            Some(Access::Manager) => true,
            Some(Access::Writer) => !has_manager,
            Some(Access::Reader) | None => false,
        }
    }

    /// The devices whose envelopes an entry ends that has seen `seen` entries of the org log: all
    /// of `account` if one is revoked, else those of members that are gone from the firm.
    pub fn ending(&self, org: &OrgLog, account: Option<AccountId>, seen: u64) -> Vec<DeviceId> {
        let of_account = |owner: AccountId, id: DeviceId| match account {
            Some(account) => owner == account,
            None => self.members.contains_key(&owner) && org.is_ended_at(id, seen),
        };
        let is_open = |id: &DeviceId| self.bars.get(id).is_none_or(|bar| bar.again.is_some());
        org.devices()
            .filter(|(id, device)| device.since < seen && of_account(device.account, *id))
            .map(|(id, _)| id)
            .filter(is_open)
            .collect()
    }

    /// Whether an envelope counts, for ever: its author may write, and it is not behind the end
    /// of its device's envelopes.
    pub fn admits(
        &self,
        org: &OrgLog,
        header: &Header,
        id: EnvelopeId,
    ) -> Result<(), Inadmissible> {
        // An author we do not know yet may be in entries that are on their way.
        let author = org.device(header.device).ok_or(Inadmissible::LogBehind)?;
        let is_covered = |it: &Finale| it.covers(header.device, header.seq, Some(id));
        if !self.finale.as_deref().is_none_or(is_covered) {
            return Err(Inadmissible::CutOff);
        }
        if header.epoch > self.epoch() {
            return Err(Inadmissible::LogBehind);
        }
        let Some(bar) = self.bars.get(&header.device) else {
            return match self.access(author.account) {
                Some(Access::Writer | Access::Manager) => Ok(()),
                Some(Access::Reader) | None if header.log_index > self.head.length => {
                    Err(Inadmissible::LogBehind)
                }
                Some(Access::Reader) | None => Err(Inadmissible::NotAuthor),
            };
        };
        let counts = match header.seq.cmp(&bar.seq) {
            core::cmp::Ordering::Less => true,
            core::cmp::Ordering::Equal => id == bar.envelope,
            core::cmp::Ordering::Greater => bar.again.is_some_and(|epoch| header.epoch >= epoch),
        };
        if counts { Ok(()) } else { Err(Inadmissible::CutOff) }
    }

    /// Whether a device's envelopes ended before this one, for good as far as the log knows.
    pub fn is_cut(&self, device: DeviceId, seq: Seq) -> bool {
        self.bars.get(&device).is_some_and(|bar| bar.again.is_none() && seq > bar.seq)
    }

    /// Whether a device's envelopes have ended before this one, be it for a while.
    pub fn was_cut(&self, device: DeviceId, seq: Seq) -> bool {
        self.bars.get(&device).is_some_and(|bar| seq > bar.seq)
    }

    fn secret(&self, epoch: Epoch) -> Option<&Secret> {
        self.secrets.get(usize::try_from(epoch.0).ok()?)
    }

    fn grant(&mut self, org: &OrgLog, seen: u64, grant: Grant) -> Result<(), EntryError> {
        let receiver = org.account(grant.account).ok_or(EntryError::Contradiction)?;
        // Admins open nothing but what they made themselves, whoever asks.
        if receiver.role == Role::Admin {
            return Err(EntryError::Unauthorised);
        }
        let known = self.access(grant.account);
        let is_full = self.members.len() >= DOCUMENT_MEMBERS_MAX && known.is_none();
        // Less access is a Revoke first: that says where the envelopes end.
        let is_less = known.is_some_and(|access| grant.access < access);
        let is_removed = receiver.is_removed_at(seen);
        if grant.account == self.creator || is_full || is_less || is_removed {
            return Err(EntryError::Contradiction);
        }
        self.members.insert(grant.account, grant.access);
        if grant.access != Access::Reader {
            let epoch = self.epoch();
            for (id, device) in org.devices_of(grant.account) {
                if device.revoked.is_none_or(|index| index >= seen)
                    && let Some(bar) = self.bars.get_mut(&id)
                {
                    bar.again.get_or_insert(epoch);
                }
            }
        }
        Ok(())
    }

    fn revoke(&mut self, org: &OrgLog, seen: u64, revoke: &Revoke) -> Result<(), EntryError> {
        if revoke.account == self.creator || self.access(revoke.account).is_none() {
            return Err(EntryError::Contradiction);
        }
        let ending = self.ending(org, Some(revoke.account), seen);
        self.cut(&ending, &revoke.cuts)?;
        self.members.remove(&revoke.account);
        self.lost_reader = true;
        Ok(())
    }

    fn rotate(
        &mut self,
        org: &OrgLog,
        author: AccountId,
        seen: u64,
        rotate: Rotate,
    ) -> Result<(), EntryError> {
        if !self.may_rotate(org, author, seen) {
            return Err(EntryError::Unauthorised);
        }
        if self.epoch().0.checked_add(1) != Some(rotate.epoch.0) {
            return Err(EntryError::Contradiction);
        }
        let ending = self.ending(org, None, seen);
        self.cut(&ending, &rotate.cuts)?;
        self.members.retain(|id, _| org.account(*id).is_some_and(|it| !it.is_removed_at(seen)));
        let Rotate { commitment, previous, .. } = rotate;
        self.secrets.push(Secret { commitment, previous });
        self.epoch_org = seen;
        self.lost_reader = false;
        Ok(())
    }

    fn finalise(
        &mut self,
        entry: &Entry,
        by: AccountId,
        finalise: Finalise,
    ) -> Result<(), EntryError> {
        let Finalise { successor, covers } = finalise;
        let mut named = Map::new();
        let is_again = |cut: &Cut| cut.seq == Seq(0) || named.insert(cut.device, cut.seq).is_some();
        let is_wrong = covers.as_deref().unwrap_or_default().iter().any(is_again);
        let is_long = covers.as_ref().is_some_and(|covers| covers.len() > ENTRY_CUTS_MAX);
        if self.life != Life::Open || is_wrong || is_long {
            return Err(EntryError::Contradiction);
        }
        self.life = Life::Final;
        self.finale = Some(Box::new(Finale { at: entry.at(), by, successor, covers }));
        Ok(())
    }

    /// Ends the envelopes of `ending`, each where `cuts` says.
    fn cut(&mut self, ending: &[DeviceId], cuts: &[Cut]) -> Result<(), EntryError> {
        let mut named = Map::new();
        for cut in cuts {
            let is_none = (cut.seq == Seq(0)) || (cut.envelope == EnvelopeId::NONE);
            let is_again = named.insert(cut.device, *cut).is_some();
            if is_none || is_again || !ending.contains(&cut.device) {
                return Err(EntryError::Contradiction);
            }
        }
        if cuts.len() > ENTRY_CUTS_MAX {
            return Err(EntryError::Contradiction);
        }
        for device in ending {
            let cut = named.get(device);
            let seq = cut.map_or(Seq(0), |cut| cut.seq);
            let envelope = cut.map_or(EnvelopeId::NONE, |cut| cut.envelope);
            self.bars.insert(*device, Bar { seq, envelope, again: None });
        }
        Ok(())
    }
}

fn managers(access: Access) -> Result<(), EntryError> {
    if access == Access::Manager { Ok(()) } else { Err(EntryError::Unauthorised) }
}

/// By how much of the org log an entry is judged. The first programs' entries do not say: those
/// are judged by all of it, and only kinds that those programs knew may leave it out.
fn judged_by(org: &OrgLog, entry: &Entry, least: u64) -> Result<u64, EntryError> {
    let length = org.head().length;
    match entry.org() {
        Some(seen) if seen > length => Err(EntryError::OrgBehind { length: seen }),
        Some(seen) if seen < least => Err(EntryError::Unauthorised),
        Some(seen) => Ok(seen),
        None => match DocumentBody::parse(entry)? {
            DocumentBody::Create(_) | DocumentBody::Grant(_) => Ok(length),
            DocumentBody::Revoke(_)
            | DocumentBody::Rotate(_)
            | DocumentBody::SnapshotAttest(_)
            | DocumentBody::Finalise(_)
            | DocumentBody::Shred(_) => Err(EntryError::Malformed),
        },
    }
}
