//! The companies and their rooms.

use engine::casework::date::Date;

use super::calendar::day;

/// A company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Company {
    /// 株式会社みなと精工: planned and on demand.
    A,
    /// ソラノート合同会社: on demand only.
    B,
    /// 社会福祉法人ひだまりの丘: planned.
    C,
}

/// What was agreed with a company.
#[derive(Clone, Copy, Debug)]
pub struct Contract {
    /// Which.
    pub company: Company,
    /// As registered.
    pub name: &'static str,
    /// As read.
    pub kana: &'static str,
    /// Major group of the industry classification.
    pub industry: &'static str,
    /// Size as a code of the company's document.
    pub size: &'static str,
    /// How many people work there.
    pub heads: i64,
    /// What it wants of its people.
    pub vision: &'static str,
    /// On demand, planned or both, as a code.
    pub kind: &'static str,
    /// Whether people may come again, as a code.
    pub continuation: &'static str,
    /// Most interviews of one person in a year, if limited.
    pub interviews_max: Option<i64>,
    /// First day.
    pub from: &'static str,
    /// Last day.
    pub to: &'static str,
    /// Units and how many people are in each.
    pub units: &'static [(&'static str, i64)],
    /// Windows: name, role, and whether for harassment, for whistle-blowing, for safety.
    pub contacts: &'static [(&'static str, &'static str, [bool; 3])],
}

/// A room.
#[derive(Clone, Copy, Debug)]
pub struct Venue {
    /// Of which company; the firm's own office is nobody's.
    pub company: Option<Company>,
    /// As people call it.
    pub name: &'static str,
    /// Whose room it is, as a code.
    pub kind: &'static str,
    /// Where.
    pub address: &'static str,
    /// Whether there is no network in it.
    pub has_no_network: bool,
    /// Whether voices stay in it.
    pub is_quiet: bool,
    /// Starts of interviews on a day, hours and minutes.
    pub starts: &'static [(u64, u64)],
}

/// The three contracts.
pub const CONTRACTS: [Contract; 3] = [
    Contract {
        company: Company::A,
        name: "株式会社みなと精工",
        kana: "みなとせいこう",
        industry: "e",
        size: "under_1000",
        heads: 420,
        vision: "技能を伝え、自分で考えて動く人を育てる。年代ごとに立ち止まって考える機会を設ける。",
        kind: "mixed",
        continuation: "limited",
        interviews_max: Some(3),
        from: "2024-10-01",
        to: "2027-10-31",
        units: &[
            ("製造一課", 120),
            ("製造二課", 110),
            ("品質保証課", 45),
            ("営業課", 40),
            ("生産技術課", 38),
            ("総務課", 35),
            ("資材課", 32),
        ],
        contacts: &[
            ("渡辺 昭", "人事課長", [false, false, false]),
            ("相談窓口(総務)", "ハラスメント相談窓口", [true, false, false]),
            ("監査室", "通報窓口", [false, true, false]),
            ("安全衛生委員会", "安全の担当", [false, false, true]),
        ],
    },
    Contract {
        company: Company::B,
        name: "ソラノート合同会社",
        kana: "そらのーと",
        industry: "g",
        size: "under_100",
        heads: 85,
        vision: "一人ひとりが自分の働き方を選び、変えていける会社にする。",
        kind: "on_demand",
        continuation: "unlimited",
        interviews_max: None,
        from: "2024-10-01",
        to: "2027-10-31",
        units: &[("開発部", 42), ("カスタマーサポート", 18), ("営業企画", 14), ("デザイン部", 11)],
        contacts: &[
            ("石黒 遼", "人事担当", [false, false, true]),
            ("社外相談窓口", "ハラスメント相談窓口", [true, true, false]),
        ],
    },
    Contract {
        company: Company::C,
        name: "社会福祉法人ひだまりの丘",
        kana: "ひだまりのおか",
        industry: "p",
        size: "under_300",
        heads: 160,
        vision: "支える人が支えられる職場をつくり、長く働けるようにする。",
        kind: "planned",
        continuation: "limited",
        interviews_max: Some(3),
        from: "2025-10-01",
        to: "2027-10-31",
        units: &[
            ("特養ユニット", 84),
            ("デイサービス", 40),
            ("事務課", 14),
            ("栄養課", 12),
            ("相談支援", 10),
        ],
        contacts: &[
            ("ユニット課長", "施設の相談窓口", [true, false, false]),
            ("法人本部 相談窓口", "ハラスメント相談窓口", [true, true, false]),
            ("施設長", "安全の担当", [false, false, true]),
        ],
    },
];

/// The rooms: three at A on two sites, of which one lets voices through, one at B, one at C, and the
/// firm's own.
pub const VENUES: [Venue; 6] = [
    Venue {
        company: Some(Company::A),
        name: "本社3F会議室A",
        kind: "client_room",
        address: "港市海岸通1-1 本社",
        has_no_network: true,
        is_quiet: false,
        starts: &[],
    },
    Venue {
        company: Some(Company::A),
        name: "本社3F会議室B",
        kind: "client_room",
        address: "港市海岸通1-1 本社",
        has_no_network: true,
        is_quiet: true,
        starts: &[(9, 0), (10, 45), (13, 30), (15, 15)],
    },
    Venue {
        company: Some(Company::A),
        name: "第二工場 面談室",
        kind: "client_room",
        address: "港市東埠頭5-20 第二工場",
        has_no_network: true,
        is_quiet: true,
        starts: &[(9, 30), (11, 15), (14, 0), (15, 45)],
    },
    Venue {
        company: Some(Company::B),
        name: "Room Sora",
        kind: "client_room",
        address: "中央区雲見町3-8 空ビル6F",
        has_no_network: false,
        is_quiet: true,
        starts: &[(10, 0), (13, 30), (15, 15), (18, 20)],
    },
    Venue {
        company: Some(Company::C),
        name: "地域交流室(奥)",
        kind: "client_room",
        address: "丘の上町7-1",
        has_no_network: true,
        is_quiet: true,
        starts: &[(8, 30), (10, 15), (13, 30), (15, 15)],
    },
    Venue {
        company: None,
        name: "当社相談室",
        kind: "firm_office",
        address: "中央区川端2-4-6",
        has_no_network: false,
        is_quiet: true,
        starts: &[(10, 0), (13, 0), (15, 0), (17, 0)],
    },
];

/// Days on which the rooms were looked at: a look counts for six months.
pub const CHECKED_ON: [&str; 5] =
    ["2024-10-25", "2025-04-04", "2025-10-02", "2026-04-02", "2026-10-01"];

impl Company {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::A, Self::B, Self::C];

    /// By a person's number.
    pub fn of(number: &str) -> Self {
        match number.chars().next() {
            Some('A') => Self::A,
            Some('B') => Self::B,
            _ => Self::C,
        }
    }

    /// Its letter.
    pub fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
        }
    }

    /// Its domain.
    pub fn domain(self) -> &'static str {
        match self {
            Self::A => "minato-seiko",
            Self::B => "soranote",
            Self::C => "hidamari-no-oka",
        }
    }

    /// What was agreed with it.
    pub fn contract(self) -> &'static Contract {
        let [a, b, c] = &CONTRACTS;
        match self {
            Self::A => a,
            Self::B => b,
            Self::C => c,
        }
    }

    /// The consultant who answers for it: an index into the staff.
    pub fn lead(self) -> usize {
        match self {
            Self::A => 0,
            Self::B => 1,
            Self::C => 2,
        }
    }
}

impl Venue {
    /// The look at it that counts on a day.
    pub fn checked_on(&self, on: Date) -> Option<Date> {
        CHECKED_ON.iter().map(|text| day(text)).filter(|it| *it <= on).max()
    }
}
