//! The people whom the companies asked to be invited, and those who work for the firm.

use engine::casework::date::Date;

use super::{calendar::day, place::Company};

const PEOPLE: &str = include_str!("people.txt");

/// How far somebody's JOB card is before the interview.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Prep {
    /// Filled in.
    Ready,
    /// Begun.
    InProgress,
    /// Brought on paper; nothing of it is keyed in.
    Paper,
    /// There is none.
    None,
}

/// An employee of a company.
#[derive(Clone, Debug)]
pub struct Person {
    /// As the firm files them: `A-0107`.
    pub number: &'static str,
    /// Where they work.
    pub company: Company,
    /// As they write it.
    pub name: &'static str,
    /// As it is read.
    pub kana: &'static str,
    /// Birthday.
    pub born: Date,
    /// First day at the company.
    pub hired: Date,
    /// Unit of the company.
    pub department: &'static str,
    /// What they do.
    pub job: &'static str,
    /// On what terms.
    pub employment: &'static str,
    /// One of the plan's segments.
    pub segment: &'static str,
    /// How far their JOB card is.
    pub prep: Prep,
    /// How many interviews they have.
    pub interviews: usize,
    /// Index of their consultant in [`STAFF`].
    pub consultant: usize,
    /// What is special about them.
    flags: &'static str,
    /// Their place among all people.
    pub index: usize,
}

/// Somebody who works for the firm.
#[derive(Clone, Copy, Debug)]
pub struct Staff {
    /// As they are called.
    pub name: &'static str,
    /// As it is read.
    pub kana: &'static str,
    /// What they are.
    pub role: StaffRole,
    /// Number in the register of career consultants.
    pub registration: &'static str,
    /// What they say of their training.
    pub learning: &'static str,
    /// What they know best.
    pub specialities: &'static str,
    /// What they say to somebody they have not met.
    pub greeting: &'static str,
}

/// What somebody is to the firm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaffRole {
    /// Talks with employees; leads a company, or none.
    Consultant(Option<Company>),
    /// Supervises from outside.
    Supervisor,
    /// Runs people and devices.
    Admin,
}

/// The consultant who leads no company and works for all of them: an index into the staff.
pub const FLOATING: usize = 3;

/// The firm's people.
pub const STAFF: [Staff; 7] = [
    Staff {
        name: "佐藤 恵",
        kana: "さとう めぐみ",
        role: StaffRole::Consultant(Some(Company::A)),
        registration: "16012345",
        learning: "大学で心理学を学び、製造業の人事を九年。2017年に国家資格キャリアコンサルタント登録。",
        specialities: "技術職の育成、管理職になる前後の相談",
        greeting: "急いで決めなくてよい時間にしたいと思っています。",
    },
    Staff {
        name: "髙梨 航",
        kana: "たかなし わたる",
        role: StaffRole::Consultant(Some(Company::B)),
        registration: "17023456",
        learning: "情報通信の会社で開発と採用を担当。2018年に登録、技能検定2級。",
        specialities: "専門職のキャリア、働く場所と時間の選び方",
        greeting: "お話は、ここだけのものとしてうかがいます。",
    },
    Staff {
        name: "宮﨑 千尋",
        kana: "みやざき ちひろ",
        role: StaffRole::Consultant(Some(Company::C)),
        registration: "18034567",
        learning: "介護の現場に七年。社会福祉士。2019年に登録。",
        specialities: "対人援助職の相談、復職と両立の支援",
        greeting: "ことばにならないことも、そのままで大丈夫です。",
    },
    Staff {
        name: "中村 薫",
        kana: "なかむら かおる",
        role: StaffRole::Consultant(None),
        registration: "19045678",
        learning: "営業職のあと、公的な就職支援機関で相談員を六年。2020年に登録。",
        specialities: "中高年のこれからの働き方、異動のあとの相談",
        greeting: "これまでの年月を一緒に見てみませんか。",
    },
    Staff {
        name: "大野 陽子",
        kana: "おおの よーこ",
        role: StaffRole::Supervisor,
        registration: "16000321",
        learning: "スーパーバイザー養成課程修了。大学の相談室に二十年。",
        specialities: "逐語による検討、組織への働きかけ",
        greeting: "",
    },
    Staff {
        name: "管理 花子",
        kana: "かんり はなこ",
        role: StaffRole::Admin,
        registration: "",
        learning: "",
        specialities: "",
        greeting: "",
    },
    Staff {
        name: "木下 誠",
        kana: "きのした まこと",
        role: StaffRole::Admin,
        registration: "",
        learning: "",
        specialities: "",
        greeting: "",
    },
];

/// A consultant's or the supervisor's tablet.
#[derive(Clone, Copy, Debug)]
pub struct Tablet {
    /// As its owner calls it.
    pub name: &'static str,
    /// Index of the owner in [`STAFF`].
    pub owner: usize,
    /// From when it is used.
    pub from: &'static str,
    /// When it was lost or retired.
    pub until: Option<(&'static str, End)>,
}

/// How a tablet's use ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It was left somewhere.
    Lost,
    /// It was replaced.
    Retired,
}

/// The seven tablets.
pub const TABLETS: [Tablet; 7] = [
    Tablet {
        name: "佐藤/タブレット1",
        owner: 0,
        from: "2024-10-01",
        until: Some(("2026-03-12T17:40", End::Lost)),
    },
    Tablet {
        name: "髙梨/タブレット1",
        owner: 1,
        from: "2024-10-01",
        until: Some(("2025-09-30T18:00", End::Retired)),
    },
    Tablet { name: "宮﨑/タブレット", owner: 2, from: "2024-10-01", until: None },
    Tablet { name: "中村/タブレット", owner: 3, from: "2024-10-01", until: None },
    Tablet { name: "大野/タブレット", owner: 4, from: "2024-10-01", until: None },
    Tablet { name: "髙梨/タブレット2", owner: 1, from: "2025-09-29", until: None },
    Tablet { name: "佐藤/タブレット2", owner: 0, from: "2026-03-13", until: None },
];

/// Minutes from the loss of a tablet to its revocation.
pub const REVOKED_AFTER_MIN: u64 = 40;

impl Person {
    /// Whether something is special about them: `leave`, `near`, `foreign`, `phone` and others.
    pub fn is(&self, flag: &str) -> bool {
        self.flags.split(' ').any(|it| it == flag)
    }

    /// Whether they have a phone that is activated.
    pub fn has_phone(&self) -> bool {
        !self.is("nophone")
    }

    /// Whole years old on a day.
    pub fn age(&self, on: Date) -> i64 {
        years(self.born, on)
    }

    /// Whole years at the company on a day.
    pub fn tenure(&self, on: Date) -> i64 {
        years(self.hired, on)
    }

    /// Where the company reaches them.
    pub fn mail(&self) -> String {
        format!(
            "{}@{}.example",
            self.number.to_lowercase().replace('-', "."),
            self.company.domain()
        )
    }

    /// Their phone number; two of them share one.
    pub fn phone(&self) -> String {
        let last = if self.is("phone") { 108 } else { self.index + 200 };
        format!("090-5550-{last:04}")
    }

    /// The coarse group in which they are counted: ten and more of those interviewed are in each.
    pub fn bucket(&self) -> &'static str {
        match (self.company, self.department) {
            (Company::A, "製造一課" | "製造二課" | "資材課") => "製造の現場",
            (Company::A, _) => "技術と事務",
            (Company::B | Company::C, _) => "全体",
        }
    }
}

fn years(from: Date, on: Date) -> i64 {
    let (year, month, number) = on.numbers();
    let (from_year, from_month, from_number) = from.numbers();
    year - from_year - i64::from((month, number) < (from_month, from_number))
}

/// Everybody on the rosters, in order of number.
pub fn people() -> Vec<Person> {
    PEOPLE.lines().enumerate().map(|(index, line)| read(index, line)).collect()
}

/// Somebody by number.
#[track_caller]
pub fn find<'p>(people: &'p [Person], number: &str) -> &'p Person {
    people.iter().find(|it| it.number == number).expect("somebody with this number")
}

fn read(index: usize, line: &'static str) -> Person {
    let mut columns = line.split('|');
    let mut next = || columns.next().expect("twelve columns");
    let number = next();
    Person {
        number,
        company: Company::of(number),
        name: next(),
        kana: next(),
        born: day(next()),
        hired: day(next()),
        department: next(),
        job: next(),
        employment: next(),
        segment: next(),
        prep: match next() {
            "ready" => Prep::Ready,
            "progress" => Prep::InProgress,
            "paper" => Prep::Paper,
            _ => Prep::None,
        },
        interviews: next().parse().expect("a number of interviews"),
        consultant: next().parse().expect("a number of a consultant"),
        flags: next(),
        index,
    }
}
