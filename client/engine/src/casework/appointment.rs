//! An appointment (予約): what both read of a booked slot, in their case.

use shared::{id::DocumentId, time::UnixMillis};

use crate::{
    casework::{
        field::Field,
        item::{add, all, code, count, millis, time},
    },
    document::crdt::{Crdt, EditError, Writer},
};

/// What became of it.
pub const STATES: &[&str] = &["booked", "ended", "no_show", "cancelled"];

/// A booked slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appointment {
    /// The claim that it comes from.
    pub id: String,
    /// The slots' document.
    pub slots: DocumentId,
    /// The slot's item there.
    pub slot: String,
    /// When the employee comes.
    pub start: UnixMillis,
    /// How long the interview is.
    pub length_min: u32,
    /// Where.
    pub place: String,
    /// One of [`STATES`].
    pub state: &'static str,
}

/// Writes an appointment, or what changed of it.
pub fn write(tx: &mut Writer<'_, '_>, appointment: &Appointment) -> Result<(), EditError> {
    let Appointment { id, slots, slot, start, length_min, place, state } = appointment;
    let write = |tx: &mut Writer<'_, '_>, item: &Field| {
        tx.put(&item.child("slots"), slots.to_hex())?;
        tx.put(&item.child("slot"), slot.as_str())?;
        tx.put(&item.child("start"), millis(*start))?;
        tx.put(&item.child("length_min"), i64::from(*length_min))?;
        tx.put(&item.child("place"), place.as_str())?;
        tx.put(&item.child("state"), *state)
    };
    let item = Field::top("appointments").child(id);
    if tx.has(&item) { write(tx, &item) } else { add(tx, "appointments", id, &[], write) }
}

/// The appointments of a case, in the order in which they were made.
pub fn read(shared: &Crdt) -> Vec<Appointment> {
    all(shared, "appointments", |id, item| {
        Some(Appointment {
            id: String::from(id),
            slots: DocumentId::from_hex(&shared.plain(&item.child("slots"))?)?,
            slot: shared.plain(&item.child("slot"))?,
            start: time(shared, &item.child("start"))?,
            length_min: count(shared, &item.child("length_min"))?,
            place: shared.plain(&item.child("place"))?,
            state: code(shared, &item.child("state"), STATES)?,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casework::group::{EDGE, Group, NOW},
        document::{genesis::Kind, guard::Side},
    };

    #[test]
    fn an_appointment_is_the_consultants_to_write_and_both_read_it() {
        let mut group = Group::new(Kind::CaseShared, &[Side::Staff, Side::Employee]);
        let booked = Appointment {
            id: "c1".into(),
            slots: DocumentId::new([3; 16]),
            slot: "s1".into(),
            start: NOW,
            length_min: 75,
            place: EDGE.into(),
            state: "booked",
        };
        group.edit(0, |tx| write(tx, &booked)).unwrap();
        group.meet();
        assert_eq!(read(&group.0[1].crdt), std::slice::from_ref(&booked));
        let cancelled = Appointment { state: "cancelled", ..booked };
        assert_eq!(group.edit(1, |tx| write(tx, &cancelled)), Err(EditError::NotYours));
        group.edit(0, |tx| write(tx, &cancelled)).unwrap();
        group.meet();
        assert_eq!(read(&group.0[1].crdt), [cancelled]);
    }
}
