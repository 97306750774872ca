//! Informed consent: what an employee was told, agreed to, refused and withdrew.
//!
//! Nothing is ever changed here. Each decision is an event, signed by the device that recorded it
//! and naming the hashes of the events it follows; what holds is what a replay of all of them says.
//! Of two events that did not know of each other the one that permits less counts, so a withdrawal
//! always beats a concurrent grant, whatever the clocks say and however the documents were merged.

use core::fmt;

use shared::order;
use shared::{
    Blob, Decode, Encode, cbor,
    hash::sha256,
    id::{AccountId, DeviceId, DocumentId, EntryHash, hex},
    map::{Map, Set},
    sign::{Domain, Signature, SigningKey, VerifyKey},
    time::UnixMillis,
};

use crate::{
    casework::{
        directory::Template,
        field::{Field, Shape, Spec, spec},
    },
    document::{
        crdt::{Crdt, EditError, Writer},
        guard::{BOTH, Guard, STAFF, Side, adds, guard},
    },
};

mod matter;

pub use matter::{CONTACTS, Decision, Matter, Method, Scope, effect};

/// Nothing but events.
pub const FIELDS: &[Spec] = &[spec("events", Shape::List(&[]))];

/// Both add, nobody changes.
pub const GUARDS: &[Guard] = &[guard("", STAFF), adds("events", BOTH)];

/// SHA-256 of an event's signed bytes.
pub type EventHash = EntryHash;

/// Which text was read out: its version, and the hash of the words themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Told {
    /// The template's version.
    #[n(0)]
    pub version: u32,
    /// Of what [`crate::casework::directory::Template::hash`] gives.
    #[cbor(n(1), bytes)]
    pub hash: [u8; 32],
}

/// One decision.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Event {
    /// The document it was made for: an event copied elsewhere says nothing there.
    #[n(0)]
    pub document: DocumentId,
    /// About what.
    #[n(1)]
    pub matter: Matter,
    /// What.
    #[n(2)]
    pub decision: Decision,
    /// What it covers, where the matter alone does not say.
    #[n(3)]
    pub scope: Scope,
    /// What had been read out.
    #[n(4)]
    pub told: Told,
    /// By the device's clock.
    #[n(5)]
    pub at: UnixMillis,
    /// By the server's, if it was there to be asked.
    #[n(6)]
    pub server_at: Option<UnixMillis>,
    /// Where.
    #[n(7)]
    pub place: String,
    /// How it was given.
    #[n(8)]
    pub method: Method,
    /// The device that recorded it.
    #[n(9)]
    pub by: DeviceId,
    /// The newest events that the device knew, in order.
    #[n(10)]
    pub after: Vec<EventHash>,
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Event({:?} {:?})", self.matter, self.decision)
    }
}

/// An event and its signature, as the document holds them.
#[derive(Clone, Encode, Decode)]
struct Signed {
    #[n(0)]
    event: Blob,
    #[n(1)]
    signature: Signature,
}

/// Somebody who may have signed.
#[derive(Clone, Copy, Debug)]
pub struct Signatory {
    /// Their device's key.
    pub key: VerifyKey,
    /// On whose side they are.
    pub side: Side,
}

/// Why an event does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejected {
    /// It is no event.
    Malformed,
    /// It was made for another document.
    Elsewhere,
    /// Its device is not known.
    Unknown,
    /// Its signature does not hold.
    Forged,
    /// This decision cannot be made about this matter, in this scope, in this way, by this side.
    NotTheirs,
}

/// What holds about a matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The decision that counts.
    pub event: Event,
    /// Whether another one was made without knowing of it.
    pub is_disputed: bool,
}

/// Every event of a document, replayed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    events: Map<EventHash, Event>,
    /// What does not count, and why.
    pub rejected: Vec<Rejected>,
}

/// A decision with the signature of the device it was made on.
pub struct Recorded {
    id: String,
    signed: Vec<u8>,
}

/// Signs a decision. The caller fills in everything but what it follows.
pub fn sign(ledger: &Ledger, mut event: Event, key: &SigningKey) -> Recorded {
    event.after = ledger.heads();
    let bytes = cbor::to_vec(&event);
    let signature = key.sign(Domain::Consent, &bytes);
    let id = hex(&sha256(&[&bytes]));
    Recorded { id, signed: cbor::to_vec(&Signed { event: Blob(bytes), signature }) }
}

impl Recorded {
    /// Adds it to its document.
    pub fn attach(&self, tx: &mut Writer<'_, '_>) -> Result<(), EditError> {
        let list = Field::top("events");
        tx.add_item(&list, &self.id, None, &[])?;
        tx.put(&list.child(&self.id).child("signed"), self.signed.clone())
    }
}

/// Signs a decision and adds it.
pub fn record(
    tx: &mut Writer<'_, '_>,
    ledger: &Ledger,
    event: Event,
    key: &SigningKey,
) -> Result<(), EditError> {
    sign(ledger, event, key).attach(tx)
}

const EXPLAINED: &str = "explained:";

/// Keeps the words that are read out where both have them: an employee has no directory. They stand
/// under their hash, so that the same words are kept once.
pub fn explain(tx: &mut Writer<'_, '_>, template: &Template) -> Result<(), EditError> {
    let place = Field::top(&[EXPLAINED, &hex(&template.told().hash)].concat());
    if tx.has(&place) { Ok(()) } else { tx.put(&place, cbor::to_vec(template)) }
}

/// The words that were ever read out, as far as they are kept here.
pub fn explanations(crdt: &Crdt) -> Vec<Template> {
    let keys = crdt.root_keys();
    let kept = keys.iter().filter(|key| key.starts_with(EXPLAINED));
    kept.filter_map(|key| cbor::from_slice(&crdt.bytes(&Field::top(key))?)).collect()
}

impl Ledger {
    /// Reads and checks every event; `who` knows the devices of everybody who ever had part.
    pub fn read(
        crdt: &Crdt,
        document: DocumentId,
        who: impl Fn(DeviceId) -> Option<Signatory>,
    ) -> Self {
        let list = Field::top("events");
        let mut ledger = Self::default();
        // What the employee says here of their JOB card is no event: it has no signature of its own.
        let is_event = |id: &String| crdt.plain(&list.child(id).child("card_grant")).is_none();
        for id in crdt.items(&list).into_iter().filter(is_event) {
            let bytes = crdt.bytes(&list.child(&id).child("signed"));
            match bytes.ok_or(Rejected::Malformed).and_then(|it| check(&it, document, &who)) {
                Ok((hash, event)) => {
                    ledger.events.insert(hash, event);
                }
                Err(rejected) => ledger.rejected.push(rejected),
            }
        }
        ledger
    }

    /// The events that no other one follows, in order.
    pub fn heads(&self) -> Vec<EventHash> {
        let followed: Set<EventHash> =
            self.events.values().flat_map(|event| event.after.iter().copied()).collect();
        self.events.keys().filter(|hash| !followed.contains(*hash)).copied().collect()
    }

    /// How many events count.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether nothing was decided yet.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// What holds about a matter; for what is decided case by case, about one of its scopes.
    pub fn standing(&self, matter: Matter, scope: Option<&Scope>) -> Option<Standing> {
        self.newest(|event| {
            let is_of = match scope {
                Some(scope) => event.scope == *scope,
                // One use that was agreed to is no consent to all.
                None => !matches!(event.scope, Scope::Exact(_)),
            };
            event.matter == matter && (is_of || scope.is_some() && !matter.takes_exact())
        })
    }

    /// What holds about a matter for one account: what was decided about it as a whole, or for this
    /// account.
    pub fn standing_for(&self, matter: Matter, account: AccountId) -> Option<Standing> {
        let scopes = [Scope::Whole, Scope::To(account)];
        self.newest(|event| event.matter == matter && scopes.contains(&event.scope))
    }

    fn newest(&self, is_about: impl Fn(&Event) -> bool) -> Option<Standing> {
        let about: Vec<(&EventHash, &Event)> =
            self.events.iter().filter(|(_, event)| is_about(event)).collect();
        let pasts: Vec<Set<EventHash>> = about.iter().map(|(_, event)| self.past(event)).collect();
        let newest: Vec<_> = about
            .iter()
            .filter(|(hash, _)| !pasts.iter().any(|past| past.contains(*hash)))
            .collect();
        // Among equals the later clock, and then any order that is the same everywhere.
        let key = |(hash, event): &&&(&EventHash, &Event)| {
            (event.decision, core::cmp::Reverse(event.at), **hash)
        };
        let (_, event) = newest.iter().min_by_key(key)?;
        Some(Standing { event: (*event).clone(), is_disputed: newest.len() > 1 })
    }

    /// The decision that holds about a matter, without its circumstances.
    pub fn decision(&self, matter: Matter) -> Option<Decision> {
        self.standing(matter, None).map(|standing| standing.event.decision)
    }

    /// Everything that was decided about a matter, oldest clock first: what both may look at.
    pub fn told(&self, matter: Matter) -> Vec<&Event> {
        let mut events: Vec<&Event> =
            self.events.values().filter(|event| event.matter == matter).collect();
        order::by_key(&mut events, |event| event.at);
        events
    }

    /// Every event that came before one, as far as it is here.
    fn past(&self, event: &Event) -> Set<EventHash> {
        let mut wanted = event.after.clone();
        let mut past = Set::new();
        while let Some(hash) = wanted.pop() {
            if past.insert(hash)
                && let Some(event) = self.events.get(&hash)
            {
                wanted.extend(&event.after);
            }
        }
        past
    }
}

fn check(
    bytes: &[u8],
    document: DocumentId,
    who: impl Fn(DeviceId) -> Option<Signatory>,
) -> Result<(EventHash, Event), Rejected> {
    let Signed { event: bytes, signature } = cbor::from_slice(bytes).ok_or(Rejected::Malformed)?;
    let event: Event = cbor::from_slice(&bytes.0).ok_or(Rejected::Malformed)?;
    if event.document != document {
        return Err(Rejected::Elsewhere);
    }
    let Signatory { key, side } = who(event.by).ok_or(Rejected::Unknown)?;
    if key.verify(Domain::Consent, &bytes.0, &signature).is_err() {
        return Err(Rejected::Forged);
    }
    let is_theirs = event.matter.admits(event.decision, &event.scope) && event.method.is_of(side);
    if !is_theirs {
        return Err(Rejected::NotTheirs);
    }
    Ok((EventHash::new(sha256(&[&bytes.0])), event))
}

#[cfg(test)]
mod tests;
