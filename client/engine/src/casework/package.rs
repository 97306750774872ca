//! What an employee asked to see of the consultant's notes (個人情報保護法 33条), for their eyes only.

use crate::{
    casework::{
        field::{Field, Shape, Spec, spec},
        item::{code, text},
        rule::access_request::{Piece, Reason},
    },
    document::{
        crdt::{Crdt, EditError, Writer},
        guard::{Guard, STAFF, adds},
    },
};

/// Pieces in the order in which they are read.
pub const FIELDS: &[Spec] = &[spec("pieces", Shape::List(PIECE))];
/// What was handed out stays as it was.
pub const GUARDS: &[Guard] = &[adds("pieces", STAFF)];

const PIECE: &[Spec] = &[
    spec("place", Shape::Short),
    spec("reason", Shape::One(Reason::CODES)),
    spec("text", Shape::Long),
];

/// Longest text of one piece, in characters; a longer one is several.
pub const PIECE_CHARS_MAX: usize = 4_000;

/// Adds a piece; `place` says of which interview and field.
pub fn add(tx: &mut Writer<'_, '_>, id: &str, place: &str, piece: &Piece) -> Result<(), EditError> {
    let list = Field::top("pieces");
    tx.add_item(&list, id, None, PIECE)?;
    let item = list.child(id);
    tx.write(&item.child("place"), place)?;
    match piece {
        Piece::Text(text) => tx.write(&item.child("text"), text),
        Piece::Masked(reason) => tx.put(&item.child("reason"), reason.code()),
    }
}

/// Cuts a text into pieces that each fit.
pub fn cut(piece: &Piece) -> Vec<Piece> {
    match piece {
        Piece::Masked(_) => vec![piece.clone()],
        Piece::Text(text) => {
            let letters: Vec<char> = text.chars().collect();
            letters.chunks(PIECE_CHARS_MAX).map(|it| Piece::Text(it.iter().collect())).collect()
        }
    }
}

/// Every piece, with its place.
pub fn pieces(crdt: &Crdt) -> Vec<(String, Piece)> {
    crate::casework::item::all(crdt, "pieces", |_, item| {
        let reason = code(crdt, &item.child("reason"), Reason::CODES).and_then(Reason::of);
        let piece =
            reason.map_or_else(|| Piece::Text(text(crdt, &item.child("text"))), Piece::Masked);
        Some((text(crdt, &item.child("place")), piece))
    })
}
