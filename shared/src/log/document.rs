//! A document's log: who may read and write it, and the commitments to its secrets.

use minicbor::Encode;

use crate::{
    Decode, cbor,
    id::{AccountId, Commitment, DocumentId, Epoch},
    limit::DOCUMENT_MEMBERS_MAX,
    log::{
        Entry, EntryError, Head, LogId, Place,
        org::{OrgLog, Role},
    },
    map::Map,
    sign::SigningKey,
};

/// What a member may do with a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Access {
    /// Reads.
    #[n(0)]
    Reader,
    /// Reads and writes.
    #[n(1)]
    Writer,
    /// Reads, writes and decides who else does.
    #[n(2)]
    Manager,
}

/// What a document-log entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DocumentBody {
    /// The first entry: the document exists, its author's account manages it.
    Create(Create),
    /// An account gains access, or other access than it had.
    Grant(Grant),
}

/// See [`DocumentBody::Create`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Create {
    /// Commitment to the secret of [`Epoch::FIRST`].
    #[n(0)]
    pub commitment: Commitment,
}

/// See [`DocumentBody::Grant`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Grant {
    /// Who.
    #[n(0)]
    pub account: AccountId,
    /// What.
    #[n(1)]
    pub access: Access,
}

impl DocumentBody {
    /// Makes and signs the entry that says this at `place`.
    pub fn sign(&self, place: Place, key: &SigningKey) -> Entry {
        let (kind, body) = match self {
            Self::Create(body) => (0, cbor::to_vec(body)),
            Self::Grant(body) => (1, cbor::to_vec(body)),
        };
        Entry::sign(place, kind, body, key)
    }

    /// What an entry says; an unknown kind fails closed.
    pub fn parse(entry: &Entry) -> Result<Self, EntryError> {
        match entry.kind() {
            0 => entry.body().map(Self::Create),
            1 => entry.body().map(Self::Grant),
            kind => Err(EntryError::UnknownKind { kind }),
        }
    }
}

/// A document log, replayed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentLog {
    document: DocumentId,
    head: Head,
    creator: AccountId,
    commitments: Vec<Commitment>,
    members: Map<AccountId, Access>,
}

impl DocumentLog {
    /// Starts a log with its Create.
    pub fn begin(org: &OrgLog, entry: &Entry) -> Result<Self, EntryError> {
        let LogId::Document(document) = entry.log() else { return Err(EntryError::Misplaced) };
        entry.follows(LogId::Document(document), Head::EMPTY)?;
        let DocumentBody::Create(create) = DocumentBody::parse(entry)? else {
            return Err(EntryError::Misplaced);
        };
        let creator = org.authenticate(entry)?;
        Ok(Self {
            document,
            head: entry.next_head(),
            creator,
            commitments: vec![create.commitment],
            members: Map::from([(creator, Access::Manager)]),
        })
    }

    /// Checks the next entry and takes it in; on an error nothing has changed.
    pub fn append(&mut self, org: &OrgLog, entry: &Entry) -> Result<(), EntryError> {
        entry.follows(LogId::Document(self.document), self.head)?;
        let body = DocumentBody::parse(entry)?;
        let author = org.authenticate(entry)?;
        match body {
            DocumentBody::Create(_) => return Err(EntryError::Contradiction),
            DocumentBody::Grant(grant) => self.append_grant(org, author, grant)?,
        }
        self.head = entry.next_head();
        Ok(())
    }

    /// The document.
    pub fn document(&self) -> DocumentId {
        self.document
    }

    /// Length and last hash.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Who made the document.
    pub fn creator(&self) -> AccountId {
        self.creator
    }

    /// The epoch in force.
    pub fn epoch(&self) -> Epoch {
        Epoch(u32::try_from(self.commitments.len().saturating_sub(1)).unwrap_or(u32::MAX))
    }

    /// The commitment to an epoch's secret, if the log has that epoch.
    pub fn commitment(&self, epoch: Epoch) -> Option<Commitment> {
        self.commitments.get(usize::try_from(epoch.0).ok()?).copied()
    }

    /// What an account may do; `None` if it is no member.
    pub fn access(&self, account: AccountId) -> Option<Access> {
        self.members.get(&account).copied()
    }

    /// Everybody with access.
    pub fn members(&self) -> impl Iterator<Item = (AccountId, Access)> {
        self.members.iter().map(|(id, access)| (*id, *access))
    }

    fn append_grant(
        &mut self,
        org: &OrgLog,
        author: AccountId,
        grant: Grant,
    ) -> Result<(), EntryError> {
        if self.access(author) != Some(Access::Manager) {
            return Err(EntryError::Unauthorised);
        }
        let receiver = org.account(grant.account).ok_or(EntryError::Contradiction)?;
        // Admins open nothing but what they made themselves, whoever asks.
        if receiver.role == Role::Admin {
            return Err(EntryError::Unauthorised);
        }
        let is_full = self.members.len() >= DOCUMENT_MEMBERS_MAX;
        if grant.account == self.creator || (is_full && self.access(grant.account).is_none()) {
            return Err(EntryError::Contradiction);
        }
        self.members.insert(grant.account, grant.access);
        Ok(())
    }
}
