//! Who reads a document.

use shared::{
    Decode, Encode,
    id::{AccountId, DocumentId},
    log::{document::Access, org::Role},
};

/// Somebody who reads a document, or might be let in.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct MemberRow {
    /// Who.
    #[n(0)]
    pub account: AccountId,
    /// Their name, where this person knows it.
    #[n(1)]
    pub name: String,
    /// What they do.
    #[n(2)]
    pub role: Role,
    /// What they may do here; absent for who might be let in.
    #[n(3)]
    pub access: Option<Access>,
    /// Whether it is oneself.
    #[n(4)]
    pub is_me: bool,
    /// Whether this person may take the access away.
    #[n(5)]
    pub can_leave: bool,
}

/// Who reads an open document.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct MembersView {
    /// Which document.
    #[n(0)]
    pub document: DocumentId,
    /// Everybody who reads it.
    #[n(1)]
    pub members: Vec<MemberRow>,
    /// Whom this person may let in; empty for who does not manage the document.
    #[n(2)]
    pub others: Vec<MemberRow>,
    /// Wishes of this person that the server has not answered yet.
    #[n(3)]
    pub waiting: u32,
}
