//! English.

use engine::view::{CardNotice, Notice, Rule};
use shared::log::org::Role;

use super::{
    alarm,
    en_ending::{MEMBERS, OPENING, POLICY, RECOVERY, REGRANT},
    en_field::{CODES, FIELDS},
    say::both,
    words::{
        BadgeWords, BarWords, CaseWords, DevicesWords, FrameWords, GateWords, HomeWords,
        InvitationWords, LockWords, NoteWords, OfferWords, PeopleWords, SummaryWords, TroubleWords,
        UnseenWords, Words, WorkWords,
    },
};

/// The English words.
pub(super) const WORDS: Words = Words {
    frame: FRAME,
    badge: BADGE,
    bar: BAR,
    alarm: alarm::EN,
    trouble: TROUBLE,
    gate: GATE,
    lock: LOCK,
    work: WORK,
    home: HOME,
    case: CASE,
    note: NOTE,
    offer: OFFER,
    summary: SUMMARY,
    people: PEOPLE,
    devices: DEVICES,
    invitation: INVITATION,
    recovery: RECOVERY,
    opening: OPENING,
    regrant: REGRANT,
    members: MEMBERS,
    policy: POLICY,
    unseen: UNSEEN,
    role,
    notice,
    fields: FIELDS,
    codes: CODES,
};

const FRAME: FrameWords = FrameWords {
    name: "Mendan",
    skip: "Skip to content",
    loading: "Getting ready…",
    navigation: "Menu",
    home: "Home",
    people: "People",
    devices: "Devices",
    unseen: "What stays unseen",
    lock: "Lock",
    other_language: "日本語",
    switch_language: "日本語に切り替える",
    close: "Close",
    cancel: "Cancel",
    back: "Back",
    copy: "Copy",
    copied: "Copied",
    show: "Show",
    hide: "Hide",
    not_found: "There is no such page.",
    to_home: "Go to the first page",
};

const BADGE: BadgeWords = BadgeWords {
    label: "Saving and sending",
    saving: "Saving…",
    not_saved: "Not saved",
    kept: |n| format!("Saved on this device ({n} unsent)"),
    sending: |n| format!("Sending {n}"),
    sent: "Sent",
    offline: "Offline",
    connecting: "Connecting",
};

const BAR: BarWords = BarWords {
    restarted: "Part of the app stopped and was started again. Nothing that was saved is lost. Please unlock again.",
    drafts: |n| {
        format!("{n} texts were not saved yet. Open the note and they return to their places.")
    },
    open_draft: "Open the note",
    storage_full: "This device has no room left, so nothing can be saved. What you typed is still on this page. Keep it open and delete something you do not need; saving resumes by itself.",
    storage_broken: "This device's storage does not answer. What you typed is still on this page. Keep it open; it is tried again and again.",
    update_ready: "A new version is ready. Switch to it when it suits you.",
    update_apply: "Switch now",
    not_kept: "When room gets short, the browser may delete this app's records.",
    keep: "Ask the browser to keep them",
    install: "Add the app to the home screen: it opens at once without a network, and its records are safer.",
    install_do: "Add",
    install_ios: [
        "Press the share button (a square with an arrow pointing up).",
        "Choose “Add to Home Screen”.",
        "From then on, open “Mendan” on the home screen.",
    ],
    link_unused: "This device is in use already, so the link was not used. Open it on the device that is to start.",
};

const TROUBLE: TroubleWords = TroubleWords {
    tab_title: "Open in another tab",
    tab_text: "So that nothing is written twice, Mendan runs in one tab only. If you use it here, the other tab saves and stops.",
    take_over: "Use it here",
    locks_title: "This browser cannot run Mendan",
    locks_text: "It lacks what is needed to write records safely. Please update it or use another browser.",
    store_title: "The records cannot be read",
    store_text: "This device's storage did not give out its records. Loading the page again may help. To keep them safe, nothing was started.",
    reload: "Load again",
};

const GATE: GateWords = GateWords {
    title: "Start using Mendan",
    lead: "Records are encrypted on this device; only the people concerned can read them. How do you want to start?",
    firm: "Start a firm",
    firm_text: "With the first link that the server printed. You become its admin.",
    join: "Join with an invitation",
    join_text: "With the link from your consultant or admin.",
    device: "Add my own device",
    device_text: "With a code made on your other device.",
    firm_submit: "Start the firm",
    join_submit: "Join",
    device_submit: "Add this device",
    link: "Link",
    code: "Code",
    link_hint: "Paste the link as you received it.",
    code_hint: "Paste the code made on the “Devices” page of your other device.",
    link_taken: "The link has been read.",
    link_change: "Use another link",
    link_missing: "Please paste the link or code.",
    name: "Your name",
    name_hint: "Shown to the people you work with. Encrypted; server and admins cannot see it.",
    name_missing: "Please enter your name.",
    device_name: "Name of this device",
    device_name_hint: "To tell it from others in the list of devices.",
    device_names: ["Tablet", "Phone", "Computer"],
    passphrase: "Passphrase",
    passphrase_hint: "Opens this device. At least 12 characters, and not one you use elsewhere.",
    repeat: "Passphrase (again)",
    repeat_wrong: "The two passphrases differ.",
    suggest: "Suggest one",
    suggest_hint: "Six words chosen at random. Write them on paper and keep it away from the device.",
    too_short: |n| format!("{n} more characters needed."),
    guessable: "Easy to guess. Please add words.",
    fair: "Good enough. A longer one is safer.",
    good: "Long enough.",
    no_recovery: "If you forget the passphrase, nobody can open the records on this device. An admin cannot reset it.",
    ios_first: "On an iPhone or iPad, add the app to the home screen first and start there: Safari and the home screen app keep their records apart. Copy the link and paste it there.",
};

const LOCK: LockWords = LockWords {
    title: "Locked",
    offline: "Opens without a network",
    passphrase: "Passphrase",
    submit: "Open",
    busy: "Checking…",
    hint: "Locks by itself after two minutes without use.",
};

const WORK: WorkWords = WorkWords {
    asking_server: "Asking the server",
    asking_server_text: "A connection is needed this once. Please wait.",
    awaiting_keys: "Waiting for your other device",
    awaiting_keys_text: "Open Mendan on your other device and keep it connected. Only that device can hand over the keys.",
    loading: "Opening the records",
    loading_text: "Decrypting what this device holds.",
    asking_again: "The server must be asked",
    asking_again_text: "There was no connection for a long time, or the device's clock was set back. Connect once to go on where you were. Your records are still on this device.",
    revoked: "This device was revoked",
    revoked_text: "The records and keys on it were erased. What is on your other devices and on the server is safe. If you did not expect this, tell your administrator.",
    erasing_text: "Erasing the records and keys on this device.",
};

const HOME: HomeWords = HomeWords {
    greeting: |name| String::from(name),
    cases: "Cases",
    no_cases: "No cases yet",
    no_cases_text: "Make a link under “Invite an employee” below and hand it over. Once they have joined, you can open their case here.",
    interview: |n| format!("Interview {n}"),
    added_on: |date| format!("Added {date}"),
    offered_on: |date| format!("Summary handed over {date}"),
    not_offered: "Summary not handed over",
    open_note: "Open the note",
    add_interview: "Add an interview",
    no_interviews: "No interviews yet. “Add an interview” starts a note.",
    see_case: "Open the case",
    invited: "People I invited",
    quarantined: |n| {
        format!(
            "{n} changes could not be applied. Everything else works. Please check that document on the device they came from."
        )
    },
    quarantined_from: |who, device, n| format!("{who} (device {device}): {n}"),
    quarantined_for: |rule| match rule {
        Rule::Unreadable => "It cannot be read.",
        Rule::TooLarge => "It is larger than allowed.",
        Rule::Foreign => "It was not made by its sender.",
        Rule::Guarded => "Its sender may not write there.",
        Rule::Unfounded => "It does not follow from what is here.",
        Rule::Deadly => "The app stopped twice while taking it in.",
    },
    somebody: "Somebody I did not invite",
    employee_title: "Your interviews",
    employee_lead: "Read the summaries of your interviews again. They are not an appraisal.",
    readers_title: "Who can read this",
    readers: [
        "Only you and your consultant.",
        "Not your company. It has no login here.",
        "Not the server and not the admins: they keep it encrypted and cannot open it.",
    ],
    summaries: "Summaries",
    no_summaries: "Nothing here yet",
    no_summaries_text: "After an interview your consultant hands you a summary, and it arrives here. Once here, it can be read without a network.",
    with_consultant: |name| format!("With {name}"),
    read: "Read",
};

const CASE: CaseWords = CaseWords {
    title: |name| format!("Interviews with {name}"),
    lead: "The summaries below are all that the employee can read.",
    shared: "Summaries",
    shared_lead: "Only what was handed over. The interview notes are not part of it.",
    nothing_shared: "Nothing was handed over yet. You can do so from the “Summary” section of a note.",
};

const NOTE: NoteWords = NoteWords {
    title: |name| String::from(name),
    private: "Only you read this note. The employee, the company and the admins cannot see it.",
    sections: "Sections",
    section_names: [
        "The interview",
        "Marks",
        "What was said",
        "Background",
        "Assessment",
        "Goals and steps",
        "Outcome",
        "Risk",
        "Topics",
        "Self-review",
        "Summary",
    ],
    filled: "filled in",
    empty: "empty",
    unsaved: "Saving…",
    kept: "Saved on this device",
    sent: "Sent",
    sensitive: "Sensitive",
    sensitive_text: "Treated as special-care personal information. Write only what is needed.",
    add: |what| format!("Add: {what}"),
    remove: "Remove",
    removed: "The item was removed.",
    restore: "Bring back",
    no_items: "None yet.",
    item: |n| format!("No. {n}"),
    clear: "Clear",
    yes: "Yes",
    unset: "Not chosen",
    time_hint: "Time since the start (h:mm)",
    time_wrong: "Please write hours and minutes, as in 00:07.",
    leftover: "Texts that found no place",
    leftover_text: "The item they belonged to is gone. Copy what you need.",
    keys_hint: "Alt + ↑ ↓ moves between sections.",
    low_end: "no prospect",
    high_end: "bright prospect",
};

const OFFER: OfferWords = OfferWords {
    reader: "The employee reads these texts once they are handed over. Write to them (“you …”), without names of others and without diagnoses. Until then only you see them.",
    preview: "See how it looks",
    preview_title: "What the employee will see",
    submit: "Hand over",
    again: "Hand over again",
    confirm_title: |name| format!("Hand over to {name}?"),
    confirm_text: "The following becomes readable on the employee's devices. Nothing else of the note is handed over.",
    confirm: "Hand over",
    never: "Not handed over yet.",
    offered: |date| format!("Handed over {date}."),
    waiting: |date| {
        format!(
            "Kept on this device since {date}. It reaches the employee once there is a connection."
        )
    },
    stale: "The draft was changed since. The employee sees it as it was handed over.",
    current: "The draft is the same.",
    empty: "The summary is still empty. Please fill in at least one field first.",
};

const SUMMARY: SummaryWords = SummaryWords {
    title: |n| format!("Summary of interview {n}"),
    offered_on: |date| format!("Received {date}"),
    talked: "What we talked about",
    insight: "What you noticed",
    decided: "What you decided",
    homework: "Until next time",
    links: "Further information",
    from: |name| format!("From {name}"),
    only_you: "Only you and your consultant can read this",
};

const PEOPLE: PeopleWords = PeopleWords {
    title: "People",
    lead: "A name exists only on the devices of whoever invited the person. People invited by others are shown as numbers.",
    invite: "Invite",
    invite_employee: "Invite an employee",
    invite_lead: "Makes a link to hand over in person. The name is your own memo: encrypted, seen by nobody else.",
    name: "Name (your memo)",
    name_hint: "When joining, people enter their own name.",
    name_missing: "Please enter a name.",
    role: "Role",
    submit: "Make the link",
    nobody: "Nobody invited yet",
    nobody_text: "Invitations you make are listed here.",
    number: |n| format!("Person {n}"),
    me: "You",
    waiting_until: |date| format!("Invited (until {date})"),
    expired: "Invitation expired",
    joined: "Joined",
    devices: |n| if n == 1 { String::from("1 device") } else { format!("{n} devices") },
    devices_column: "Devices",
    state_column: "State",
    open_case: "Open a case",
    has_case: "Case open",
    frozen: "Suspended",
    removed: "Removed",
    freeze: "Suspend",
    thaw: "Let in again",
    remove: "Remove",
    remove_question: "This cannot be undone. From now on this person reads nothing new.",
    revoke: |number| format!("Revoke device {number}"),
    revoke_question: "This cannot be undone. The records on that device are erased when it next connects.",
};

const DEVICES: DevicesWords = DevicesWords {
    title: "My devices",
    lead: "Only the devices listed here can open your records.",
    this: "This device",
    unnamed: "Name not synchronised yet",
    add: "Add a device",
    add_lead: "Make a code and paste it on the new device under “Add my own device”. The keys go straight from this device: keep both open meanwhile.",
    make_code: "Make a code",
    revoke: "Revoke this lost device",
    revoke_question: "This cannot be undone. The records on that device are erased when it next connects; what it has not sent is lost.",
    sure: "Go ahead",
    not_sure: "Cancel",
};

const INVITATION: InvitationWords = InvitationWords {
    person_title: |name| format!("Invitation for {name}"),
    device_title: "Code for a new device",
    person_text: "Give this link to that person alone, best face to face.",
    device_text: "Open Mendan on the new device and paste it under “Add my own device”.",
    link: "Invitation link",
    code: "Code",
    copy_link: "Copy the link",
    copy_code: "Copy the code",
    square: "Square code for a camera",
    expires: |date| format!("Can be used once, until {date}."),
    secret: "This is as good as a key. It is shown only now and cannot be shown again. Do not paste it where others read, such as company mail.",
    done: "Handed over",
};

const UNSEEN: UnseenWords = UnseenWords {
    title: "What stays unseen",
    lead: "Everything is encrypted on the device before it leaves. The keys are on the devices only, not with the server and not with the admins.",
    hidden_title: "What server and admins cannot see",
    hidden: [
        "Everything written: notes, summaries, assessments",
        "Names of people, companies, cases and devices",
        "What kind a document is, and its title",
        "Passphrases and keys",
        "Deleted text and earlier wordings",
    ],
    seen_title: "What the server can see",
    seen: [
        "People and devices as numbers, and their roles",
        "Which number takes part in which document number",
        "When and how often something is sent",
        "The size of the ciphertext, rounded up",
        "The IP address of a connection",
    ],
    why_title: "What is therefore impossible",
    why: [
        "An admin cannot reset a passphrase.",
        "An admin cannot read records or open them for somebody.",
        "Even if a company asks, nothing can be taken out of the server.",
    ],
};

fn role(role: Role) -> &'static str {
    match role {
        Role::Admin => "Admin",
        Role::Consultant => "Consultant",
        Role::Supervisor => "Supervisor",
        Role::Employee => "Employee",
    }
}

fn card(notice: CardNotice) -> &'static str {
    match notice {
        CardNotice::ShownUntilPast => {
            "That day is over. Choose today or a later day to show the card until."
        }
        CardNotice::NothingShown => {
            "No sheet was chosen, or there is nobody to show it to. Nothing is shown."
        }
        CardNotice::CommentChanged => {
            "The comment has changed since you read it. Please read what it says now, and decide again."
        }
        CardNotice::CommentEmpty => "The comment has no words yet, so it was not signed.",
        CardNotice::VersionLost => "This version cannot be read out again as it was.",
    }
}

fn notice(notice: &Notice) -> String {
    match notice {
        Notice::WrongPassphrase => {
            String::from("The passphrase is not right. Check capitals and the keyboard layout.")
        }
        Notice::WeakPassphrase { chars_min } => {
            format!("The passphrase needs at least {chars_min} characters.")
        }
        Notice::WrongLink => String::from(
            "The link or code is not right. Check that it was not cut off and paste it again.",
        ),
        Notice::UnknownLink => String::from(
            "The server does not know this link yet. Check that it was not cut off. After the server was restored, the link works once the device of whoever gave it to you has connected: try again in some minutes.",
        ),
        Notice::NoExport => both("import.damaged")[1].to_owned(),
        Notice::LinkSpent => String::from("This link was used already. Please ask for a new one."),
        Notice::LinkExpired => String::from("This link has expired. Please ask for a new one."),
        Notice::NeedsNetwork => {
            String::from("This needs a connection once. Please try again where there is one.")
        }
        Notice::TooLong => String::from(
            "The text is longer than one field can hold; the last change was not saved. Please use another field.",
        ),
        Notice::StandsApart => String::from(
            "The server has another past of this record. What is here can be read, but nothing written on top of it would reach another device, so this change was not saved. Please copy it into a new record.",
        ),
        Notice::Refused { code } => format!(
            "The server did not accept it ({code}). What you typed is on this device. If this goes on, give the code to your admin."
        ),
        Notice::Quarantined => String::from(
            "A change from another device could not be applied and was set aside. Everything else works.",
        ),
        Notice::UpdateNeeded => {
            String::from("Something newer than this version arrived. Update the app to read it.")
        }
        Notice::StoreDamaged { records } => format!(
            "{records} records on this device cannot be read. What was sent is fetched again from the server."
        ),
        Notice::AccountClosed => String::from(
            "This account cannot be used at present. Your records are still on this device. Ask your administrator.",
        ),
        Notice::Shredded { edits, .. } => format!(
            "The record was destroyed, and with it {edits} unsent changes that only this device had."
        ),
        Notice::LeftBehind { edits, .. } => format!(
            "The record was finalised. {edits} unsent changes of this device came too late; they stay on this device with the earlier record. Copy them into the new one if they are needed."
        ),
        Notice::WrongKit => String::from(
            "No recovery sheet at this address has these words. Compare the address with the one on the sheet.",
        ),
        Notice::Card(notice) => String::from(card(*notice)),
        Notice::KitReplaced => String::from(
            "This recovery sheet has ended. Use the one made later, or meet your consultant to be let in again.",
        ),
        Notice::Room(notice) => super::en_room::notice(notice),
        Notice::Report(told) => super::report::en(told),
        Notice::MatterNotDone { why, what } => super::not_done(super::Language::English, why, what),
        Notice::NoMemory => String::from(
            "There is too little memory to derive the key. Close other apps or tabs and try again.",
        ),
    }
}
