//! What a person can ask of the engine. Travels from the page to the worker as CBOR.

use core::fmt;

use shared::{
    Blob, Decode, Encode,
    id::{AccountId, DeviceId, DocumentId},
    log::{document::Access, org::Role},
};
use zeroize::ZeroizeOnDrop;

use crate::casework::{
    case::CaseId,
    field::{Field, Value},
    shape::NoteShape,
};

mod matter;
mod room;

pub use matter::{Begun, MatterAct, MatterStep};
pub use room::{CanvasAct, Decide, RoomAct};
mod card;

pub use card::CardAct;
mod plan;

pub use plan::{PlanAct, RuleWish, SlotWish};

mod report;

pub use report::{AnswerWish, ReportAct, SpanWish, TextWish};

/// A passphrase on its way to the key derivation: wiped on drop, never printed.
#[derive(Clone, Encode, Decode, ZeroizeOnDrop)]
#[cbor(transparent)]
pub struct Passphrase(#[n(0)] String);

impl Passphrase {
    /// Takes what was typed, unchanged.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// For the key derivation and for nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(..)")
    }
}

/// A change of a text as the text field saw it. Positions count UTF-16 code units, as the DOM does.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct Splice {
    /// Where.
    #[n(0)]
    pub at: u32,
    /// How many code units go.
    #[n(1)]
    pub delete: u32,
    /// What comes.
    #[n(2)]
    pub insert: String,
}

impl fmt::Debug for Splice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Splice({} -{} +{} bytes)", self.at, self.delete, self.insert.len())
    }
}

/// Longest insertion that makes one change; a longer paste makes several.
const INSERT_UNITS_MAX: usize = 4_000;
/// Longest deletion that makes one change: to name a letter of a text that several devices wrote by
/// turns takes up to a dozen bytes.
const DELETE_UNITS_MAX: u32 = 2_000;

impl Splice {
    /// The same as several that each fit into one change, in order of application. `splits` says
    /// whether a position is inside a letter of the text as it was.
    pub fn pieces(&self, splits: impl Fn(u32) -> bool) -> Vec<Self> {
        let mut pieces = vec![];
        let mut delete = self.delete;
        // From the end, so that what is yet to be deleted stays where it is.
        while delete > DELETE_UNITS_MAX {
            let mut cut = delete - DELETE_UNITS_MAX;
            cut += u32::from(splits(self.at.saturating_add(cut)));
            let at = self.at.saturating_add(cut);
            pieces.push(Self { at, delete: delete - cut, insert: String::new() });
            delete = cut;
        }
        pieces.push(Self { at: self.at, delete, insert: String::new() });
        let mut at = self.at;
        let mut units = 0;
        for letter in self.insert.chars() {
            if units + letter.len_utf16() > INSERT_UNITS_MAX {
                at += u32::try_from(units).unwrap_or(0);
                units = 0;
                pieces.push(Self { at, delete: 0, insert: String::new() });
            }
            units += letter.len_utf16();
            if let Some(last) = pieces.last_mut() {
                last.insert.push(letter);
            }
        }
        pieces
    }
}

/// Who somebody is on a new device.
#[derive(Clone, Encode, Decode)]
#[cbor(row)]
pub struct Newcomer {
    /// The link's fragment or the code, as opened or pasted; surrounding white space is ignored.
    #[n(0)]
    pub link: String,
    /// The person's own name. Unused when linking a further device.
    #[n(1)]
    pub name: String,
    /// What to call this device.
    #[n(2)]
    pub device_name: String,
    /// Opens this device from then on.
    #[n(3)]
    pub passphrase: Passphrase,
}

impl fmt::Debug for Newcomer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The link's fragment is a private key.
        f.write_str("Newcomer(..)")
    }
}

/// What is added to a signed note.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct Words {
    /// Why.
    #[n(0)]
    pub why: String,
    /// What.
    #[n(1)]
    pub text: String,
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Words(..)")
    }
}

/// What is sought in one's own notes: as confidential as they are.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct Sought {
    /// As it was typed.
    #[n(0)]
    pub words: String,
}

impl fmt::Debug for Sought {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sought(..)")
    }
}

/// One wish.
#[derive(Clone, Debug, Encode, Decode)]
#[cbor(row)]
pub enum Command {
    /// Makes the firm, with the link the server printed.
    #[n(0)]
    MakeFirm(#[n(0)] Newcomer),
    /// Joins the firm, or links this device to one's account: the link says which.
    #[n(1)]
    Enrol(#[n(0)] Newcomer),
    /// Opens this device.
    #[n(2)]
    Unlock(#[n(0)] Passphrase),
    /// Closes this device; keys leave memory.
    #[n(3)]
    Lock,
    /// Makes an invitation for somebody, known to oneself by `name`.
    #[n(4)]
    Invite {
        /// As what.
        #[n(0)]
        role: Role,
        /// Kept in one's own catalogue only.
        #[n(1)]
        name: String,
    },
    /// Makes a code that links a further device of one's own.
    #[n(5)]
    MakeDeviceCode,
    /// Opens a case for an employee who has joined.
    #[n(6)]
    OpenCase(#[n(0)] AccountId),
    /// Adds an interview to a case, with an empty note.
    #[n(7)]
    AddInterview(#[n(0)] CaseId),
    /// Starts showing a document.
    #[n(8)]
    Open(#[n(0)] DocumentId),
    /// Stops showing a document.
    #[n(9)]
    Close(#[n(0)] DocumentId),
    /// Changes a text. `revision` is the one the page last adopted.
    #[n(10)]
    EditText {
        /// Where.
        #[n(0)]
        document: DocumentId,
        /// Which text.
        #[n(1)]
        field: Field,
        /// The text the splice counts in.
        #[n(2)]
        revision: u64,
        /// What changed.
        #[n(3)]
        splice: Splice,
    },
    /// Sets a value that is not a text.
    #[n(11)]
    SetValue {
        /// Where.
        #[n(0)]
        document: DocumentId,
        /// Which.
        #[n(1)]
        field: Field,
        /// To what.
        #[n(2)]
        value: Value,
    },
    /// Adds an empty item at the end of a list.
    #[n(12)]
    AddItem {
        /// Where.
        #[n(0)]
        document: DocumentId,
        /// Which list.
        #[n(1)]
        list: Field,
    },
    /// Removes an item of a list; `item` is `list/<item id>`.
    #[n(13)]
    RemoveItem {
        /// Where.
        #[n(0)]
        document: DocumentId,
        /// Which.
        #[n(1)]
        item: Field,
    },
    /// Brings back the item removed last in this document since it was opened.
    #[n(14)]
    RestoreItem(#[n(0)] DocumentId),
    /// Lets an account into a document this person manages: hand-over and supervision. The pages
    /// ask for the employee's consent first.
    #[n(16)]
    LetIn {
        /// Which document.
        #[n(0)]
        document: DocumentId,
        /// Whom.
        #[n(1)]
        account: AccountId,
        /// To do what.
        #[n(2)]
        access: Access,
    },
    /// Copies the summary draft of a note to where the employee reads it.
    #[n(15)]
    OfferSummary(#[n(0)] DocumentId),
    /// Takes a member's access to a document away.
    #[n(17)]
    LetOut {
        /// Which document.
        #[n(0)]
        document: DocumentId,
        /// Whose.
        #[n(1)]
        account: AccountId,
    },
    /// Revokes a device: one's own that is lost, or, for an admin, anybody's.
    #[n(18)]
    RevokeDevice(#[n(0)] DeviceId),
    /// Shuts somebody out for a while, or lets them in again.
    #[n(19)]
    Freeze {
        /// Whom.
        #[n(0)]
        account: AccountId,
        /// Whether out.
        #[n(1)]
        frozen: bool,
    },
    /// Removes somebody for good.
    #[n(20)]
    RemovePerson(#[n(0)] AccountId),
    /// Destroys a document this person manages, everywhere and for good. The pages ask first.
    #[n(35)]
    Shred(#[n(0)] DocumentId),
    /// Writes a document this person manages down anew, without its drafts, and ends it.
    #[n(36)]
    Finalise(#[n(0)] DocumentId),
    /// Lets an account into what a document holds from now on: it is written down anew, and what
    /// was deleted before stays with those who had it.
    #[n(37)]
    LetInFromNow {
        /// Which document.
        #[n(0)]
        document: DocumentId,
        /// Whom.
        #[n(1)]
        account: AccountId,
        /// To do what.
        #[n(2)]
        access: Access,
    },
    /// Says how long devices may be opened without the server.
    #[n(21)]
    SetPolicy {
        /// In hours.
        #[n(0)]
        offline_hours: u16,
    },
    /// The person knows of an alarm.
    #[n(30)]
    Acknowledge(#[n(0)] u64),
    /// Shows an alarm's evidence.
    #[n(31)]
    ShowEvidence(#[n(0)] u64),
    /// Says that the server was restored on purpose.
    #[n(32)]
    DeclareRestore,
    /// Signs a note: what it says is for ever what it said.
    #[n(33)]
    SignNote(#[n(0)] DocumentId),
    /// Adds something to a signed note.
    #[n(34)]
    AmendNote {
        /// Which note.
        #[n(0)]
        note: DocumentId,
        /// What and why.
        #[n(1)]
        amendment: Words,
    },
    /// Makes a recovery kit. The passphrase is asked again: an open device left on a table makes
    /// none.
    #[n(40)]
    MakeRecoveryKit(#[n(0)] Passphrase),
    /// The person has seen which documents open on this device.
    #[n(41)]
    DismissOpening,
    /// Lets somebody back in under a new account whose former one is lost.
    #[n(42)]
    Regrant {
        /// The account that was lost.
        #[n(0)]
        former: AccountId,
        /// The account in its place.
        #[n(1)]
        successor: AccountId,
    },
    /// In the interview room.
    #[n(50)]
    Room(#[n(0)] RoomAct),
    /// About many cases together, or a case beside the room.
    #[n(80)]
    Report(#[n(0)] ReportAct),
    /// About a JOB card.
    #[n(56)]
    Card(#[n(0)] CardAct),
    /// Shows a note as SOAP or DAP.
    #[n(57)]
    ShowNote {
        /// Which note.
        #[n(0)]
        note: DocumentId,
        /// How.
        #[n(1)]
        shape: NoteShape,
    },
    /// Something about the firm's own documents, or slots.
    #[n(60)]
    Plan(#[n(0)] PlanAct),
    /// About danger, and about what leaves the room.
    #[n(70)]
    Matter(#[n(0)] MatterAct),
    /// Shows where in one's own notes something is said.
    #[n(90)]
    Search(#[n(0)] Sought),
    /// Writes this device to a file. The passphrase is asked again, as for a recovery kit.
    #[n(91)]
    Export(#[n(0)] Passphrase),
    /// Takes a device from its file to where nobody is yet.
    #[n(92)]
    Import {
        /// What [`crate::view::View::Export`] held.
        #[n(0)]
        file: Blob,
        /// Of the device that was written down.
        #[n(1)]
        passphrase: Passphrase,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newcomer_prints_neither_link_nor_passphrase() {
        let newcomer = Newcomer {
            link: "join.CANARY".into(),
            name: "CANARY".into(),
            device_name: "CANARY".into(),
            passphrase: Passphrase::new("CANARY".into()),
        };

        let printed = format!("{:?}", Command::Enrol(newcomer));

        assert_eq!(printed, "Enrol(Newcomer(..))");
    }
}
