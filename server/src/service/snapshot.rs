//! Which snapshot a document's readers may begin at, and what the server need not keep.
//!
//! The server cannot open a snapshot. It goes by the log, in which a device other than the author's
//! says what the snapshot stands for, and by what it has stored itself.

use std::collections::BTreeMap;

use shared::{
    envelope::{Envelope, Header, Kind},
    id::{DeviceId, DocumentId, EnvelopeId, Number, Seq},
    log::document::{Attested, Life},
};

use crate::store::{StoreError, Stub, Tx};

/// After an envelope that may be the last of a snapshot that somebody vouched for before.
pub(super) fn look_at(tx: &mut Tx<'_>, header: &Header, id: EnvelopeId) -> Result<(), StoreError> {
    let held = tx.document(header.document)?;
    let is_named = |it: &Attested| it.snapshot == id;
    if held.is_some_and(|held| held.log.attested().iter().any(is_named)) {
        look(tx, header.document)?;
    }
    Ok(())
}

/// After something that may make a snapshot count: begins to hand out the newest that does, and
/// drops what the one before it covers.
pub(super) fn look(tx: &mut Tx<'_>, document: DocumentId) -> Result<(), StoreError> {
    let base = tx.reader().base(document)?;
    let Some(held) = tx.document(document)? else { return Ok(()) };
    let is_new = |it: &&Attested| base.is_none_or(|base| it.position > base.position);
    let fresh: Vec<Attested> = held.log.attested().iter().filter(is_new).cloned().collect();
    if fresh.is_empty() || held.log.life() == Life::Shredded {
        return Ok(());
    }
    let known = base.and_then(|base| held.log.attested_at(base.position)).cloned();
    tx.flush(document)?;
    let stored = tx.reader().stubs(document)?;
    let places: BTreeMap<(DeviceId, Seq), Stub> =
        stored.iter().map(|it| ((it.device, it.seq), *it)).collect();
    for attested in fresh.iter().rev() {
        let Some(has_hole) = judge(&places, attested, known.as_ref()) else { continue };
        let covered = stored.iter().take_while(|it| is_covered(attested, it.device, it.seq));
        let number = Number(u64::try_from(covered.count()).unwrap_or(0));
        if number > base.map_or(Number(0), |base| base.number) {
            return tx.set_base(document, (number, attested.position), has_hole);
        }
    }
    Ok(())
}

/// Whether an envelope that does not follow its author's chain here follows what a snapshot
/// covers: so a server that was restored is healed by who began at that snapshot.
pub(super) fn leaps(tx: &Tx<'_>, header: &Header) -> Result<bool, StoreError> {
    let Some(held) = tx.held(header.document) else { return Ok(false) };
    let Header { device, seq, prev, .. } = header;
    let follows = |it: &Attested| it.covers.reaches(*device, *seq, *prev);
    let begins = |it: &Attested| it.covers.author == *device && it.covers.first() == *seq;
    // The snapshot comes first. Nothing is left out that is not in it.
    if header.kind == Kind::Snapshot
        && held.log.attested().iter().any(|it| begins(it) && follows(it))
    {
        return Ok(true);
    }
    let base = tx.reader().base(header.document)?;
    let base = base.and_then(|base| held.log.attested_at(base.position));
    Ok(base.is_some_and(follows))
}

/// Whether a snapshot in the log covers an envelope's place.
pub(super) fn is_in_snapshot(tx: &Tx<'_>, envelope: &Envelope) -> bool {
    let header = envelope.header();
    let covers = |it: &Attested| is_covered(it, header.device, header.seq);
    tx.held(header.document).is_some_and(|held| held.log.attested().iter().any(covers))
}

fn is_covered(attested: &Attested, device: DeviceId, seq: Seq) -> bool {
    attested.covers.of(device).is_some_and(|cut| seq <= cut.seq)
}

/// Whether something that a snapshot covers is not here; `None` if the snapshot is not here whole,
/// or speaks of other envelopes than those that are.
fn judge(
    places: &BTreeMap<(DeviceId, Seq), Stub>,
    attested: &Attested,
    base: Option<&Attested>,
) -> Option<bool> {
    let covers = &attested.covers;
    let mut last = EnvelopeId::NONE;
    for seq in covers.first().0..=covers.last().0 {
        let part = places.get(&(covers.author, Seq(seq)))?;
        last = part.is_snapshot.then_some(part.id)?;
    }
    if last != attested.snapshot {
        return None;
    }
    let mut has_hole = false;
    for cut in &covers.frontier {
        match places.get(&(cut.device, cut.seq)) {
            Some(stored) if stored.id != cut.envelope => return None,
            Some(_) => {}
            // What the snapshot before covers may have been missing then already.
            None => has_hole |= !base.is_some_and(|it| is_covered(it, cut.device, cut.seq)),
        }
    }
    Some(has_hole)
}
