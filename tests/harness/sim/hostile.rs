//! One world in twenty has a server that lies at random: it damages, repeats, drops and shuffles
//! what it is asked for. Alarms are due there, and devices may stay apart; what holds all the same
//! is that nobody reads or is shown what is not theirs or genuine, and no device loses its own.

use server::store::Store;
use shared::{
    Blob,
    sync::{ClientMessage, ServerMessage, Wrap},
};

use super::{check::Kind, run::Run};
use crate::{
    seed::Dice,
    world::{DeviceNo, liar::Liar},
};

/// A world whose number this divides has a lying server.
const HOSTILE_EACH: u64 = 20;
/// A message in so many is bent.
const LIE_IN: u64 = 20;

/// Whether a seed's server lies.
pub(super) fn is_hostile(seed: u64) -> bool {
    seed.is_multiple_of(HOSTILE_EACH)
}

struct Trickster {
    dice: Dice,
    /// What was said before, to be said again.
    said: Vec<ServerMessage>,
}

impl Liar for Trickster {
    fn hear(&mut self, _: &Store, _: DeviceNo, asked: ClientMessage) -> Option<ClientMessage> {
        Some(asked)
    }

    fn say(&mut self, _: &Store, _: DeviceNo, honest: ServerMessage) -> Vec<ServerMessage> {
        let is_news = matches!(
            honest,
            ServerMessage::Batch { .. }
                | ServerMessage::LogBatch { .. }
                | ServerMessage::Wraps { .. }
                | ServerMessage::Index { .. }
                | ServerMessage::Event(_)
        );
        if !is_news {
            return vec![honest];
        }
        if self.said.len() < 64 {
            self.said.push(honest.clone());
        }
        if !self.dice.one_in(LIE_IN) {
            return vec![honest];
        }
        match self.dice.below(4) {
            0 => vec![],
            1 => {
                let count = u64::try_from(self.said.len()).unwrap_or(0);
                let at = usize::try_from(self.dice.below(count)).unwrap_or(0);
                // Often somebody else's: logs, envelopes and wraps that are none of theirs.
                self.said.get(at).cloned().into_iter().chain([honest]).collect()
            }
            _ => vec![self.bend(honest)],
        }
    }
}

impl Trickster {
    fn bend(&mut self, honest: ServerMessage) -> ServerMessage {
        match honest {
            ServerMessage::Batch { document, first, mut envelopes, more, base } => {
                self.spoil(&mut envelopes);
                ServerMessage::Batch { document, first, envelopes, more, base }
            }
            ServerMessage::LogBatch { document, from, mut entries, more } => {
                self.spoil(&mut entries);
                ServerMessage::LogBatch { document, from, entries, more }
            }
            ServerMessage::Wraps { last, wraps, more } => {
                let mut sealed: Vec<Blob> = wraps.iter().map(|it| it.sealed.clone()).collect();
                self.spoil(&mut sealed);
                let wraps = wraps.iter().zip(sealed);
                let wraps = wraps.map(|(wrap, sealed)| Wrap { to: wrap.to, sealed }).collect();
                ServerMessage::Wraps { last, wraps, more }
            }
            honest @ (ServerMessage::Challenge { .. }
            | ServerMessage::Ready { .. }
            | ServerMessage::Index { .. }
            | ServerMessage::Acks { .. }
            | ServerMessage::Appended { .. }
            | ServerMessage::HeadMoved { .. }
            | ServerMessage::Event(_)
            | ServerMessage::Refused { .. }
            | ServerMessage::Pong
            | ServerMessage::Bye { .. }) => honest,
        }
    }

    fn spoil(&mut self, items: &mut Vec<Blob>) {
        let count = u64::try_from(items.len()).unwrap_or(0);
        let at = usize::try_from(self.dice.below(count)).unwrap_or(0);
        match self.dice.below(4) {
            0 if at < items.len() => drop(items.remove(at)),
            1 => items.reverse(),
            2 => items.extend(items.get(at).cloned()),
            _ => {
                let Some(item) = items.get_mut(at) else { return };
                let bytes = u64::try_from(item.0.len()).unwrap_or(0);
                let place = usize::try_from(self.dice.below(bytes)).unwrap_or(0);
                if let Some(byte) = item.0.get_mut(place) {
                    *byte ^= 1 << self.dice.below(8);
                }
            }
        }
    }
}

impl Run {
    /// The server begins to lie, if it is one that does.
    pub(super) fn turn(&mut self) {
        if is_hostile(self.seed) {
            let dice = self.world.fork_dice();
            self.world.lie(Trickster { dice, said: vec![] });
        }
    }

    /// Whether something follows from lies, and breaks no promise.
    pub(super) fn follows_from_lies(&self, kind: Kind) -> bool {
        is_hostile(self.seed)
            && matches!(
                kind,
                Kind::FalseAlarm | Kind::Stuck | Kind::Diverged | Kind::LockedOut | Kind::WentBack
            )
    }
}
