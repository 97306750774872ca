//! What the person is shown. Travels from the worker to the page as CBOR.
//!
//! **Invariant:** a view that says *saved* is made only from what the local store reported durable.

use core::fmt;

use shared::{
    Blob, Decode, Encode,
    id::{AccountId, DeviceId, DocumentId},
    log::org::Role,
    time::UnixMillis,
};

use crate::{
    casework::{
        case::{CaseId, InterviewId},
        field::{Field, Value},
    },
    command::Words,
};

/// Types whose content no log may hold.
macro_rules! unprinted {
    ($($name:ident),+) => { $(
        /// Without what it says.
        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )+ };
}

mod alarm;
mod card;
mod case;
mod form;
mod found;
mod invitation;
mod matter;
mod members;
mod notice;
mod plan;
mod quarantine;
mod recovery;
mod report;
mod room;
mod shape;
mod summary;

pub use crate::document::genesis::Kind;
pub use alarm::{AlarmKind, AlarmRow, Matter};
pub use card::{
    CardContent, CardNotice, CardRow, CardView, CommentRow, Exchange, GrantRow, Texts, VersionRow,
    VersionView,
};
pub use case::{CaseRow, InterviewRow};
pub use form::FormView;
pub use found::{FoundRow, FoundView};
pub use invitation::{InvitationFor, InvitationView};
pub use matter::{
    DisclosureView, DueView, Judged, LineKind, LineRow, MatterRow, OpinionView, PermitRow,
    RiskView, SentRow, WindowRow,
};
pub use members::{MemberRow, MembersView};
pub use notice::{Notice, ReportNotice, RoomNotice};
pub use plan::{
    AppointmentRow, Booking, CompanyRow, CompanyView, DirectoryView, ImportView, NewcomerRow,
    PlanHome, PlanView, ReportRow, RosterRow, RuleRow, SlotRow, SlotsRow, SlotsView, TemplateRow,
    VenueRow, WaveRow,
};
pub use quarantine::{QuarantineRow, Rule, SetAside};
pub use recovery::{
    Arrival, KitRow, OpeningView, RecoveryKitView, RegrantView, Unopened, UnopenedRow,
};
pub use report::{
    AskRow, CopyView, DeliveryView, FindingRow, HoldRow, PackageView, PartView, PartsView,
    ReportPart, ReportView, RequestRow, ReviewRow, RightsView,
};
pub use room::{
    CanvasView, CanvasesView, ConsentRow, ConsentView, DecisionRow, Manner, ScribbleView,
};
pub use shape::ShapeView;
pub use summary::{SharedView, SummaryView};

/// What this device is ready for.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub enum Gate {
    /// Nobody uses this device yet.
    #[n(0)]
    Empty,
    /// A passphrase is needed.
    #[n(1)]
    Locked {
        /// What the person called this device.
        #[n(0)]
        device_name: String,
    },
    /// Something that takes a while, and what it waits for.
    #[n(2)]
    Working(#[n(0)] Work),
    /// Open for work.
    #[n(3)]
    Open {
        /// The person's own name.
        #[n(0)]
        name: String,
        /// What the person does.
        #[n(1)]
        role: Role,
        /// This device.
        #[n(2)]
        device_name: String,
    },
    /// The device was revoked. Nothing of it is to be read here.
    #[n(4)]
    Revoked {
        /// Whether the local store is empty already.
        #[n(0)]
        is_erased: bool,
    },
    /// In the employee's hands: nothing but what is theirs is in memory.
    #[n(5)]
    Handed {
        /// Whose page this is.
        #[n(0)]
        name: String,
        /// Which case.
        #[n(1)]
        case: CaseId,
    },
    /// It rests while two people talk: everything is in memory, and nothing of it to be read here
    /// before the PIN.
    #[n(6)]
    Resting,
}

/// What a long step is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Work {
    /// Waiting for the server, which a newcomer needs once.
    #[n(0)]
    AskingServer,
    /// Waiting for one's other device to hand over the keys; it must be open and connected.
    #[n(1)]
    AwaitingKeys,
    /// Reading the local store.
    #[n(2)]
    Loading,
    /// The server was not asked for longer than the firm allows, or the clock was set back: it
    /// must be reached once.
    #[n(3)]
    AskingAgain,
}

/// The connection, as the person sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum LinkView {
    /// No connection.
    #[n(0)]
    Offline,
    /// Connected, not yet logged in.
    #[n(1)]
    Connecting,
    /// Logged in.
    #[n(2)]
    Online,
}

/// The local store, as the person sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum StorageView {
    /// Takes what is written.
    #[n(0)]
    Fine,
    /// Has no room: what is typed is held in memory and tried again.
    #[n(1)]
    Full,
    /// Does not answer: what is typed is held in memory and tried again.
    #[n(2)]
    Broken,
}

/// Where everything written on this device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct SyncView {
    /// The connection.
    #[n(0)]
    pub link: LinkView,
    /// The local store.
    #[n(1)]
    pub storage: StorageView,
    /// Edits that are not durable anywhere yet.
    #[n(2)]
    pub unsaved: u32,
    /// Edits durable on this device, not yet acknowledged by the server.
    #[n(3)]
    pub unsent: u32,
    /// When the server last had everything.
    #[n(4)]
    pub all_sent_at: Option<UnixMillis>,
}

/// What the badge says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Badge {
    /// Not durable yet.
    Saving,
    /// The local store refuses: nothing may be called saved.
    NotSaved,
    /// この端末に保存: durable here, `n` edits not sent.
    Kept(u32),
    /// 送信中: `n` edits on their way.
    Sending(u32),
    /// 送信済み: durable at the server.
    Sent,
}

impl SyncView {
    /// The one thing the person needs to know.
    pub fn badge(&self) -> Badge {
        match (self.storage, self.unsaved, self.unsent, self.link) {
            (StorageView::Full | StorageView::Broken, 1.., _, _) => Badge::NotSaved,
            (StorageView::Fine, 1.., _, _) => Badge::Saving,
            (_, 0, 0, _) => Badge::Sent,
            (_, 0, unsent, LinkView::Online) => Badge::Sending(unsent),
            (_, 0, unsent, LinkView::Offline | LinkView::Connecting) => Badge::Kept(unsent),
        }
    }
}

/// Somebody this person invited, or, for an admin, anybody in the log.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct PersonRow {
    /// Present once joined.
    #[n(0)]
    pub account: Option<AccountId>,
    /// As the inviter calls them; empty for people somebody else invited.
    #[n(1)]
    pub name: String,
    /// What they do.
    #[n(2)]
    pub role: Role,
    /// Until when the invitation can be used; meaningless once joined.
    #[n(3)]
    pub expires_at: UnixMillis,
    /// How many devices they have.
    #[n(4)]
    pub devices: u32,
    /// Whether it is oneself.
    #[n(5)]
    pub is_me: bool,
    /// The case that this person has with them, if any.
    #[n(6)]
    pub case: Option<CaseId>,
    /// Whether they may come in.
    #[n(7)]
    pub standing: Standing,
    /// Their devices, for an admin.
    #[n(8)]
    pub owned: Vec<DeviceId>,
}

/// Whether somebody may come in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Standing {
    /// They may.
    #[default]
    #[n(0)]
    Active,
    /// Not for a while.
    #[n(1)]
    Frozen,
    /// They have left.
    #[n(2)]
    Removed,
}

/// One of the person's own devices.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct DeviceRow {
    /// Which.
    #[n(0)]
    pub device: DeviceId,
    /// What the person called it; empty until it has synchronised.
    #[n(1)]
    pub name: String,
    /// Whether it is this one.
    #[n(2)]
    pub is_this: bool,
}

/// Everything on the first page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct Home {
    /// Newest first.
    #[n(0)]
    pub cases: Vec<CaseRow>,
    /// By name.
    #[n(1)]
    pub people: Vec<PersonRow>,
    /// One's own devices.
    #[n(2)]
    pub devices: Vec<DeviceRow>,
    /// Changes set aside because they could not be applied.
    #[n(3)]
    pub quarantined: Vec<QuarantineRow>,
    /// One's own recovery kit, the one made last.
    #[n(4)]
    pub kit: Option<KitRow>,
    /// How long devices may be opened without the server.
    #[n(5)]
    pub offline_hours: u16,
    /// One's own JOB card, or those that are shown to this person.
    #[n(6)]
    pub cards: Vec<CardRow>,
}

/// What a field holds.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub enum Content {
    /// A text, and the revision to name when editing it.
    #[n(0)]
    Text {
        /// Grows with every text sent to the page.
        #[n(0)]
        revision: u64,
        /// The text.
        #[n(1)]
        text: String,
    },
    /// A value.
    #[n(1)]
    Value(#[n(0)] Value),
    /// A list: the ids of its items, each a path segment.
    #[n(2)]
    Items(#[n(0)] Vec<String>),
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Content(..)")
    }
}

/// Where a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Whereabouts {
    /// Some of it is only in memory.
    #[n(0)]
    Unsaved,
    /// All of it on this device, some of it not at the server.
    #[n(1)]
    Kept,
    /// All of it at the server.
    #[n(2)]
    Sent,
}

/// An interview note, open.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct NoteView {
    /// Which document.
    #[n(0)]
    pub document: DocumentId,
    /// Of which case.
    #[n(1)]
    pub case: CaseId,
    /// Of which interview.
    #[n(2)]
    pub interview: InterviewId,
    /// 1 for the first.
    #[n(3)]
    pub ordinal: u32,
    /// With whom.
    #[n(4)]
    pub employee_name: String,
    /// Every field of [`crate::casework::note::FIELDS`], and of every item of its lists.
    #[n(5)]
    pub fields: Vec<(Field, Content)>,
    /// Where it is.
    #[n(6)]
    pub whereabouts: Whereabouts,
    /// When the summary was offered, if it was.
    #[n(7)]
    pub offered_at: Option<UnixMillis>,
    /// Whether the draft differs from what was offered.
    #[n(8)]
    pub offer_is_stale: bool,
    /// Whether a removed item can be brought back.
    #[n(9)]
    pub can_restore: bool,
    /// When it was signed first; from then on its fields do not change.
    #[n(10)]
    pub signed_at: Option<UnixMillis>,
    /// What was added since, and when.
    #[n(11)]
    pub amendments: Vec<(UnixMillis, Words)>,
}

/// One text of an open note. Sent after each edit and when another device changed it.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct TextView {
    /// Which document.
    #[n(0)]
    pub document: DocumentId,
    /// Which text.
    #[n(1)]
    pub field: Field,
    /// How many of the page's edits to this field, since it was opened, the text includes.
    #[n(2)]
    pub edits_seen: u64,
    /// The text to adopt with its revision, or `None` when the page's own text is right.
    #[n(3)]
    pub adopt: Option<(u64, String)>,
}

impl fmt::Debug for TextView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TextView({} edits_seen={})", self.field, self.edits_seen)
    }
}

/// One thing to show.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(row)]
pub enum View {
    /// What the device is ready for.
    #[n(0)]
    Gate(#[n(0)] Gate),
    /// The sync badge.
    #[n(1)]
    Sync(#[n(0)] SyncView),
    /// The first page.
    #[n(2)]
    Home(#[n(0)] Home),
    /// An open note, whole.
    #[n(3)]
    Note(#[n(0)] NoteView),
    /// One text of an open note.
    #[n(4)]
    Text(#[n(0)] TextView),
    /// An open shared document, whole.
    #[n(5)]
    Shared(#[n(0)] SharedView),
    /// An invitation just made.
    #[n(6)]
    Invitation(#[n(0)] InvitationView),
    /// A note was made by this person's wish: go there.
    #[n(7)]
    GoTo(#[n(0)] DocumentId),
    /// A message.
    #[n(8)]
    Notice(#[n(0)] Notice),
    /// Where an open document is, whenever that changes.
    #[n(9)]
    Whereabouts {
        /// Which document.
        #[n(0)]
        document: DocumentId,
        /// Where.
        #[n(1)]
        whereabouts: Whereabouts,
    },
    /// What speaks against the server, whenever that changes.
    #[n(20)]
    Alarms(#[n(0)] Vec<AlarmRow>),
    /// An alarm's evidence, to be handed on.
    #[n(21)]
    Evidence {
        /// Which alarm.
        #[n(0)]
        number: u64,
        /// As text.
        #[n(1)]
        text: String,
    },
    /// A document on screen, or asked for, goes on as another or is gone.
    #[n(25)]
    Moved {
        /// Which document.
        #[n(0)]
        from: DocumentId,
        /// What goes on in its place.
        #[n(1)]
        to: Option<DocumentId>,
    },
    /// A recovery kit just made, to print.
    #[n(40)]
    RecoveryKit(#[n(0)] RecoveryKitView),
    /// Which documents open on this device, whenever that changes.
    #[n(41)]
    Opening(#[n(0)] OpeningView),
    /// What letting somebody back in did.
    #[n(42)]
    Regranted(#[n(0)] RegrantView),
    /// Who reads an open document, whenever that changes.
    #[n(43)]
    Members(#[n(0)] MembersView),
    /// What an employee decided: an open consent document.
    #[n(50)]
    Consent(#[n(0)] ConsentView),
    /// The canvases of an open case.
    #[n(51)]
    Canvases(#[n(0)] CanvasesView),
    /// A scribble.
    #[n(52)]
    Scribble(#[n(0)] ScribbleView),
    /// A report, a copy, what is done about a case, or what an employee asked to see.
    #[n(80)]
    Report(#[n(0)] ReportPart),
    /// An open document as a form, whole.
    #[n(55)]
    Form(#[n(0)] FormView),
    /// An open JOB card, whole.
    #[n(56)]
    Card(#[n(0)] CardView),
    /// A version of a JOB card.
    #[n(57)]
    CardVersion(#[n(0)] VersionView),
    /// What came of an export or import of a JOB card.
    #[n(58)]
    Exchange(#[n(0)] Exchange),
    /// A note as SOAP or DAP.
    #[n(59)]
    NoteShape(#[n(0)] ShapeView),
    /// Something of the firm's own documents, or slots.
    #[n(60)]
    Plan(#[n(0)] PlanView),
    /// What is and is not told of a case, open.
    #[n(70)]
    Disclosure(#[n(0)] DisclosureView),
    /// The danger in a case, open.
    #[n(71)]
    Risk(#[n(0)] RiskView),
    /// A second opinion, open.
    #[n(72)]
    Opinion(#[n(0)] OpinionView),
    /// What this person has to look at, whenever that changes.
    #[n(73)]
    Due(#[n(0)] DueView),
    /// What a search found.
    #[n(90)]
    Found(#[n(0)] FoundView),
    /// This device as a file, to be kept elsewhere. See [`crate::export`].
    #[n(91)]
    Export(#[n(0)] Blob),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(storage: StorageView, link: LinkView, unsaved: u32, unsent: u32, badge: Badge) {
        let view = SyncView { link, storage, unsaved, unsent, all_sent_at: None };
        assert_eq!(view.badge(), badge);
    }

    #[test]
    fn the_badge_never_calls_saved_what_is_not_durable() {
        check(StorageView::Fine, LinkView::Online, 1, 0, Badge::Saving);
        check(StorageView::Full, LinkView::Online, 1, 0, Badge::NotSaved);
        check(StorageView::Fine, LinkView::Offline, 0, 3, Badge::Kept(3));
        check(StorageView::Fine, LinkView::Online, 0, 3, Badge::Sending(3));
        check(StorageView::Fine, LinkView::Offline, 0, 0, Badge::Sent);
    }
}
