//! Dangers, what was told to others, and what became of cases afterwards.

use shared::time::UnixMillis;

use super::{
    calendar::moment,
    example::{APPROVED, MIN_TEXT},
    place::Company,
};

/// Dangers: number, which interview, how grave.
pub const RISKS: [(&str, usize, &str); 7] = [
    ("C-0009", 1, "watch"),
    ("A-0103", 1, "watch"),
    ("A-0119", 0, "watch"),
    ("B-0036", 2, "watch"),
    ("C-0006", 1, "watch"),
    ("A-0118", 2, "concern"),
    ("B-0042", 1, "urgent"),
];

/// What a consultant writes of a danger.
#[derive(Clone, Copy, Debug)]
pub struct Danger {
    /// Codes of what it is of.
    pub kind: &'static [&'static str],
    /// What was seen.
    pub facts: &'static str,
    /// What was asked.
    pub asked: &'static str,
    /// What protects.
    pub protective: &'static str,
    /// Whether they consent to somebody being told.
    pub consent: &'static str,
    /// Why not.
    pub consent_why: &'static str,
    /// Who was asked for an opinion, when and what they said.
    pub opinion: Option<(&'static str, &'static str, &'static str)>,
    /// What was done.
    pub actions: &'static [&'static str],
    /// How many hours later it is looked at again.
    pub recheck_hours: u64,
}

/// What became of something to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// It was told.
    Sent,
    /// The recipient is of the line of the person concerned.
    Blocked,
    /// The employee does not want it.
    Refused,
    /// The employee took it back before it was sent.
    Withdrawn,
}

/// Something to be told to somebody, or not.
#[derive(Clone, Copy, Debug)]
pub struct Disclosure {
    /// Of whose case.
    pub number: &'static str,
    /// Row of the decision table.
    pub row: &'static str,
    /// When it was decided.
    pub at: &'static str,
    /// Kind of the matter, in the words of the table.
    pub category: &'static str,
    /// To whom.
    pub recipient: &'static str,
    /// The exact words.
    pub text: &'static str,
    /// Named, by role or anonymous.
    pub identity: &'static str,
    /// By what right.
    pub basis: &'static str,
    /// Who signs beside the consultant.
    pub second: Option<&'static str>,
    /// What became of it.
    pub course: Course,
    /// When it was told.
    pub told_at: Option<&'static str>,
    /// What came of it.
    pub follow_up: &'static str,
}

/// The one that was withdrawn, by its place.
pub const WITHDRAWN_DISCLOSURE: usize = 8;

/// Nine decisions.
pub const DISCLOSURES: [Disclosure; 9] = [
    Disclosure {
        number: "A-0105",
        row: "R5",
        at: "2026-08-31T17:20",
        category: "職場の安全上の危険",
        recipient: "安全衛生委員会",
        text: "製造二課の塗装の排気の装置に、布で留めたままの覆いがあると聞いています。点検をお願いします。",
        identity: "anonymous",
        basis: "life",
        second: None,
        course: Course::Sent,
        told_at: Some("2026-09-01T09:15"),
        follow_up: "覆いを交換。全機種の点検を実施。",
    },
    Disclosure {
        number: "A-0104",
        row: "R9",
        at: "2026-07-10T11:40",
        category: "本人の利益になる伝達",
        recipient: "人事課長",
        text: "短時間勤務の終わりの時期について、本人が相談の機会を望んでいます。",
        identity: "named",
        basis: "consent",
        second: None,
        course: Course::Sent,
        told_at: Some("2026-07-13T10:00"),
        follow_up: "面談の日を設定。",
    },
    Disclosure {
        number: "B-0042",
        row: "R1",
        at: "2026-02-17T19:00",
        category: "自傷・他害・生命/身体の危険",
        recipient: "119・緊急連絡先(姉)",
        text: MIN_TEXT,
        identity: "named",
        basis: "life",
        second: Some("lead(電話, 匿名で5分)"),
        course: Course::Sent,
        told_at: Some("2026-02-17T19:06"),
        follow_up: "24時間後に見直し。2026-03-02に本人へ説明。",
    },
    Disclosure {
        number: "A-0118",
        row: "R3",
        at: "2026-10-01T18:30",
        category: "自傷・他害・生命/身体の危険",
        recipient: "産業保健の窓口",
        text: "健康の面で早めに声をかけていただきたい方がいます。本人には伝えることを説明しています。",
        identity: "anonymous",
        basis: "life",
        second: Some("大野 陽子"),
        course: Course::Sent,
        told_at: Some("2026-10-01T19:10"),
        follow_up: "翌日に保健師が面談。",
    },
    Disclosure {
        number: "C-0006",
        row: "R9",
        at: "2026-09-16T11:30",
        category: "本人の利益になる伝達",
        recipient: "法人本部 相談窓口",
        text: "ユニットリーダーの研修に参加したいという希望があります。",
        identity: "named",
        basis: "consent",
        second: None,
        course: Course::Sent,
        told_at: Some("2026-09-18T09:30"),
        follow_up: "次年度の研修に推薦。",
    },
    Disclosure {
        number: "C-0009",
        row: "R8",
        at: "2026-09-08T10:40",
        category: "法令違反・ハラスメント",
        recipient: "会社",
        text: "",
        identity: "anonymous",
        basis: "consent",
        second: None,
        course: Course::Refused,
        told_at: None,
        follow_up: "窓口一覧を渡した。",
    },
    Disclosure {
        number: "C-0009",
        row: "R7",
        at: "2026-09-24T10:50",
        category: "法令違反・ハラスメント",
        recipient: "施設の相談窓口",
        text: APPROVED,
        identity: "anonymous",
        basis: "consent",
        second: None,
        course: Course::Blocked,
        told_at: None,
        follow_up: "主任の上長で実質担当。",
    },
    Disclosure {
        number: "C-0009",
        row: "R7",
        at: "2026-09-24T10:58",
        category: "法令違反・ハラスメント",
        recipient: "法人本部 相談窓口",
        text: APPROVED,
        identity: "anonymous",
        basis: "consent",
        second: None,
        course: Course::Sent,
        told_at: Some("2026-09-28T09:30"),
        follow_up: "本部「全ユニットで申し送りの場の運用を見直す研修」",
    },
    Disclosure {
        number: "B-0046",
        row: "R10",
        at: "2026-10-20T16:10",
        category: "本人の利益になる伝達",
        recipient: "人事担当",
        text: "企画の仕事への異動を希望されています。",
        identity: "named",
        basis: "consent",
        second: None,
        course: Course::Withdrawn,
        told_at: None,
        follow_up: "",
    },
];

/// A copy without identity for the supervisor: whose case, which interview, and whether it came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copy {
    /// Of which interview, by its place among the firm's.
    pub interview: usize,
    /// When it was made, or tried.
    pub at: UnixMillis,
    /// Whether the employee's word allows it.
    pub is_allowed: bool,
    /// Whether they are asked about this one.
    pub asks: bool,
}

/// How many copies there are, beside the one that was not made.
pub const COPIES: usize = 6;
/// Whose withdrawal stops a copy that was being made offline, and of which interview.
pub const BLOCKED_COPY: (&str, usize) = ("A-0102", 0);

/// What somebody asks of their data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To see it; so many spans of it are masked.
    Disclosure(usize),
    /// To have it put right.
    Correction,
    /// To have it destroyed.
    Erasure,
}

/// Requests: number, what, when asked, when answered.
pub const REQUESTS: [(&str, Wish, &str, &str); 4] = [
    ("A-0120", Wish::Disclosure(3), "2026-09-02T20:00", "2026-09-14T16:00"),
    ("B-0038", Wish::Disclosure(0), "2026-10-05T12:10", "2026-10-09T15:30"),
    ("A-0108", Wish::Correction, "2026-10-08T19:20", "2026-10-12T10:00"),
    ("B-0048", Wish::Erasure, "2026-10-19T21:45", "2026-10-23T11:00"),
];

/// A report to a company.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    /// As people call it.
    pub name: &'static str,
    /// About whose people.
    pub company: Company,
    /// First day.
    pub from: &'static str,
    /// Last day.
    pub to: &'static str,
    /// When it was written.
    pub at: &'static str,
    /// How many people are counted.
    pub people: usize,
    /// Whether the privacy check lets it go.
    pub passes: bool,
}

/// The reports.
pub const REPORTS: [Report; 5] = [
    Report {
        name: "A-2025",
        company: Company::A,
        from: "2024-11-01",
        to: "2025-10-31",
        at: "2025-11-20T10:00",
        people: 24,
        passes: true,
    },
    Report {
        name: "A-2026",
        company: Company::A,
        from: "2025-11-01",
        to: "2026-10-31",
        at: "2026-10-31T10:00",
        people: 21,
        passes: true,
    },
    Report {
        name: "B-2025H1",
        company: Company::B,
        from: "2025-01-01",
        to: "2025-06-30",
        at: "2025-07-22T10:00",
        people: 9,
        passes: false,
    },
    Report {
        name: "B-2025",
        company: Company::B,
        from: "2025-01-01",
        to: "2025-12-31",
        at: "2026-01-20T10:00",
        people: 15,
        passes: true,
    },
    Report {
        name: "C-2026",
        company: Company::C,
        from: "2025-11-01",
        to: "2026-10-31",
        at: "2026-10-31T14:00",
        people: 10,
        passes: true,
    },
];

/// What was seen and done where there is a danger.
pub fn danger(level: &str) -> Danger {
    match level {
        "urgent" => Danger {
            kind: &["self_harm"],
            facts: "面談の終わり近く、本人が今夜の具体的な手段に言及。",
            asked: "希死念慮・計画・手段・時期を直接たずねた。",
            protective: "姉と連絡が取れる。",
            consent: "refused",
            consent_why: "拒否, 生命の危険が切迫",
            opinion: Some(("lead(電話)", "2026-02-17T18:58", "匿名で5分。伝えるべき状態と一致。")),
            actions: &["同席を続ける", "本人に「伝える」と説明", "緊急連絡先(姉)と119へ"],
            recheck_hours: 24,
        },
        "concern" => Danger {
            kind: &["life"],
            facts: "三週間の眠りの乱れと、運転中に意識が途切れたという話。",
            asked: "消えたい気持ちの有無、計画、運転の予定をたずねた。",
            protective: "家族と同居。運転は同僚に頼める。",
            consent: "refused",
            consent_why: "会社に知られたくない",
            opinion: Some((
                "大野 陽子",
                "2026-10-01T18:20",
                "匿名の要点で相談。最小限の伝達に同意。",
            )),
            actions: &["運転を控える約束", "安全計画を一緒に作成", "産業保健の窓口へ"],
            recheck_hours: 24,
        },
        _ => Danger {
            kind: &["self_harm"],
            facts: "「消えたい日があった」という発言。計画・手段はない。",
            asked: "希死念慮・計画・手段・時期を直接たずねた。",
            protective: "家族と同居、友人に話せている。",
            consent: "refused",
            consent_why: "伝える必要はないと本人が判断",
            opinion: None,
            actions: &["安全計画の作成", "相談先の一覧を渡す"],
            recheck_hours: 7 * 24,
        },
    }
}

impl Disclosure {
    /// When it was decided.
    pub fn decided_at(&self) -> UnixMillis {
        moment(self.at)
    }
}
