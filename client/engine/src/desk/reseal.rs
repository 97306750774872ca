//! Envelopes that the server refused because their epoch is over: sealed again, same place, same
//! changes.

use shared::{
    Blob,
    envelope::{Envelope, Header},
    id::{DocumentId, EnvelopeId, Seq},
    sync::ClientMessage,
};

use super::Desk;
use crate::{
    document::{Chain, Flight},
    journal::{After, Step},
    record::{Content, Name},
    seal,
};

impl Desk {
    /// The server did not take an envelope, and thus none behind it: they wait for the next epoch.
    pub(super) fn epoch_is_over(&mut self, step: &mut Step<'_, '_>, id: DocumentId, seq: Seq) {
        let Some(document) = self.documents.get_mut(&id) else { return };
        let is_first = document.reseal_from.is_none();
        document.reseal_from = Some(document.reseal_from.map_or(seq, |from| from.min(seq)));
        self.check_stale = true;
        if is_first {
            let from = document.log.as_ref().map_or(0, |log| log.head().length);
            Self::send(step, ClientMessage::PullLog { document: Some(id), from });
            self.pull_org(step);
        }
    }

    /// Seals again what waits, once the next epoch is here and fit to be written in.
    pub(super) fn reseal_due(&mut self, step: &mut Step<'_, '_>) {
        let waiting = self.documents.values().filter(|it| it.reseal_from.is_some());
        for id in waiting.map(|it| it.id).collect::<Vec<_>>() {
            self.reseal(step, id);
        }
    }

    fn reseal(&mut self, step: &mut Step<'_, '_>, id: DocumentId) -> Option<()> {
        let (org, document) = (self.org.as_ref()?, self.documents.get(&id)?);
        let (log, from) = (document.log.as_ref()?, document.reseal_from?);
        let epoch = log.epoch();
        let secret = document.secret(epoch)?;
        if log.is_stale(org) {
            return None;
        }
        let mut flights: Vec<Flight> = vec![];
        let mut prev: Option<EnvelopeId> = None;
        for flight in document.flights.iter().filter(|flight| flight.seq >= from) {
            let old = Envelope::parse(flight.bytes.clone()).ok()?;
            if flights.is_empty() && old.header().epoch >= epoch {
                // Refused although of the newest epoch known here: the log is behind still. Those
                // behind it may be of that epoch already, and follow another one now.
                return None;
            }
            let old = old.verify(&self.keys.device.verify_key()).ok()?;
            let plaintext = seal::open(&old, document.secret(old.header().epoch)?).ok()?;
            let header = Header {
                epoch,
                prev: prev.unwrap_or(old.header().prev),
                log_index: log.head().length,
                salt: step.cx.random(),
                ..old.header().clone()
            };
            let sealed = seal::seal(header, secret, plaintext, &self.keys.device).ok()?;
            prev = Some(sealed.id());
            flights.push(Flight {
                seq: flight.seq,
                id: sealed.id(),
                bytes: sealed.as_bytes().to_vec(),
                edits: flight.edits,
                durable: false,
                sent: false,
            });
        }
        self.replace_flights(step, id, from, flights);
        Some(())
    }

    fn replace_flights(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        from: Seq,
        flights: Vec<Flight>,
    ) {
        let Some(document) = self.documents.get_mut(&id) else { return };
        document.reseal_from = None;
        document.flights.retain(|flight| flight.seq < from);
        for flight in flights {
            let content = Content::Bytes(Blob(flight.bytes.clone()));
            step.put(&self.sealer, Name::Envelope(id, self.keys.id, flight.seq), &content);
            step.after(After::Sealed(id, flight.seq));
            document.extend_chain(self.keys.id, Chain { seq: flight.seq, id: flight.id });
            document.flights.push_back(flight);
        }
    }
}
