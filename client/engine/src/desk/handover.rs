//! A tablet in the employee's hands (手渡し).
//!
//! What is theirs to see moves to a desk of its own, and everything else is dropped: the store key,
//! the account's seeds, the secrets of every document, and every document that is not handed over.
//! What they write is sealed under a guest key; that was sealed under the store key, and durable,
//! before the store key left memory. Whoever opens the store next takes it in. The store key itself
//! stays in memory sealed under the stretched PIN and nowhere else, so a tablet that dies comes back
//! locked and needs the passphrase.
//!
//! **Invariant:** a guest desk never logs in, and writes nothing but changes.

use shared::{id::DocumentId, secret::Secret};

use super::Desk;
use crate::{
    casework::{
        case::{self, CaseId},
        job_card,
    },
    command::Passphrase,
    document::{Document, genesis::Kind},
    effect::Record,
    journal::{After, Step},
    keyring::{stretch::Stretch, vault::Vault},
    record::{Content, Name, Sealer, StoreKey},
    view::{Gate, Notice, RoomNotice},
};

/// Fewest characters of a PIN.
pub(crate) const PIN_CHARS_MIN: u32 = 4;
/// How often a PIN may be tried.
pub(crate) const PIN_TRIES: u8 = 5;

/// A tablet about to change hands: it does once the guest key is durable.
pub(super) struct Handing {
    case: CaseId,
    key: StoreKey,
    pinned: Vault,
    is_kept: bool,
}

impl Desk {
    /// Makes ready to hand the tablet to the employee of a case.
    pub(crate) fn hand_over(
        &mut self,
        step: &mut Step<'_, '_>,
        case: CaseId,
        (pin, stretch): (&Passphrase, Stretch),
    ) {
        let case = self.current(case);
        let is_ours = self.crdt_of(case, Kind::CaseShared).is_some() && self.is_open();
        if !is_ours || self.guest.is_some() || self.handing.is_some() {
            return;
        }
        let chars = u32::try_from(pin.expose().chars().count()).unwrap_or(u32::MAX);
        if chars < PIN_CHARS_MIN {
            let notice = RoomNotice::WeakPin { chars_min: PIN_CHARS_MIN };
            return Self::notice(step, Notice::Room(notice));
        }
        let device_name = self.keyring.device_name.clone();
        let pinned = Vault::seal(self.sealer.key(), pin, device_name, stretch, step.cx);
        let Ok(pinned) = pinned else { return Self::notice(step, Notice::NoMemory) };
        let key = StoreKey::make(step.cx);
        // One for each start: what was written under an earlier one may not be taken in yet.
        let name = Name::Guest(self.progress.starts);
        self.save_secret(step, name, key.expose());
        step.after(After::GuestKept);
        self.handing = Some(Handing { case, key, pinned, is_kept: false });
    }

    /// The guest key is durable.
    pub(super) fn guest_kept(&mut self) {
        if let Some(handing) = &mut self.handing {
            handing.is_kept = true;
        }
    }

    /// Whether the tablet may change hands.
    pub(crate) fn is_handing(&self) -> bool {
        self.handing.as_ref().is_some_and(|it| it.is_kept)
    }

    /// The desk in the employee's hands, and what takes the tablet back. The rest goes.
    pub(crate) fn into_guest(mut self, step: &mut Step<'_, '_>) -> Option<(Self, Vault)> {
        let Handing { case, key, pinned, .. } = self.handing.take()?;
        self.note_time(step);
        let mut guest = Self::new(Sealer::new(key), self.keyring.for_guest(step.cx), self.pace);
        for id in self.handed(case) {
            if let Some(document) = self.documents.remove(&id) {
                guest.documents.insert(id, document.for_guest());
            }
        }
        guest.progress = self.progress;
        guest.org = self.org.take();
        guest.guest = Some(case);
        Some((guest, pinned))
    }

    /// What of a case is in the employee's hands: what both read, the decisions, and the JOB card
    /// that the employee shows for this case.
    fn handed(&self, case: CaseId) -> Vec<DocumentId> {
        let is_card = |it: &&Document| {
            it.crdt.kind() == Some(Kind::JobCard)
                && job_card::grants(&it.crdt).iter().any(|grant| self.current(grant.case) == case)
        };
        let cards = self.documents.values().filter(is_card).map(|it| it.id);
        let parts = [Some(case), self.linked(case, Kind::CaseConsent)];
        parts.into_iter().flatten().chain(cards).collect()
    }

    /// What a handed tablet is ready for.
    pub(super) fn guest_gate(&self) -> Option<Gate> {
        let case = self.guest?;
        let shared = self.documents.get(&case);
        let name = shared.map_or_else(String::new, |it| case::employee_name(&it.crdt));
        Some(Gate::Handed { name, case })
    }
}

/// What an employee wrote on a handed tablet.
#[derive(Default)]
pub(super) struct Guests(Vec<Sealer>);

impl Guests {
    /// The guest keys that are in the store.
    pub(super) fn of(opened: &[Option<(Name, Content)>]) -> Self {
        let sealer = |(name, content): &(Name, Content)| match (name, content) {
            (Name::Guest(_), Content::Bytes(key)) => {
                Secret::from_slice(&key.0).map(|key| Sealer::new(StoreKey::new(key)))
            }
            (_, _) => None,
        };
        Self(opened.iter().flatten().filter_map(sealer).collect())
    }

    /// Opens a record that a guest wrote, and has it written down anew under the store key.
    pub(super) fn take_in(
        &self,
        step: &mut Step<'_, '_>,
        sealer: &Sealer,
        record: &Record,
    ) -> Option<(Name, Content)> {
        let found = self.0.iter().find_map(|guest| guest.open(record))?;
        step.delete_raw(record.0);
        if let (name @ Name::Change(document, counter), content @ Content::Change(_)) = &found {
            step.put(sealer, *name, content);
            step.count_edit();
            step.after(After::Saved(*document, *counter));
        }
        Some(found)
    }
}
