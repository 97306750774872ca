//! What a function used last: what goes on from there needs no number.

use super::{GET, STEPS};

/// So many places in a function's own memory are told by when they were named last.
pub(super) const PLACES: u8 = 16;
/// What is told of a place is its distance to the one before, in steps of four bytes, from here on.
const NEAR: u8 = PLACES + 1;
/// So many steps up or down are near.
const REACH: i64 = 8;
/// Reads the stack's end, a constant, and what is left of the one without the other.
const FRAME: u32 = 0x23_416B;

/// What a function used last.
#[derive(Default)]
pub(super) struct Recent {
    /// The last one first.
    locals: Vec<usize>,
    /// One more than the highest number of a local.
    named: usize,
    read: usize,
    written: usize,
    /// The last three deeds as the wasm has them, a byte each.
    past: u32,
    /// The local that says where the function's own memory begins.
    frame: Option<usize>,
    /// Places in it, the last one first.
    places: Vec<i64>,
}

impl Recent {
    /// Where a local was before it was used again.
    pub(super) fn local(&mut self, deed: u8, local: usize) -> Option<u8> {
        if deed != GET && self.past == FRAME {
            self.frame.get_or_insert(local);
        }
        self.named = self.named.max(local + 1);
        let place = self.locals.iter().position(|other| *other == local);
        self.locals.retain(|other| *other != local);
        self.locals.insert(0, local);
        self.locals.truncate(3);
        place.and_then(|place| u8::try_from(place).ok())
    }

    /// How many locals there are at least.
    pub(super) fn named(&self) -> usize {
        self.named
    }

    /// Which step led from the last offset to this one.
    pub(super) fn offset(&mut self, deed: u8, offset: usize) -> Option<u8> {
        let last = if deed < 0x36 { &mut self.read } else { &mut self.written };
        let from = std::mem::replace(last, offset);
        let is_it = |(of, step): &(u8, isize)| {
            *of == deed && from.checked_add_signed(*step) == Some(offset)
        };
        STEPS.iter().position(is_it).and_then(|place| u8::try_from(place).ok())
    }

    /// A deed was done.
    pub(super) fn pass(&mut self, deed: u8) {
        self.past = self.past << 8 & 0xFF_FFFF | u32::from(deed);
    }

    /// Whether a local says where the function's own memory begins.
    pub(super) fn is_frame(&self, local: Option<usize>) -> bool {
        local.is_some() && local == self.frame
    }

    /// What is told of a place in the function's own memory: which of the places named last it is, or
    /// how far it is from the last one. [`PLACES`] is neither: the number itself has to be told.
    pub(super) fn place(&mut self, place: i64) -> u8 {
        let known = self.places.iter().position(|other| *other == place);
        let away = self.places.first().map(|last| place - last);
        self.name(place);
        if let Some(known) = known {
            return u8::try_from(known).unwrap_or(PLACES);
        }
        match away {
            Some(away) if place >= 0 && away % 4 == 0 && away.abs() <= 4 * REACH => {
                u8::try_from(i64::from(NEAR) + REACH + away / 4).unwrap_or(PLACES)
            }
            _ => PLACES,
        }
    }

    /// A place was named. Numbers that `unpack.js` cannot tell from others are none.
    pub(super) fn name(&mut self, place: i64) {
        if (0..1 << 28).contains(&place) {
            self.places.retain(|other| *other != place);
            self.places.insert(0, place);
            self.places.truncate(usize::from(PLACES));
        }
    }
}
