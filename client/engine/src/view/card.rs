//! A JOB card as it is read, and what else can be asked about it.

use core::fmt;

use shared::{Blob, Decode, Encode, id::DocumentId, time::UnixMillis};

use crate::casework::{
    case::CaseId,
    field::Field,
    job_card::{Card, Prep, change::How, comment::State},
    json::JsonFault,
};

/// A JOB card on the first page: one's own, or one that is shown to this person, or none yet.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct CardRow {
    /// The card; absent where the consultant knows only that it comes on paper.
    #[n(0)]
    pub document: Option<DocumentId>,
    /// The case it is shown for; absent for one's own card.
    #[n(1)]
    pub case: Option<CaseId>,
    /// How far it is.
    #[n(2)]
    pub prep: Prep,
    /// One's own is not ready, and an interview is at most so many days away, see
    /// [`reminder`](crate::casework::job_card::reminder).
    #[n(3)]
    pub remind_days: Option<u8>,
}

/// Fields by name, in the order of the sheets.
pub type Texts = Vec<(String, String)>;

/// As much of a card as somebody sees: to read, to print, to compare.
#[derive(Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct CardContent {
    /// Texts and dates.
    #[n(0)]
    pub texts: Texts,
    /// Lists; each item by its fields that hold something.
    #[n(1)]
    pub lists: Vec<(String, Vec<Texts>)>,
}

impl fmt::Debug for CardContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardContent(..)")
    }
}

impl From<Card> for CardContent {
    fn from(card: Card) -> Self {
        let Card { texts, lists } = card;
        let named = |texts: Vec<(&'static str, String)>| -> Texts {
            texts.into_iter().map(|(id, text)| (String::from(id), text)).collect()
        };
        let list = |(id, items): (&'static str, Vec<_>)| {
            (String::from(id), items.into_iter().map(named).collect())
        };
        Self { texts: named(texts), lists: lists.into_iter().map(list).collect() }
    }
}

/// A comment of a consultant. The employee is shown those with the consultant's name under them.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct CommentRow {
    /// Its item.
    #[n(0)]
    pub id: String,
    /// How far it is.
    #[n(1)]
    pub state: State,
    /// Digest of what it says, to be named when agreeing to it.
    #[n(2)]
    pub words: Blob,
    /// What it says.
    #[n(3)]
    pub texts: Texts,
    /// Whether this person wrote it.
    #[n(4)]
    pub is_mine: bool,
}

impl fmt::Debug for CommentRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CommentRow({:?})", self.state)
    }
}

/// A version that the employee kept.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct VersionRow {
    /// SHA-256 of the card as it was: names the version.
    #[n(0)]
    pub hash: Blob,
    /// As the employee calls it; empty for what stood there before an import.
    #[n(1)]
    pub label: String,
    /// When it was kept, by the employee's clock.
    #[n(2)]
    pub at: UnixMillis,
}

impl fmt::Debug for VersionRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VersionRow({:?})", self.at)
    }
}

/// What the employee shows to whom.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct GrantRow {
    /// Names it.
    #[n(0)]
    pub id: String,
    /// To the consultant of this case.
    #[n(1)]
    pub case: CaseId,
    /// Which sheets.
    #[n(2)]
    pub sheets: Vec<String>,
    /// From this day, as the DOM's `date` writes it.
    #[n(3)]
    pub from: String,
    /// Up to this day.
    #[n(4)]
    pub until: String,
    /// Whether something is shown by it today.
    #[n(5)]
    pub is_in_force: bool,
    /// Whether the employee withdrew it.
    #[n(6)]
    pub is_withdrawn: bool,
}

/// An open card. What its owner fills in, and a consultant's own comments, come as a form besides.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct CardView {
    /// Which document.
    #[n(0)]
    pub document: DocumentId,
    /// Whether it is this person's own.
    #[n(1)]
    pub is_own: bool,
    /// How far it is.
    #[n(2)]
    pub prep: Prep,
    /// Which form is filled in; one of [`crate::casework::job_card::form::FORMS`].
    #[n(3)]
    pub form: String,
    /// The sheets that this person sees today: all of one's own card; none when nothing is shown.
    #[n(4)]
    pub sheets: Vec<String>,
    /// What stands on them, with the comments that both put their name to.
    #[n(5)]
    pub content: CardContent,
    /// The comments that this person is to know of.
    #[n(6)]
    pub comments: Vec<CommentRow>,
    /// The versions, oldest first.
    #[n(7)]
    pub versions: Vec<VersionRow>,
    /// What changed since the newest version, as far as it stands on these sheets.
    #[n(8)]
    pub changes: Vec<(Field, How)>,
    /// What is shown to whom; of one's own card only.
    #[n(9)]
    pub grants: Vec<GrantRow>,
}

/// A version of a card, as much of it as this person sees.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct VersionView {
    /// Of which card.
    #[n(0)]
    pub document: DocumentId,
    /// Which.
    #[n(1)]
    pub version: VersionRow,
    /// What it said.
    #[n(2)]
    pub content: CardContent,
    /// What changed since.
    #[n(3)]
    pub changes: Vec<(Field, How)>,
}

/// What came of an export or import.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub enum Exchange {
    /// One's card, to be kept in a file.
    #[n(0)]
    Exported(#[n(0)] String),
    /// What taking a file over would do: places in the file, and whether what stands on the card is
    /// replaced. What was replaced is kept as a version.
    #[n(1)]
    Preview(#[n(0)] Vec<(String, How)>),
    /// It was taken over.
    #[n(2)]
    Imported,
    /// It was not, and nothing was changed: the place in the file, and what is wrong there.
    #[n(3)]
    Refused {
        /// `jobs[2].from`; empty for the whole.
        #[n(0)]
        path: String,
        /// What.
        #[n(1)]
        fault: JsonFault,
    },
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exported(text) => write!(f, "Exported({} bytes)", text.len()),
            Self::Preview(changes) => write!(f, "Preview({})", changes.len()),
            Self::Imported => f.write_str("Imported"),
            // The path may hold names that somebody else's program wrote.
            Self::Refused { fault, .. } => write!(f, "Refused({fault:?})"),
        }
    }
}

/// Why something about a JOB card was not done. Nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum CardNotice {
    /// It would be shown until a day that is over.
    #[n(120)]
    ShownUntilPast,
    /// No sheet was chosen, or nobody is there to show it to.
    #[n(121)]
    NothingShown,
    /// A comment has other words by now than those that were read.
    #[n(122)]
    CommentChanged,
    /// A comment has no words.
    #[n(123)]
    CommentEmpty,
    /// A version cannot be made anew as it was.
    #[n(124)]
    VersionLost,
}
