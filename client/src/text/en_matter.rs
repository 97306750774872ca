//! Danger, and what is told to others, in words. The cards of windows to turn to are here as well.

use super::words::{Window, Word};

/// Words by the set they belong to.
pub(super) const SETS: &[(Word, &[(Word, Word)])] = &[
    ("why", WHYS),
    ("ground", GROUNDS),
    ("category", CATEGORIES),
    ("judgement", JUDGEMENTS),
    ("told_consent", CONSENTS),
    ("recipient", RECIPIENTS),
    ("conflict", CONFLICTS),
    ("identity", IDENTITIES),
    ("answer", ANSWERS),
    ("means", MEANS),
    ("signer", SIGNERS),
    ("risk_kind", RISK_KINDS),
    ("contact_kind", CONTACT_KINDS),
    ("reply", REPLIES),
];

const WHYS: &[(Word, Word)] = &[
    ("not_now", "This cannot be done as things stand. Look at the state again."),
    ("not_permitted", "It may not be told."),
    ("other_way", "This goes another way, as a report or a copy, not as words."),
    ("unmet", "Something is needed first."),
    ("faulty", "It may not be told in these words."),
    ("other_words", "The words on the screen are not the current ones. Read them again."),
];

const GROUNDS: &[(Word, Word)] = &[
    ("intention", "That the employee was told the intention, or why not"),
    ("why_no_consent", "Why there is no consent, or why it is hard to get"),
    ("lawyer", "Which lawyer saw the order, and when"),
    ("representative", "When the representative saw the order"),
    ("reporter_law", "That the protection of reporters was explained"),
    ("written_consent", "Where the written consent to publication is"),
    ("windows_given", "That the list of windows was given"),
];

const CATEGORIES: &[(Word, Word)] = &[
    ("danger", "Danger to life or body"),
    ("hazard", "A hazard at work"),
    ("order", "An order or duty by law"),
    ("violation", "A violation of law"),
    ("harassment", "Harassment"),
    ("benefit", "Something that would help the employee"),
    ("tendency", "A tendency of a group"),
    ("inquiry", "A question about one person"),
    ("attendance_planned", "How many came, as planned"),
    ("attendance_asked", "A question about who came"),
    ("supervision", "Supervision"),
    ("handover", "A hand-over"),
    ("referral", "A referral to a professional"),
    ("own_shared", "The employee's shared documents"),
    ("own_note", "The employee's request for the notes"),
    ("publication", "Research or publicity"),
    ("unsure", "Not sure which"),
];

const JUDGEMENTS: &[(Word, Word)] = &[
    ("none", "None"),
    ("watch", "To be watched"),
    ("concern", "Considerable concern"),
    ("urgent", "Urgent"),
];

const CONSENTS: &[(Word, Word)] = &[
    ("given", "Given"),
    ("refused", "Refused"),
    ("unknown", "Not asked yet, or impossible to ask"),
    ("withdrawn", "Withdrawn"),
];

const RECIPIENTS: &[(Word, Word)] = &[
    ("management", "Our management"),
    ("admin", "The administrator"),
    ("vendor", "The vendor"),
    ("ambulance", "119"),
    ("police", "110"),
    ("family", "Family or emergency contact"),
    ("health", "The company's physician or health staff"),
    ("safety_contact", "The company's contact for safety"),
    ("window", "A window for reports"),
    ("personnel", "Personnel"),
    ("superior", "A superior"),
    ("authority", "An authority"),
    ("lawyer", "A lawyer"),
    ("professional", "A professional referred to"),
    ("supervisor", "The supervisor"),
    ("successor", "The consultant who takes over"),
    ("employee", "The employee"),
    ("public", "The public"),
    ("other", "Somebody else"),
];

const CONFLICTS: &[(Word, Word)] = &[
    ("unchecked", "Not checked"),
    ("ok", "Neither whom it is about nor in their line"),
    ("is_subject", "Whom it is about"),
    ("in_line", "In the line above them, or handles it for them"),
];

const IDENTITIES: &[(Word, Word)] =
    &[("named", "By name"), ("role_only", "By role only"), ("anonymous", "Anonymous")];

const ANSWERS: &[(Word, Word)] = &[
    ("approved", "These words are right"),
    ("changes_asked", "Please change them"),
    ("refused", "Do not tell this"),
    ("withdrawn", "I take my consent back"),
];

const MEANS: &[(Word, Word)] = &[("spoken", "By word of mouth"), ("written", "In writing")];

const SIGNERS: &[(Word, Word)] =
    &[("consultant", "Consultant"), ("lead", "Lead consultant"), ("supervisor", "Supervisor")];

const RISK_KINDS: &[(Word, Word)] = &[
    ("self_harm", "Self-harm or suicide"),
    ("harm_to_others", "Harm to others"),
    ("life", "Other danger to life and body (violence at home, accidents, overwork)"),
    ("child_abuse", "Abuse of a child (has to be notified)"),
];

const CONTACT_KINDS: &[(Word, Word)] = &[
    ("emergency", "Emergency"),
    ("line", "Telephone line"),
    ("person", "Somebody close"),
    ("outside", "A window outside the company"),
    ("company", "A window of the company"),
];

const REPLIES: &[(Word, Word)] = &[("standard", "We cannot answer questions about individuals.")];

/// Shown where the firm entered none. Numbers as public offices give them.
pub(super) const WINDOWS: &[Window] = &[
    Window { kind: "emergency", name: "Ambulance and fire", phone: "119", note: "24 hours" },
    Window { kind: "emergency", name: "Police", phone: "110", note: "24 hours" },
    Window {
        kind: "line",
        name: "Yorisoi Hotline",
        phone: "0120-279-338",
        note: "24 hours, free, several languages",
    },
    Window {
        kind: "line",
        name: "#Inochi SOS",
        phone: "0120-061-338",
        note: "Free, in Japanese; hours as announced",
    },
    Window {
        kind: "line",
        name: "Mental health line of the prefectures",
        phone: "0570-064-556",
        note: "In Japanese; hours depend on the place",
    },
    Window {
        kind: "line",
        name: "Inochi no Denwa",
        phone: "0120-783-556",
        note: "Free, in Japanese, 16:00 to 21:00",
    },
    Window {
        kind: "outside",
        name: "Hotline for working conditions",
        phone: "0120-811-610",
        note: "Free; weekday evenings, weekends and holidays",
    },
];
