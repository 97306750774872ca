//! Recovery as the person sees it.

use core::fmt;

use shared::{
    Decode, Encode,
    id::{AccountId, DocumentId},
    time::UnixMillis,
};

/// A recovery kit to print. It is a secret, and shown once.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct RecoveryKitView {
    /// What is typed to use it.
    #[n(0)]
    pub words: Vec<String>,
    /// The same for a camera.
    #[n(1)]
    pub code: String,
    /// Whose it is.
    #[n(2)]
    pub name: String,
    /// When it was made.
    #[n(3)]
    pub made_at: UnixMillis,
}

impl fmt::Debug for RecoveryKitView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryKitView(..)")
    }
}

/// One's recovery kit, as the log has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct KitRow {
    /// When it was made.
    #[n(0)]
    pub made_at: UnixMillis,
    /// Whether it may be used: it ends with the device on which it was made, if its owner revokes
    /// that.
    #[n(1)]
    pub is_valid: bool,
}

/// How a device came to an account that existed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Arrival {
    /// By a code made on another device.
    #[n(0)]
    Linked,
    /// By a recovery kit.
    #[n(1)]
    Recovered,
}

/// Why a document, or some of it, is not open here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Unopened {
    /// It is being fetched.
    #[n(0)]
    Fetching,
    /// Nobody handed its key over yet.
    #[n(1)]
    NoKey,
    /// Something of it was set aside.
    #[n(2)]
    SetAside,
    /// The server or its log refuses something of it.
    #[n(3)]
    Refused,
}

/// A document that is not open, or not all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct UnopenedRow {
    /// Which.
    #[n(0)]
    pub document: DocumentId,
    /// Why.
    #[n(1)]
    pub reason: Unopened,
}

/// Which of the person's documents open on this device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct OpeningView {
    /// Documents that the logs say the person may read.
    #[n(0)]
    pub known: u32,
    /// Those that are here whole.
    #[n(1)]
    pub opened: u32,
    /// The others.
    #[n(2)]
    pub unopened: Vec<UnopenedRow>,
    /// How this device came to the account, until the person has looked at this.
    #[n(3)]
    pub arrival: Option<Arrival>,
}

/// What letting somebody back in did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct RegrantView {
    /// The account that was lost.
    #[n(0)]
    pub former: AccountId,
    /// The account in its place.
    #[n(1)]
    pub successor: AccountId,
    /// Documents that the new account may read from here on, and the lost one not any more.
    #[n(2)]
    pub regranted: u32,
    /// Documents of the lost account that somebody else manages.
    #[n(3)]
    pub left: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kit_to_print_prints_no_word_of_itself() {
        let kit = RecoveryKitView {
            words: vec!["CANARY".into()],
            code: "kit.CANARY".into(),
            name: "CANARY".into(),
            made_at: UnixMillis(0),
        };
        assert_eq!(format!("{kit:?}"), "RecoveryKitView(..)");
    }
}
