use shared::{
    Blob,
    envelope::{Envelope, Header, Kind, ParseError},
    hash,
    id::{AccountId, DeviceId, EnvelopeId, Number, Seq},
    limit::BATCH_ENVELOPES_MAX,
    log::document::{Access, Life},
    refusal::{Reason, Refusal},
    sync::{Ack, ServerMessage},
};

use crate::{
    service::{Who, refused, snapshot},
    store::{Chain, StoreError, Tx},
};

/// Bytes somebody pushed, with their content address, parsed as far as the server cares.
#[derive(Clone, Debug)]
pub struct Parcel {
    id: EnvelopeId,
    envelope: Result<Envelope, Refusal>,
}

impl Parcel {
    /// Hashes and parses. Costly enough to be done before the writer's turn.
    pub fn parse(bytes: Blob) -> Self {
        let id = EnvelopeId::new(hash::sha256(&[&bytes.0]));
        let envelope = Envelope::parse(bytes.0).map_err(refusal_of_parse);
        Self { id, envelope }
    }

    /// The content address.
    pub fn id(&self) -> EnvelopeId {
        self.id
    }
}

/// Stores envelopes of the device itself, oldest first, and answers for each.
///
/// Checks author, membership, epoch, order and size, and nothing more costly: whether the
/// signatures hold is for the readers to say.
pub fn push(tx: &mut Tx<'_>, who: Who, parcels: &[Parcel]) -> Result<ServerMessage, StoreError> {
    each(tx, who, parcels, push_one)
}

/// Stores envelopes that a member holds and a restored server forgot, and answers for each.
///
/// Whose they are and of which epoch does not matter: the log says what counts for ever. Only here
/// are signatures verified, for nobody answers for what he brings.
pub fn bring_back(
    tx: &mut Tx<'_>,
    who: Who,
    parcels: &[Parcel],
) -> Result<ServerMessage, StoreError> {
    each(tx, who, parcels, bring_one)
}

/// Whose connection it is, the envelope, and its content address.
type One = fn(&mut Tx<'_>, (DeviceId, AccountId), &Envelope, EnvelopeId) -> Result<Ack, StoreError>;

fn each(
    tx: &mut Tx<'_>,
    who: Who,
    parcels: &[Parcel],
    one: One,
) -> Result<ServerMessage, StoreError> {
    let Who::Device { device, account } = who else {
        return Ok(refused(Refusal::new(Reason::NotLoggedIn)));
    };
    if parcels.len() > BATCH_ENVELOPES_MAX {
        return Ok(refuse_all(parcels, Refusal::new(Reason::Oversize)));
    }
    let mut acks = Vec::with_capacity(parcels.len());
    for parcel in parcels {
        let ack = match &parcel.envelope {
            Ok(envelope) => one(tx, (device, account), envelope, parcel.id)?,
            Err(refusal) => Ack::Refused(*refusal),
        };
        if let (Ok(envelope), Ack::Stored(_)) = (&parcel.envelope, ack)
            && envelope.header().kind == Kind::Snapshot
        {
            snapshot::look_at(tx, envelope.header(), parcel.id)?;
        }
        acks.push((parcel.id, ack));
    }
    Ok(ServerMessage::Acks { acks })
}

pub(super) fn refuse_all(parcels: &[Parcel], refusal: Refusal) -> ServerMessage {
    let acks = parcels.iter().map(|parcel| (parcel.id, Ack::Refused(refusal))).collect();
    ServerMessage::Acks { acks }
}

fn push_one(
    tx: &mut Tx<'_>,
    (device, account): (DeviceId, AccountId),
    envelope: &Envelope,
    id: EnvelopeId,
) -> Result<Ack, StoreError> {
    let header = envelope.header();
    if header.device != device {
        return Ok(Ack::Refused(Refusal::new(Reason::NotYourDevice)));
    }
    let held = tx.document(header.document)?;
    let Some((held, access)) = held.and_then(|held| Some((held, held.log.access(account)?))) else {
        return Ok(Ack::Refused(Refusal::new(Reason::UnknownDocument)));
    };
    let epoch = held.log.epoch();
    let may_write = access != Access::Reader && held.log.life() == Life::Open;
    let place = place_of(tx, header, id)?;
    // Stored before the epoch or the access changed is stored all the same.
    match place {
        Place::Next | Place::Gap(_) if !may_write => {
            Ok(Ack::Refused(Refusal::new(Reason::ReadOnly)))
        }
        Place::Next | Place::Gap(_) if header.epoch != epoch => {
            Ok(Ack::Refused(Refusal::stale_epoch(epoch)))
        }
        Place::Next | Place::Gap(_) if tx.is_stale(header.document) => {
            Ok(Ack::Refused(Refusal::new(Reason::RotationDue)))
        }
        Place::Same(_) | Place::Next | Place::Gap(_) | Place::Taken | Place::Forked => {
            store_at(tx, device, place, envelope, id)
        }
    }
}

fn bring_one(
    tx: &mut Tx<'_>,
    (device, account): (DeviceId, AccountId),
    envelope: &Envelope,
    id: EnvelopeId,
) -> Result<Ack, StoreError> {
    let header = envelope.header();
    let is_member =
        tx.document(header.document)?.is_some_and(|it| it.log.access(account).is_some());
    let (Some(held), Some(org), true) = (tx.held(header.document), tx.org(), is_member) else {
        return Ok(Ack::Refused(Refusal::new(Reason::UnknownDocument)));
    };
    let Some(author) = org.device(header.device) else {
        return Ok(Ack::Refused(Refusal::new(Reason::UnknownDevice)));
    };
    let place = place_of(tx, header, id)?;
    if let Place::Next | Place::Gap(_) = place {
        // What was shredded does not come back.
        if held.log.life() == Life::Shredded {
            return Ok(Ack::Refused(Refusal::new(Reason::ReadOnly)));
        }
        if held.log.admits(org, header, id).is_err() {
            return Ok(Ack::Refused(Refusal::new(Reason::NotYourDevice)));
        }
        if envelope.clone().verify(&author.keys.verify).is_err() {
            return Ok(Ack::Refused(Refusal::new(Reason::WrongSignature)));
        }
    }
    store_at(tx, device, place, envelope, id)
}

/// Stores the envelope if its place is the next one. `device` is who offers it.
fn store_at(
    tx: &mut Tx<'_>,
    device: DeviceId,
    place: Place,
    envelope: &Envelope,
    id: EnvelopeId,
) -> Result<Ack, StoreError> {
    let header = envelope.header();
    Ok(match place {
        Place::Same(number) => Ack::Duplicate(number),
        Place::Taken => find_again(tx, device, envelope, id)?,
        Place::Forked => Ack::Refused(Refusal::new(Reason::Equivocation)),
        Place::Gap(expected) => Ack::Refused(Refusal::sequence_gap(expected)),
        Place::Next => {
            let bytes = envelope.as_bytes();
            tx.store_envelope(header.document, header.device, header.seq, id, bytes)
                .map(Ack::Stored)?
        }
    })
}

/// Where an envelope stands to what the server has of its author's chain.
#[derive(Clone, Copy)]
enum Place {
    /// It is the newest one there, under this number.
    Same(Number),
    /// It continues the chain.
    Next,
    /// Something between is missing; this is the seq to send.
    Gap(Seq),
    /// Its place is taken, perhaps by itself.
    Taken,
    /// It continues a chain other than this.
    Forked,
}

/// Where an envelope of a document stands that was read in this transaction.
fn place_of(tx: &Tx<'_>, header: &Header, id: EnvelopeId) -> Result<Place, StoreError> {
    let chain = tx.held(header.document).and_then(|held| held.chains.get(&header.device));
    let place = place_in_chain(chain, header, id);
    let leaps = matches!(place, Place::Gap(_)) && snapshot::leaps(tx, header)?;
    Ok(if leaps { Place::Next } else { place })
}

fn place_in_chain(chain: Option<&Chain>, header: &Header, id: EnvelopeId) -> Place {
    let (seq, newest) = chain.map_or((Seq(0), EnvelopeId::NONE), |chain| (chain.seq, chain.id));
    let expected = Seq(seq.0.saturating_add(1));
    match chain {
        Some(chain) if header.seq == chain.seq && id == chain.id => Place::Same(chain.number),
        Some(chain) if header.seq == chain.seq => Place::Forked,
        Some(_) | None if header.seq < expected => Place::Taken,
        Some(_) | None if header.seq > expected => Place::Gap(expected),
        Some(_) | None if header.prev != newest => Place::Forked,
        Some(_) | None => Place::Next,
    }
}

fn find_again(
    tx: &Tx<'_>,
    device: DeviceId,
    envelope: &Envelope,
    id: EnvelopeId,
) -> Result<Ack, StoreError> {
    let header = envelope.header();
    Ok(match tx.find_envelope(header.document, header.device, header.seq)? {
        Some((number, stored)) if stored == id => Ack::Duplicate(number),
        Some(_) => Ack::Refused(Refusal::new(Reason::Equivocation)),
        // Lost in a restore, and come back in a snapshot: which one it was nobody here knows. Its
        // author must not take that for an answer about what it holds.
        None if snapshot::is_in_snapshot(tx, envelope) => {
            if header.device == device {
                Ack::Refused(Refusal::new(Reason::Equivocation))
            } else {
                Ack::Duplicate(Number(0))
            }
        }
        None => return Err(StoreError::Damaged { what: "chain without envelope" }),
    })
}

fn refusal_of_parse(error: ParseError) -> Refusal {
    Refusal::new(match error {
        ParseError::Malformed => Reason::Malformed,
        ParseError::Oversize { .. } => Reason::Oversize,
        ParseError::UnknownVersion { .. } | ParseError::UnknownKind { .. } => {
            Reason::UnknownVersion
        }
    })
}
