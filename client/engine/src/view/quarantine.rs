//! What was set aside.

use shared::{
    Decode, Encode,
    id::{AccountId, DeviceId, DocumentId},
    time::UnixMillis,
};

/// Envelopes of one device that were set aside, because they break a rule or broke the program.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct QuarantineRow {
    /// Where they belong.
    #[n(0)]
    pub document: DocumentId,
    /// Which device signed them.
    #[n(1)]
    pub device: DeviceId,
    /// Whose device that is.
    #[n(2)]
    pub author: Option<AccountId>,
    /// Their places in that device's chain, ascending.
    #[n(3)]
    pub seqs: Vec<u64>,
    /// Why and when, one for each.
    #[n(4)]
    pub reasons: Vec<SetAside>,
}

/// Why and when an envelope was set aside. Programs before this one noted neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SetAside {
    /// What it breaks.
    #[n(0)]
    pub rule: Option<Rule>,
    /// When, by this device's clock.
    #[n(1)]
    pub at: Option<UnixMillis>,
}

/// What an envelope must not do. `PROTOCOL.md` §4 has each rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Rule {
    /// It does not open under its document's secret, or what it holds is none of our changes.
    #[n(0)]
    Unreadable,
    /// It is larger, longer or deeper than anybody may write.
    #[n(1)]
    TooLarge,
    /// It carries changes of somebody else than who signed it.
    #[n(2)]
    Foreign,
    /// It writes where its author may not write.
    #[n(3)]
    Guarded,
    /// It does not follow what it builds on, or speaks of what does not exist.
    #[n(4)]
    Unfounded,
    /// The program died twice while it took this in.
    #[n(5)]
    Deadly,
}
