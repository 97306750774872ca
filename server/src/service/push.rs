use shared::{
    Blob,
    envelope::{Envelope, Header, ParseError},
    hash,
    id::{AccountId, DeviceId, EnvelopeId, Number, Seq},
    limit::BATCH_ENVELOPES_MAX,
    log::document::{Access, Life},
    refusal::{Reason, Refusal},
    sync::{Ack, ServerMessage},
};

use crate::{
    service::{Who, refused},
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

/// Stores envelopes, oldest first, and answers for each.
///
/// Checks author, membership, epoch, order and size, and nothing more costly: whether the
/// signatures hold is for the readers to say, except where a member brings another's envelope.
pub fn push(tx: &mut Tx<'_>, who: Who, parcels: &[Parcel]) -> Result<ServerMessage, StoreError> {
    let Who::Device { device, account } = who else {
        return Ok(refused(Refusal::new(Reason::NotLoggedIn)));
    };
    if parcels.len() > BATCH_ENVELOPES_MAX {
        return Ok(refuse_all(parcels, Refusal::new(Reason::Oversize)));
    }
    let mut acks = Vec::with_capacity(parcels.len());
    for parcel in parcels {
        acks.push((parcel.id, push_one(tx, device, account, parcel)?));
    }
    Ok(ServerMessage::Acks { acks })
}

pub(super) fn refuse_all(parcels: &[Parcel], refusal: Refusal) -> ServerMessage {
    let acks = parcels.iter().map(|parcel| (parcel.id, Ack::Refused(refusal))).collect();
    ServerMessage::Acks { acks }
}

fn push_one(
    tx: &mut Tx<'_>,
    device: DeviceId,
    account: AccountId,
    parcel: &Parcel,
) -> Result<Ack, StoreError> {
    let envelope = match &parcel.envelope {
        Ok(envelope) => envelope,
        Err(refusal) => return Ok(Ack::Refused(*refusal)),
    };
    let header = envelope.header();
    if header.device != device && !is_authors_own(tx, envelope)? {
        return Ok(Ack::Refused(Refusal::new(Reason::NotYourDevice)));
    }
    let author = header.device;
    let held = tx.document(header.document)?;
    let Some((held, access)) = held.and_then(|held| Some((held, held.log.access(account)?))) else {
        return Ok(Ack::Refused(Refusal::new(Reason::UnknownDocument)));
    };
    let epoch = held.log.epoch();
    let place = place_in_chain(held.chains.get(&author), header, parcel.id);
    let may_write = (author != device || access != Access::Reader) && held.log.life() == Life::Open;
    // Stored before the epoch or the access changed is stored all the same.
    Ok(match place {
        Place::Same(number) => Ack::Duplicate(number),
        Place::Taken => find_again(tx, header, parcel.id)?,
        Place::Forked => Ack::Refused(Refusal::new(Reason::Equivocation)),
        Place::Next | Place::Gap(_) if !may_write => Ack::Refused(Refusal::new(Reason::ReadOnly)),
        Place::Next | Place::Gap(_) if header.epoch != epoch => {
            Ack::Refused(Refusal::stale_epoch(epoch))
        }
        Place::Next | Place::Gap(_) if tx.is_stale(header.document) => {
            Ack::Refused(Refusal::new(Reason::RotationDue))
        }
        Place::Gap(expected) => Ack::Refused(Refusal::sequence_gap(expected)),
        Place::Next => {
            let bytes = envelope.as_bytes();
            tx.store_envelope(header.document, author, header.seq, parcel.id, bytes)
                .map(Ack::Stored)?
        }
    })
}

/// Whether an envelope that somebody else brings is its author's, who may write there.
///
/// Members bring back what a restored server forgot; only then is a signature verified here.
fn is_authors_own(tx: &mut Tx<'_>, envelope: &Envelope) -> Result<bool, StoreError> {
    let header = envelope.header();
    let author = tx.org().and_then(|org| org.device(header.device));
    let Some((key, account)) = author.map(|it| (it.keys.verify, it.account)) else {
        return Ok(false);
    };
    let access = tx.document(header.document)?.and_then(|held| held.log.access(account));
    let may_write = access.is_some_and(|access| access != Access::Reader);
    Ok(may_write && envelope.clone().verify(&key).is_ok())
}

/// Where an envelope stands to what the server has of its author's chain.
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

fn find_again(tx: &Tx<'_>, header: &Header, id: EnvelopeId) -> Result<Ack, StoreError> {
    Ok(match tx.find_envelope(header.document, header.device, header.seq)? {
        Some((number, stored)) if stored == id => Ack::Duplicate(number),
        Some(_) => Ack::Refused(Refusal::new(Reason::Equivocation)),
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
