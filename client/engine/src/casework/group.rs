//! People with devices who write one document, for tests: nothing reaches anybody by itself.

use automerge::ActorId;
use shared::{
    id::{DeviceId, DocumentId},
    secret::Secret,
    sign::SigningKey,
    time::UnixMillis,
};

use super::consent::Signatory;
use crate::document::{
    crdt::{Crdt, EditError, Writer},
    genesis::Kind,
    guard::Side,
    inspect::Inspected,
    intake::{Opened, Verdict},
};

pub(crate) const NOW: UnixMillis = UnixMillis(1_779_165_000_000);
pub(crate) const DOCUMENT: DocumentId = DocumentId::new([0xD0; 16]);

/// What must come through every document unharmed: letters beyond the first plane, compatibility
/// kanji, combining and half-width kana, full-width digits, long vowels, eras, emoji.
pub(crate) const EDGE: &str =
    "髙橋 𠮷田 﨑 渡邉 渡辺 グエン・ティ・ホア か\u{3099} ｶﾞｰ １２ 令和8年/2026 😀👩‍💻\n森 光";

/// One device and whoever holds it.
pub(crate) struct Hand {
    pub(crate) crdt: Crdt,
    pub(crate) device: DeviceId,
    pub(crate) key: SigningKey,
    pub(crate) side: Side,
    pub(crate) written: Vec<Vec<u8>>,
    inbox: Vec<Opened>,
    /// How much of each other's writing was handed over.
    heard: Vec<usize>,
    pub(crate) refused: Vec<Verdict>,
}

pub(crate) struct Group(pub(crate) Vec<Hand>);

impl Group {
    /// A document of a kind in the hands of these.
    pub(crate) fn new(kind: Kind, sides: &[Side]) -> Self {
        let device = |at: usize| DeviceId::new([u8::try_from(at + 1).unwrap(); 16]);
        let hands = sides.iter().enumerate().map(|(at, side)| {
            let actor = ActorId::from([u8::try_from(at + 0x51).unwrap(); 16].as_slice());
            let (mut crdt, first) = Crdt::begin(kind, device(at), actor).unwrap();
            for (other, side) in sides.iter().enumerate() {
                crdt.introduce(device(other), *side);
            }
            let mut written = vec![first];
            written.extend(crdt.grow());
            let secret = Secret::new(Box::new([u8::try_from(at + 1).unwrap(); 32]));
            Hand {
                crdt,
                device: device(at),
                key: SigningKey::derive(&secret),
                side: *side,
                written,
                inbox: vec![],
                heard: vec![0; sides.len()],
                refused: vec![],
            }
        });
        Self(hands.collect())
    }

    pub(crate) fn edit(
        &mut self,
        at: usize,
        write: impl FnOnce(&mut Writer<'_, '_>) -> Result<(), EditError>,
    ) -> Result<(), EditError> {
        let hand = &mut self.0[at];
        let change = hand.crdt.edit(NOW, write)?;
        hand.written.extend(change);
        Ok(())
    }

    /// What one wrote so far reaches another; what it builds on may come later.
    pub(crate) fn hear(&mut self, to: usize, from: usize) {
        let (device, start) = (self.0[from].device, self.0[to].heard[from]);
        let new: Vec<_> = self.0[from].written[start..].to_vec();
        let hand = &mut self.0[to];
        hand.heard[from] += new.len();
        for bytes in &new {
            let changes = vec![Inspected::parse(bytes).unwrap()];
            hand.inbox.push(Opened { device, changes });
        }
        let inbox = std::mem::take(&mut hand.inbox);
        for (verdict, opened) in hand.crdt.take_in(&inbox).into_iter().zip(inbox) {
            match verdict {
                Verdict::Applied => {}
                Verdict::Waiting => hand.inbox.push(opened),
                Verdict::Refused(_) => hand.refused.push(verdict),
            }
        }
    }

    /// Everybody hears everybody.
    pub(crate) fn meet(&mut self) {
        for to in 0..self.0.len() {
            for from in (0..self.0.len()).filter(|from| *from != to) {
                self.hear(to, from);
            }
        }
    }

    /// Who holds which device.
    pub(crate) fn who(&self) -> impl Fn(DeviceId) -> Option<Signatory> + use<> {
        let known: Vec<_> =
            self.0.iter().map(|it| (it.device, it.key.verify_key(), it.side)).collect();
        move |device| {
            let (_, key, side) = known.iter().find(|(it, _, _)| *it == device)?;
            Some(Signatory { key: *key, side: *side })
        }
    }
}
