//! Snapshots that somebody else vouched for.

use crate::{
    id::{DeviceId, EnvelopeId, Seq},
    limit::{ENTRY_CUTS_MAX, SNAPSHOT_PARTS_MAX},
    log::{Author, Entry, EntryError, org::OrgLog},
    map::Set,
};

use super::{Covers, DocumentLog, SnapshotAttest};

/// A snapshot that a device vouched for which may: a reader may begin at it, and the server may
/// drop what it covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attested {
    /// Where the entry stands that says so.
    pub position: u64,
    /// The snapshot's last envelope.
    pub snapshot: EnvelopeId,
    /// SHA-256 of its sorted automerge heads.
    pub heads: [u8; 32],
    /// What it stands for.
    pub covers: Covers,
}

impl Attested {
    fn says_the_same(&self, other: &Self) -> bool {
        Self { position: other.position, ..self.clone() } == *other
    }
}

impl DocumentLog {
    /// Whether somebody whose word counts said this.
    pub fn has_attested(&self, attest: &SnapshotAttest) -> bool {
        self.attested.iter().any(|it| {
            let covers = attest.covers.as_ref();
            (it.snapshot, it.heads, Some(&it.covers)) == (attest.snapshot, attest.heads, covers)
        })
    }

    /// Snapshots that count, oldest entry first; each by the first entry that vouches for it.
    pub fn attested(&self) -> &[Attested] {
        &self.attested
    }

    /// The snapshot that counts by the entry in this place.
    pub fn attested_at(&self, position: u64) -> Option<&Attested> {
        self.attested.iter().find(|it| it.position == position)
    }

    pub(super) fn attest(
        &mut self,
        org: &OrgLog,
        entry: &Entry,
        attest: SnapshotAttest,
    ) -> Result<(), EntryError> {
        let Author::Device(device) = entry.author() else { return Err(EntryError::Unauthorised) };
        let SnapshotAttest { snapshot, heads, covers } = attest;
        let Some(covers) = covers else { return Ok(()) };
        if !has_shape(&covers) || device == covers.author {
            return Err(EntryError::Contradiction);
        }
        let counts = may_vouch(org, device, &covers).ok_or(EntryError::Contradiction)?;
        let attested = Attested { position: entry.index(), snapshot, heads, covers };
        if counts && self.attested.iter().all(|it| !it.says_the_same(&attested)) {
            self.attested.push(attested);
        }
        Ok(())
    }
}

/// Whether a device's word for a snapshot counts: it is not the author's device, and where others
/// than the author's account wrote, nor of that account. So nobody alone says what others wrote.
/// `None` if a device is not known.
pub fn may_vouch(org: &OrgLog, device: DeviceId, covers: &Covers) -> Option<bool> {
    let account = |device: DeviceId| org.device(device).map(|it| it.account);
    let (author, voucher) = (account(covers.author)?, account(device)?);
    let mut is_sole = true;
    for cut in &covers.frontier {
        is_sole &= account(cut.device)? == author;
    }
    Some(device != covers.author && (is_sole || author != voucher))
}

fn has_shape(covers: &Covers) -> bool {
    let (mut named, frontier) = (Set::new(), &covers.frontier);
    let is_place = |seq: Seq, id: EnvelopeId| seq > Seq(0) && id != EnvelopeId::NONE;
    let is_fine =
        frontier.iter().all(|it| is_place(it.seq, it.envelope) && named.insert(it.device));
    is_fine && frontier.len() <= ENTRY_CUTS_MAX && (1..=SNAPSHOT_PARTS_MAX).contains(&covers.parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::document::Cut;

    #[test]
    fn so_many_devices_are_named_and_not_one_more() {
        let cut = |number: usize| Cut {
            device: DeviceId::new([u8::try_from(number).unwrap(); 16]),
            seq: Seq(1),
            envelope: EnvelopeId::new([1; 32]),
        };
        let covers = |count| Covers {
            author: DeviceId::new([0xA0; 16]),
            parts: 1,
            frontier: (0..count).map(cut).collect(),
        };

        assert!(has_shape(&covers(ENTRY_CUTS_MAX)));
        assert!(!has_shape(&covers(ENTRY_CUTS_MAX + 1)));
    }
}
