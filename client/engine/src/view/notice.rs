//! Messages.

use shared::id::DocumentId;
use shared::{Decode, Encode};

use super::CardNotice;
use crate::casework::consent::Matter;

/// Something the person must be told once. The page has the words.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub enum Notice {
    /// The passphrase does not open this device.
    #[n(0)]
    WrongPassphrase,
    /// The passphrase is shorter than the firm allows.
    #[n(1)]
    WeakPassphrase {
        /// Characters needed.
        #[n(0)]
        chars_min: u32,
    },
    /// The link or code is none, was cut off, or belongs to another firm.
    #[n(2)]
    WrongLink,
    /// The link or code was used already.
    #[n(3)]
    LinkSpent,
    /// The link or code is too old.
    #[n(4)]
    LinkExpired,
    /// The server must be reached once for this.
    #[n(5)]
    NeedsNetwork,
    /// A text is longer than a document may hold; nothing was changed.
    #[n(6)]
    TooLong,
    /// The server said no; the code is for support.
    #[n(7)]
    Refused {
        /// See `shared::refusal`.
        #[n(0)]
        code: String,
    },
    /// The server has another past of this document than this device: what was written stays
    /// readable here, and nothing more is written on top of it.
    #[n(9)]
    StandsApart,
    /// What another device wrote could not be applied and was set aside.
    #[n(8)]
    Quarantined,
    /// This program is older than what it received: update.
    #[n(10)]
    UpdateNeeded,
    /// The local store holds records that do not open.
    #[n(11)]
    StoreDamaged {
        /// How many.
        #[n(0)]
        records: u32,
    },
    /// The device has too little memory to derive the key: close other programs.
    #[n(12)]
    NoMemory,
    /// The account was frozen or removed: the device is locked and keeps everything.
    #[n(13)]
    AccountClosed,
    /// A document was destroyed, and with it edits that only this device had.
    #[n(25)]
    Shredded {
        /// Which.
        #[n(0)]
        document: DocumentId,
        /// How many.
        #[n(1)]
        edits: u32,
    },
    /// A document was finalised before edits of this device reached the server: they are in the old
    /// one, on this device only.
    #[n(26)]
    LeftBehind {
        /// The old one.
        #[n(0)]
        document: DocumentId,
        /// How many.
        #[n(1)]
        edits: u32,
    },
    /// The recovery kit is none of this server's firm, or was mistyped.
    #[n(30)]
    WrongKit,
    /// Another recovery kit took this one's place, or its owner ended it.
    #[n(31)]
    KitReplaced,
    /// The server knows nothing of the link: it was cut off, or the server was restored from before
    /// it was made, and whoever gave it has not been there since.
    #[n(190)]
    UnknownLink,
    /// The file is none that a device was written to, or was cut off or changed; nothing was taken
    /// from it.
    #[n(191)]
    NoExport,
    /// Something in the interview room.
    #[n(100)]
    Room(#[n(0)] RoomNotice),
    /// About a report, a copy, a hand-over, or what an employee asked for.
    #[n(170)]
    Report(#[n(0)] ReportNotice),
    /// Something about a JOB card.
    #[n(120)]
    Card(#[n(0)] CardNotice),
    /// A step with a matter was not taken; nothing was changed.
    #[n(150)]
    MatterNotDone {
        /// Why, as a code.
        #[n(0)]
        why: String,
        /// Which line of the table, which needs are not met, or what is wrong with the words.
        #[n(1)]
        what: Vec<String>,
    },
}

/// Why something in the interview room was not done. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub enum RoomNotice {
    /// This cannot be decided in this way, or not by this person.
    #[n(100)]
    NotDecided,
    /// The talk does not begin: these were not decided yet.
    #[n(101)]
    Undecided(#[n(0)] Vec<Matter>),
    /// The talk does not begin: the employee does not agree to how secrecy is kept. Another
    /// consultant is offered.
    #[n(102)]
    SecrecyRefused,
    /// The interview does not go there from where it is.
    #[n(103)]
    NoStep,
    /// The employee agreed to a minimal record only: this is not written down.
    #[n(104)]
    MinimalRecord,
    /// The PIN has too few characters.
    #[n(105)]
    WeakPin {
        /// Characters needed.
        #[n(0)]
        chars_min: u32,
    },
    /// The PIN is another one.
    #[n(106)]
    WrongPin {
        /// How often it may still be tried; then the passphrase is needed.
        #[n(0)]
        tries: u8,
    },
    /// What was drawn is too large, or not of this canvas.
    #[n(107)]
    NotDrawn,
    /// The interview that was added is one more than the contract foresees for a person.
    #[n(108)]
    BeyondContract {
        /// How many that are.
        #[n(0)]
        interviews_max: u32,
    },
}

/// What is told about reports, copies, hand-overs and requests.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub enum ReportNotice {
    /// The employee does not agree to it, or has not said so: why, as the rule names it.
    #[n(170)]
    NotAgreed(#[n(0)] String),
    /// It is not to be done now, or not by this person.
    #[n(171)]
    NotNow,
    /// It happens by itself as soon as it is certain that the employee has not taken anything back.
    #[n(172)]
    Awaiting,
    /// What is missing, or stands in the way.
    #[n(173)]
    Lacking(#[n(0)] String),
    /// The contributions changed since they were counted: they were counted again.
    #[n(174)]
    CountedAgain,
    /// The term of documents was over, and they were destroyed.
    #[n(175)]
    TermOver {
        /// How many.
        #[n(0)]
        documents: u32,
    },
}
