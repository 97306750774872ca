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
    keyring::{
        stretch::Stretch,
        vault::{UnlockError, Vault},
    },
    record::{Content, Name, Sealer, StoreKey},
    view::{Gate, Notice, RoomNotice},
};

/// Fewest characters of a PIN.
const PIN_CHARS_MIN: u32 = 4;
/// How often a PIN may be tried.
const PIN_TRIES: u8 = 5;

/// A key that lies in memory alone, sealed under a stretched PIN. The PIN itself is nowhere.
pub(crate) struct Pinned {
    vault: Vault,
    tries: u8,
}

impl Pinned {
    /// Seals a key; what stands in the way is said.
    pub(super) fn make(
        step: &mut Step<'_, '_>,
        key: &StoreKey,
        (pin, stretch): (&Passphrase, Stretch),
    ) -> Option<Self> {
        let chars = u32::try_from(pin.expose().chars().count()).unwrap_or(u32::MAX);
        if chars < PIN_CHARS_MIN {
            let notice = RoomNotice::WeakPin { chars_min: PIN_CHARS_MIN };
            Desk::notice(step, Notice::Room(notice));
            return None;
        }
        let sealed = Vault::seal(key, pin, String::new(), stretch, step.cx);
        let Ok(vault) = sealed else {
            Desk::notice(step, Notice::NoMemory);
            return None;
        };
        Some(Self { vault, tries: PIN_TRIES })
    }

    /// The key; a wrong PIN counts, and that it is wrong is said.
    pub(crate) fn open(
        &mut self,
        step: &mut Step<'_, '_>,
        (pin, stretch): (&Passphrase, Stretch),
    ) -> Option<StoreKey> {
        let notice = match self.vault.open(pin, stretch) {
            Ok(key) => {
                self.tries = PIN_TRIES;
                return Some(key);
            }
            Err(UnlockError::Unauthentic) => {
                self.tries = self.tries.saturating_sub(1);
                Notice::Room(RoomNotice::WrongPin { tries: self.tries })
            }
            Err(UnlockError::TooNew { .. }) => Notice::UpdateNeeded,
            Err(UnlockError::NoMemory) => Notice::NoMemory,
        };
        Desk::notice(step, notice);
        None
    }

    /// Whether the PIN was tried too often: only the passphrase opens the device.
    pub(crate) fn is_spent(&self) -> bool {
        self.tries == 0
    }
}

/// A tablet about to change hands: it does once the guest key is durable.
pub(super) struct Handing {
    case: CaseId,
    key: StoreKey,
    pinned: Pinned,
    is_kept: bool,
}

impl Desk {
    /// Makes ready to hand the tablet to the employee of a case.
    pub(crate) fn hand_over(
        &mut self,
        step: &mut Step<'_, '_>,
        case: CaseId,
        pin: (&Passphrase, Stretch),
    ) {
        let case = self.current(case);
        let is_ours = self.crdt_of(case, Kind::CaseShared).is_some() && self.is_open();
        if !is_ours || self.guest.is_some() || self.handing.is_some() {
            return;
        }
        let Some(pinned) = Pinned::make(step, self.sealer.key(), pin) else { return };
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
    pub(crate) fn into_guest(mut self, step: &mut Step<'_, '_>) -> Option<(Self, Pinned)> {
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
