use shared::{
    id::{AccountId, DeviceId, DocumentId, Number},
    refusal::{Reason, Refusal},
    sync::ServerMessage,
};

use crate::{
    service::{Who, away, refused},
    store::{Base, Reader, StoreError},
};

/// Documents in one piece of an index: about 40 bytes each.
const INDEX_PIECE: usize = 4_096;

/// A request that changes nothing. Any connection to the database can answer it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// Every document the account has access to.
    Index,
    /// Entries of the org log.
    OrgLog {
        /// First index wanted.
        from: u64,
    },
    /// Entries of a document's log.
    DocumentLog {
        /// Which.
        document: DocumentId,
        /// First index wanted.
        from: u64,
    },
    /// Envelopes of a document.
    Envelopes {
        /// Which.
        document: DocumentId,
        /// The last number the device has.
        after: Number,
        /// Whether it has nothing, and would begin at a snapshot.
        at_snapshot: bool,
        /// A snapshot that it could not begin at, by its entry's position.
        unfit: Option<u64>,
    },
    /// Wraps for the account and the device.
    Wraps {
        /// The last number the device has.
        after: u64,
    },
}

/// Answers from what is committed.
pub fn read(reader: Reader<'_>, who: Who, read: Read) -> Result<Vec<ServerMessage>, StoreError> {
    if let Who::Device { device, .. } = who
        && let Some(farewell) = away::from_reader(reader, device)?
    {
        return Ok(vec![farewell]);
    }
    let message = match (who, read) {
        (Who::Device { .. } | Who::Grant(_), Read::OrgLog { from }) => {
            let piece = reader.org_entries(from)?;
            ServerMessage::LogBatch { document: None, from, entries: piece.items, more: piece.more }
        }
        (Who::Device { account, .. }, Read::DocumentLog { document, from }) => {
            document_log(reader, account, document, from)?
        }
        (Who::Device { account, .. }, Read::Envelopes { document, after, at_snapshot, unfit }) => {
            envelopes(reader, account, document, (after, at_snapshot, unfit))?
        }
        (Who::Device { device, account }, Read::Wraps { after }) => {
            wraps(reader, account, device, after)?
        }
        (Who::Device { account, .. }, Read::Index) => return index(reader, account),
        (Who::Grant(_) | Who::Bootstrap, _) => refused(Refusal::new(Reason::NotLoggedIn)),
    };
    Ok(vec![message])
}

fn document_log(
    reader: Reader<'_>,
    account: AccountId,
    document: DocumentId,
    from: u64,
) -> Result<ServerMessage, StoreError> {
    if reader.access(account, document)?.is_none() {
        return Ok(unknown(document));
    }
    let piece = reader.document_entries(document, from)?;
    Ok(ServerMessage::LogBatch {
        document: Some(document),
        from,
        entries: piece.items,
        more: piece.more,
    })
}

fn envelopes(
    reader: Reader<'_>,
    account: AccountId,
    document: DocumentId,
    (after, at_snapshot, unfit): (Number, bool, Option<u64>),
) -> Result<ServerMessage, StoreError> {
    if reader.access(account, document)?.is_none() {
        return Ok(unknown(document));
    }
    let begins_at = |base: &Base| after < base.floor || (at_snapshot && after < base.number);
    let mut newest = reader.base_beside(document, unfit)?;
    loop {
        let base = newest.filter(begins_at);
        let after = base.map_or(after, |base| base.number);
        let piece = reader.envelopes(document, after)?;
        // Whoever drops envelopes meanwhile moves the base.
        let moved = reader.base_beside(document, unfit)?;
        if moved == newest {
            return Ok(ServerMessage::Batch {
                document,
                first: Number(after.0.saturating_add(1)),
                envelopes: piece.items,
                more: piece.more,
                base: base.map(|base| base.position),
            });
        }
        newest = moved;
    }
}

fn wraps(
    reader: Reader<'_>,
    account: AccountId,
    device: DeviceId,
    after: u64,
) -> Result<ServerMessage, StoreError> {
    let (last, piece) = reader.wraps(account, device, after)?;
    Ok(ServerMessage::Wraps { last, wraps: piece.items, more: piece.more })
}

fn index(reader: Reader<'_>, account: AccountId) -> Result<Vec<ServerMessage>, StoreError> {
    let documents = reader.documents(account)?;
    let pieces = documents.len().div_ceil(INDEX_PIECE).max(1);
    let mut chunks = documents.chunks(INDEX_PIECE);
    Ok((1..=pieces)
        .map(|piece| ServerMessage::Index {
            documents: chunks.next().unwrap_or_default().to_vec(),
            more: piece < pieces,
        })
        .collect())
}

fn unknown(document: DocumentId) -> ServerMessage {
    ServerMessage::Refused {
        refusal: Refusal::new(Reason::UnknownDocument),
        log: None,
        document: Some(document),
        entry: None,
    }
}
