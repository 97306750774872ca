//! Seeded damage: to bytes that mean nothing, and to changes with an eye for what they mean.
#![expect(clippy::indexing_slicing, reason = "tests only; every index was just drawn or checked")]

use crate::{
    forge::{Forged, fix_checksum, nulls, push_signed, push_u64, run},
    seed::Dice,
};

/// Numbers at which programs break.
const SORE: [u64; 14] = [
    0,
    1,
    2,
    0x3F,
    0x40,
    0x7F,
    0x80,
    0xFFFF,
    0x1_0000,
    0x7FFF_FFFF,
    0xFFFF_FFFF,
    1 << 40,
    0x7FFF_FFFF_FFFF_FFFF,
    u64::MAX,
];

/// Columns that automerge knows, those we never write included.
const SPECS: [u64; 14] =
    [0x01, 0x02, 0x11, 0x13, 0x15, 0x34, 0x42, 0x56, 0x57, 0x70, 0x71, 0x73, 0x94, 0xA5];

fn pick(dice: &mut Dice, end: usize) -> usize {
    usize::try_from(dice.below(end.try_into().unwrap_or(0))).unwrap_or(0)
}

fn sore(dice: &mut Dice) -> u64 {
    SORE[pick(dice, SORE.len())]
}

/// Damages bytes in one to four places.
pub fn bytes(dice: &mut Dice, bytes: &mut Vec<u8>, other: &[u8]) {
    for _ in 0..=dice.below(4) {
        damage(dice, bytes, other);
    }
}

fn damage(dice: &mut Dice, bytes: &mut Vec<u8>, other: &[u8]) {
    let at = pick(dice, bytes.len() + 1);
    let end = (at + pick(dice, 9)).min(bytes.len());
    match dice.below(8) {
        0 | 1 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
        2 if at < bytes.len() => bytes[at] = u8::try_from(dice.below(256)).unwrap_or(0),
        3 => drop(bytes.drain(at..end)),
        4 => {
            let again = bytes[at..end].to_vec();
            drop(bytes.splice(at..at, again));
        }
        5 => {
            let mut number = vec![];
            push_u64(&mut number, sore(dice));
            drop(bytes.splice(at..end, number));
        }
        6 if !other.is_empty() => {
            let from = pick(dice, other.len());
            let to = (from + pick(dice, 40)).min(other.len());
            drop(bytes.splice(at..end, other[from..to].iter().copied()));
        }
        7 => bytes.truncate(at),
        _ => bytes.push(u8::try_from(dice.below(256)).unwrap_or(0)),
    }
}

/// A hostile variant of an honest change; its checksum holds more often than not.
pub fn change(dice: &mut Dice, honest: &Forged, other: &Forged) -> Vec<u8> {
    let mut forged = honest.clone();
    let damages = 1 + dice.below(3);
    for _ in 0..damages {
        field(dice, &mut forged, other);
    }
    let mut chunk = match dice.below(8) {
        0 => forged.compressed(),
        _ => forged.to_bytes(),
    };
    match dice.below(12) {
        0 => bytes(dice, &mut chunk, &[]),
        1 | 2 => {
            bytes(dice, &mut chunk, &other.to_bytes());
            fix_checksum(&mut chunk);
        }
        _ => {}
    }
    chunk
}

fn field(dice: &mut Dice, forged: &mut Forged, other: &Forged) {
    match dice.below(16) {
        0 => forged.seq = number(dice, forged.seq),
        1 => forged.start = number(dice, forged.start),
        2 => forged.time = sore(dice).cast_signed(),
        3 => match dice.below(3) {
            0 => drop(forged.dependencies.pop()),
            1 => forged.dependencies.push(vec![u8::try_from(dice.below(256)).unwrap_or(0); 32]),
            _ => forged.dependencies.extend(other.dependencies.iter().cloned()),
        },
        4 => match dice.below(4) {
            0 => drop(forged.others.pop()),
            1 => forged.others.push(vec![u8::try_from(dice.below(256)).unwrap_or(0); 16]),
            2 => forged.others.push(forged.actor.clone()),
            _ => bytes(dice, &mut forged.actor, &[]),
        },
        5 => match dice.below(4) {
            0 => forged.message = vec![b'm'; pick(dice, 300)],
            1 => forged.extra = vec![b'x'; pick(dice, 300)],
            2 => forged.columns.reverse(),
            _ => {
                let spec = SPECS[pick(dice, SPECS.len())];
                forged.columns.retain(|(known, _)| *known != spec);
            }
        },
        _ => column(dice, forged, other),
    }
}

/// A number near another one, or a sore one.
fn number(dice: &mut Dice, near: u64) -> u64 {
    match dice.below(3) {
        0 => near.wrapping_add(1),
        1 => near.wrapping_sub(1 + dice.below(4)),
        _ => sore(dice),
    }
}

fn column(dice: &mut Dice, forged: &mut Forged, other: &Forged) {
    let spec = SPECS[pick(dice, SPECS.len())];
    let theirs = other.columns.iter().find(|(known, _)| *known == spec);
    let column = forged.column(spec);
    match dice.below(9) {
        0 => bytes(dice, column, &[]),
        1 => *column = run(sore(dice).cast_signed(), dice.below(9)),
        2 => *column = nulls(sore(dice)),
        3 => *column = run(1 + dice.below(20).cast_signed(), sore(dice)),
        4 => *column = theirs.map(|(_, theirs)| theirs.clone()).unwrap_or_default(),
        // Small changes to values: another object, another element, another action.
        5..=7 if !column.is_empty() => {
            let at = pick(dice, column.len());
            let near = u64::from(column[at]);
            column[at] = u8::try_from(number(dice, near) & 0x7F).unwrap_or(0);
        }
        _ => {
            push_signed(column, dice.below(8).cast_signed() - 4);
            push_u64(column, dice.below(200));
        }
    }
}
