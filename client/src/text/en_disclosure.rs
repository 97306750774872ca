//! What may be told, why and to whom: the words of the rules.

use super::words::Word;

/// The rules' words, set by set.
pub(super) const RULES: &[(Word, &[(Word, Word)])] = &[
    ("row", ROWS),
    ("need", NEEDS),
    ("duty", DUTIES),
    ("saying", SAYINGS),
    ("naming", NAMINGS),
    ("basis", BASES),
    ("fault", FAULTS),
    ("state", STATES),
    ("lack", LACKS),
    ("finding", FINDINGS),
    ("remedy", REMEDIES),
    ("mask", MASKS),
    ("class", CLASSES),
];

const ROWS: &[(Word, Word)] = &[
    (
        "r0",
        "Our management, admins and suppliers are told nothing. There is no key for them to read with.",
    ),
    (
        "r1",
        "A life is in urgent danger. Those who can help may be told what is needed, even without consent.",
    ),
    ("r1_subject", "The danger comes from this recipient. Choose another."),
    (
        "r2",
        "There is considerable concern and the employee agrees. The agreed words may go to the agreed recipient.",
    ),
    (
        "r2_conflict",
        "This recipient is involved, or is a superior of who is. Choose another with the employee.",
    ),
    (
        "r3",
        "There is considerable concern, but no consent. With a second opinion and two signatures, the least that protects may be told.",
    ),
    ("r3_subject", "The danger comes from this recipient. Choose another."),
    (
        "r4",
        "It is to be watched, and the employee does not agree. Nothing is told; make a safety plan and set the day of the next look.",
    ),
    ("r5", "A hazard at work. The safety contact may be told, so that nobody is recognised."),
    (
        "r5_agreed",
        "A hazard at work. The safety contact may be told in the words the employee approved.",
    ),
    (
        "r6",
        "The law compels. What is ordered is shown, and no more, once a lawyer and the representative have seen the order.",
    ),
    ("r7", "The employee agrees. The approved words may go to the designated window."),
    (
        "r7_conflict",
        "Only a designated window may be told, and not one that is the person concerned, their superior, or handled by either.",
    ),
    (
        "r8",
        "Without the employee's consent the company is told nothing. Hand over the list of windows.",
    ),
    ("r9", "It helps the employee, who agrees. The approved words may go to whom they chose."),
    ("r10", "Without the employee's consent the company is told nothing."),
    (
        "r11",
        "Tendencies of ten people and more may be told, in a report that passed its privacy check.",
    ),
    ("r11_small", "Fewer than ten people: not even tendencies are told."),
    (
        "r12",
        "Questions about one person are not answered. The reply is that individual matters are not discussed.",
    ),
    ("r13", "Of a planned period, the number of people may be told."),
    ("r13_asked", "Who came, and whether anybody did, is not told."),
    ("r14", "The employee agrees. The supervisor may have a copy that names nobody."),
    (
        "r14_no",
        "Without the employee's consent the case is not used in supervision, nor talked about there.",
    ),
    ("r15", "The records may go to the successor the employee agreed to."),
    (
        "r15_no",
        "Without the employee's consent nothing is handed over. The employee may tell the successor what they want known.",
    ),
    ("r16", "The letter that the employee approved may go to the professional."),
    ("r17", "These documents are shared with the employee, who may read them at any time."),
    (
        "r17_masked",
        "The employee asks for their data. It is disclosed, except where there is a reason not to.",
    ),
    ("r18", "The employee agrees in writing to publication, text included."),
    ("r18_no", "Without the employee's written consent nothing is published."),
    ("r19", "No rule permits it, so nothing is told. In doubt, ask the supervisor."),
];

const NEEDS: &[(Word, Word)] = &[
    ("approval", "The employee approves these words"),
    ("conflict_check", "Check that the recipient is neither the person concerned nor a superior"),
    ("second_opinion", "Ask the lead or the supervisor, without naming anybody"),
    ("two_signatures", "Signatures of the consultant and of the lead or the supervisor"),
    ("intention", "Tell the employee what you intend (or write why that would raise the danger)"),
    ("why_no_consent", "Write why there is no consent"),
    ("safety_plan", "Make a safety plan"),
    ("anonymity_check", "Check that the words point to nobody"),
    ("legal_review", "A lawyer and the representative see the order"),
    ("reporter_law", "Explain to the employee how reporters are protected"),
    ("privacy_check", "Pass the privacy check"),
    ("written_consent", "Get written consent to publication"),
];

const DUTIES: &[(Word, Word)] = &[
    ("log_request", "Write down that it was asked for"),
    ("tell_afterwards", "Explain it to the employee afterwards"),
    ("opinion_if_time", "Ask a second opinion if there is time"),
    ("plan_and_recheck", "Make a safety plan and set the day of the next look"),
    (
        "give_windows",
        "Hand over the list of windows (company, public, lawyers) and note that you did",
    ),
    ("tell_unless_barred", "Tell the employee unless that is barred"),
    (
        "ask_to_stop",
        "If it was sent before: mark it, ask the recipient not to use it, show the employee",
    ),
    ("standard_reply", "Answer with the standard reply"),
    ("tell_next_time", "Tell the employee at the next interview"),
    ("merge_groups", "Widen the group; else ask everybody in it, or leave it out"),
    ("not_verbally", "Do not talk about it either"),
    ("retold_by_employee", "The employee may tell the successor what they want known"),
    ("ledger", "Enter it in the ledger and answer in time"),
    ("ask_supervisor", "Ask the supervisor"),
];

const SAYINGS: &[(Word, Word)] = &[
    ("danger", "The danger, where, and what is needed now; nothing about the career"),
    ("approved", "The words that the employee approved"),
    ("minimum", "The least that protects"),
    ("hazard", "The hazard"),
    ("ordered", "What is ordered"),
    ("aggregate", "Aggregates and general statements"),
    ("counts", "Numbers of people"),
    ("copy", "A copy that names nobody"),
    ("sealed", "The interview notes"),
    ("whole", "The documents as they are"),
    ("masked", "The documents without what is withheld"),
];

const NAMINGS: &[(Word, Word)] = &[
    ("named", "Named"),
    ("chosen", "As the employee chose"),
    ("unavoidable", "Named only if it cannot be avoided"),
    ("anonymous", "Anonymous"),
    ("ordered", "As ordered"),
    ("nobody", "About nobody in particular"),
];

const BASES: &[(Word, Word)] = &[
    ("consent", "The employee's consent"),
    ("life", "Protection of life and body"),
    ("law", "A law"),
    ("group", "A count that is about nobody in particular"),
    ("own", "The employee's own data"),
];

const FAULTS: &[(Word, Word)] = &[
    ("empty", "There are no words."),
    ("too_long", "Too long: say only what is needed."),
    ("copies_note", "A sentence of the interview note is in it."),
    ("names_employee", "The employee's name is in it."),
    ("not_anonymous", "This may be told anonymously only."),
    ("no_recipient", "It is not written who will be told."),
];

const STATES: &[(Word, Word)] = &[
    ("drafted", "Draft"),
    ("sent_to_ee", "With the employee"),
    ("approved", "Approved by the employee"),
    ("changes_asked", "The employee asks for changes"),
    ("refused", "Refused by the employee"),
    ("transmitted", "Told"),
    ("acknowledged", "Confirmed by the recipient"),
    ("followed_up", "Followed up"),
    ("withdrawn", "Withdrawn after it was told"),
    ("blocked", "May not be told"),
];

const LACKS: &[(Word, Word)] = &[
    ("facts", "What was seen and heard"),
    ("asked", "What was asked"),
    ("kind", "What kind of danger"),
    ("told", "Whether the employee was told, or why not"),
    ("why_no_consent", "Why there is no consent"),
    ("second_opinion", "A second opinion"),
    ("actions", "What was done"),
    ("recheck", "When it will be looked at again"),
    ("recheck_too_late", "Look at it again within twenty-four hours"),
    ("safety_plan", "A safety plan that helps (something to do, and somebody outside the company)"),
];

const FINDINGS: &[(Word, Word)] = &[
    ("too_few_people", "Too few people were counted."),
    ("small_group", "A group has too few people."),
    ("small_count", "A count of one or two is shown."),
    ("derivable", "A hidden count follows from the others."),
    ("other_table", "The report before left this table out."),
    ("other_groups", "The report before divides people into other groups."),
    ("before_unknown", "The figures of the report before are gone, so nothing can be compared."),
    ("few_new_people", "Beside the report before, one or two people stand out."),
    ("few_new_in_group", "Beside the report before, one or two people of a group stand out."),
    (
        "few_new_in_mean",
        "Beside the mean of the report before, what one or two people said stands out.",
    ),
    ("few_new", "The difference to the report before is one or two people."),
    ("shown_again", "A count is shown that the report before hid."),
    ("names_person", "A name of the roster is in the text."),
    ("may_name_person", "A word may be a name of the roster."),
    ("names_unit", "A unit with few people is named."),
    ("quotes", "A sentence of an interview note is in the text."),
    ("thin_statement", "Too few cases stand behind it."),
];

const REMEDIES: &[(Word, Word)] = &[
    ("wait", "Wait for more people, or report on a longer time"),
    ("merge_groups", "Merge it with another group"),
    ("hide", "Hide it"),
    ("separate_periods", "Let the periods not overlap, or merge rows"),
    ("remove_name", "Take the name out"),
    ("look", "Look whether it means a person"),
    ("larger_unit", "Name a larger unit"),
    ("paraphrase", "Say it in other words"),
    ("more_cases", "Find more cases that say so, or leave it out"),
];

const MASKS: &[(Word, Word)] = &[
    (
        "harm",
        "It could harm life, body, property or other rights of the person or of others (APPI 33(2)(i))",
    ),
    ("business", "It would seriously hinder the proper conduct of the work (APPI 33(2)(ii))"),
    ("other_law", "It would break another law (APPI 33(2)(iii))"),
];

const CLASSES: &[(Word, Word)] = &[
    ("note", "Interview notes"),
    ("shared", "Shared documents (our copy)"),
    ("consent", "Consents"),
    ("disclosure", "Records of what was told"),
    ("disclosure_life", "Records of what was told to protect a life"),
    ("job_card", "Access to the job card"),
    ("schedule", "Appointments"),
    ("schedule_names", "Names in appointments"),
    ("roster", "The company's roster"),
    ("contribution", "What a report was counted from"),
    ("report", "Reports to the company"),
    ("supervision", "Copies for supervision"),
    ("audit", "Audit records"),
    ("incident", "Incident records"),
];
