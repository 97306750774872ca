//! Words for recovery, for who reads what, and for what was set aside.

use engine::view::Unopened;
use shared::log::document::Access;

use super::ending::{MembersWords, OpeningWords, PolicyWords, RecoveryWords, RegrantWords};

pub(super) const RECOVERY: RecoveryWords = RecoveryWords {
    title: "Recovery sheet",
    lead: "If you lose every device, the 24 words on this sheet bring you back to your records. Neither an admin nor the firm can do it for you.",
    none: "You have none yet. Whoever loses every device cannot come back to their records.",
    made: |date| format!("Made on {date}. Making a new one ends the one before."),
    ended: "Your sheet ended when you revoked the device that made it. Make a new one and throw the old one away.",
    passphrase: "This device's passphrase",
    passphrase_hint: "So that nobody makes one on a device left open.",
    make: "Make a recovery sheet",
    make_again: "Make a new one (ends the one before)",
    sheet_title: "Recovery sheet",
    warning: "Whoever has this sheet can open all your records with it alone. Keep it in an envelope under lock and key, apart from your devices. Do not photograph or send it.",
    whose: "Name",
    when: "Made",
    address: "Where to use it",
    square: "Square code for recovery",
    steps_title: "To use it",
    steps: [
        "Open the address above on a new device.",
        "Choose \"Come back with a recovery sheet\" and type the 24 words in hiragana, in order.",
        "You are back when it says that every document opens. Revoke lost devices under Devices.",
    ],
    keep: "If you lose the sheet, or somebody may have seen it, make a new one under Devices at once. The old one ends there and then.",
    print: "Print",
    done: "Put away. Close",
    way: "Come back with a recovery sheet",
    way_text: "When every device is lost. Uses the 24 words printed on paper.",
    way_submit: "Come back to my records",
    words: "The 24 words",
    words_hint: "In order, with spaces or line breaks between them; hiragana or katakana. Or paste what the square code says, beginning with kit.",
    words_missing: "Type the 24 words of your recovery sheet.",
    words_so_far: |found, all| format!("{found} of {all} words read."),
    words_count: |found, all| format!("There must be {all} words; these are {found}."),
    words_right: "All 24 words are there.",
    word_unknown: |n| {
        format!(
            "Word {n} is not in the list. Compare it with number {n} on the sheet, small kana and voicing marks too."
        )
    },
    words_checksum: "Every word is in the list, but they do not belong together. Check their order, and words that look alike.",
};

pub(super) const OPENING: OpeningWords = OpeningWords {
    title: "Does everything open?",
    linked: "This device was added",
    recovered: "You are back with your recovery sheet",
    all: |n| format!("Every document ({n}) opens on this device."),
    some: |opened, known| format!("{opened} of {known} documents open on this device."),
    reason: |reason, n| match reason {
        Unopened::Fetching => format!("{n} are still arriving. Please wait."),
        Unopened::NoKey => format!(
            "{n} wait for their key. It comes when another device of yours, or of somebody who shares them, is open."
        ),
        Unopened::SetAside => {
            format!("{n} have changes that were set aside. They are listed on the first page.")
        }
        Unopened::Refused => format!("{n} could not be agreed on with the server. Tell an admin."),
    },
    seen: "I have seen it",
};

pub(super) const REGRANT: RegrantWords = RegrantWords {
    ask: "Lost every device: confirm in person",
    title: |name| format!("Let {name} in again"),
    lead: "Go on only if the person stands before you and you know them. The new account will read the shared documents that you manage; the former account reads nothing from then on.",
    nobody: "First make a new invitation and let the person join on a new device. Then choose the account here.",
    successor: "The person's new account",
    seen: "I have confirmed the person face to face",
    go: "Hand over to the new account",
    done_title: "Handed over",
    done: |n| format!("The new account can read {n} documents."),
    left: |n| {
        format!(
            "{n} are managed by somebody else and were left. Ask them to confirm the person too."
        )
    },
    after: "Ask an admin to remove the former account and its devices.",
};

pub(super) const MEMBERS: MembersWords = MembersWords {
    title: |n| format!("Who reads this document ({n})"),
    access: |access| match access {
        Access::Reader => "Reads",
        Access::Writer => "Reads and writes",
        Access::Manager => "Reads, writes, lets people in and out",
    },
    let_out: "Let out",
    let_out_question: "They will read nothing from here on. What they have read cannot be taken back.",
    let_in_title: "Let somebody in",
    whom: "Whom",
    what: "To do what",
    since: "From when on",
    since_beginning: "From the beginning",
    since_now: "From now on",
    since_now_text: "What the document holds today is written into a new one, which they are given. Deleted and rewritten words stay behind.",
    consent: "The employee has consented",
    let_in: "Let in",
    waiting: |n| format!("{n} changes are on their way."),
    ends: "Fair copy and destruction",
    finalise: "Make a fair copy",
    finalise_text: "What the document holds today is written into a new one; its drafts are destroyed in 30 days. Its readers stay the same.",
    finalise_question: "The fair copy takes this document's place. How it came about is lost in 30 days.",
    shred: "Destroy",
    shred_text: "Deletes the document from the server and from the devices of everybody who reads it.",
    shred_question: "Nobody can bring back a document that was destroyed.",
};

pub(super) const POLICY: PolicyWords = PolicyWords {
    title: "Rules for devices",
    lead: "How long a device can be opened without a connection. After that it shows nothing until it has asked the server once, so that a lost device does not stay open for long.",
    legend: "Without a connection",
    hours: |n| if n % 24 == 0 { format!("{} days", n / 24) } else { format!("{n} hours") },
    state: |n| format!("In force: {n} hours"),
};
