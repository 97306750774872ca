//! Who the consultants are: what an employee is told of theirs before the first interview.

use shared::{Decode, Encode, cbor, hash::sha256, id::AccountId};

use crate::{
    casework::{
        consent::{Matter, Told},
        date::Date,
        field::{Field, Shape, Spec, spec},
        item::{add, all, count, date, text},
        window::WINDOW,
    },
    document::{
        crdt::{Crdt, EditError, Writer},
        guard::{Guard, STAFF, Side, guard},
    },
};

/// Profiles, each under its consultant's account, and what employees are told.
pub const FIELDS: &[Spec] =
    &[spec("profiles", Shape::List(PROFILE)), spec("templates", Shape::List(TEMPLATE))];

/// What it got later: windows to turn to.
pub const GROWN: &[Spec] = &[spec("windows", Shape::List(WINDOW))];

/// Supervisors are in it by their names, so that whoever gives one a copy sees to whom; what
/// employees are told, and whom they can turn to, is the consultants' to say.
pub const GUARDS: &[Guard] =
    &[guard("", STAFF), guard("profiles", &[Side::Staff, Side::Supervisor])];

/// What only an act writes: words that somebody was told stay as they were.
pub const ACTS: &[&str] = &["profiles", "profiles/*", "templates", "templates/"];

/// What a consultant says of themself.
pub const PROFILE: &[Spec] = &[
    spec("name", Shape::Short),
    spec("name_kana", Shape::Short),
    spec("affiliation", Shape::Short),
    spec("phone", Shape::Short),
    spec("registration_no", Shape::Short),
    spec("learning", Shape::Long),
    spec("specialities", Shape::Long),
    spec("greeting", Shape::Long),
];

/// A version of the explanation: one text for each matter.
pub const TEMPLATE: &[Spec] = &[
    spec("c1", Shape::Long),
    spec("c2", Shape::Long),
    spec("c3", Shape::Long),
    spec("c4", Shape::Long),
    spec("c5", Shape::Long),
    spec("c6", Shape::Long),
    spec("c7", Shape::Long),
    spec("c8", Shape::Long),
    spec("c9", Shape::Long),
    spec("c10", Shape::Long),
    spec("c11", Shape::Long),
];

/// Longest wording, so that it is published by one change.
const WORDING_BYTES_MAX: usize = 40 * 1024;

/// What employees are told, as the firm words it.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct Template {
    /// Grows with every new wording.
    #[n(0)]
    pub version: u32,
    /// As in HTML.
    #[n(1)]
    pub language: String,
    /// In the order of [`Matter::ALL`].
    #[n(2)]
    pub texts: Vec<String>,
}

impl Template {
    /// What a decision names: the version, and the hash of the very words.
    pub fn told(&self) -> Told {
        Told { version: self.version, hash: sha256(&[b"mendan/1/told", &cbor::to_vec(self)]) }
    }

    /// The words on one matter.
    pub fn text(&self, matter: Matter) -> &str {
        let at = Matter::ALL.iter().position(|it| *it == matter);
        at.and_then(|at| self.texts.get(at)).map_or("", String::as_str)
    }
}

/// The wording that comes with the program, the same on every device, in the order of
/// [`Matter::ALL`]; its matters are divided by empty lines.
const FIRST: [(&str, &str); 2] =
    [("ja", include_str!("directory/ja.txt")), ("en", include_str!("directory/en.txt"))];
/// The version of that. What a firm publishes comes after it.
pub const FIRST_VERSION: u32 = 1;

/// What is read out until a firm has worded it otherwise.
pub fn first(language: &str) -> Option<Template> {
    let (language, words) = FIRST.iter().find(|(it, _)| *it == language)?;
    Some(Template {
        version: FIRST_VERSION,
        language: String::from(*language),
        texts: words.split("\n\n").map(|text| String::from(text.trim())).collect(),
    })
}

/// A firm's own wording, if nothing of it is missing.
pub fn worded(language: &str, texts: &[String], version: u32) -> Option<Template> {
    let is_known = FIRST.iter().any(|(it, _)| *it == language);
    let is_whole = texts.len() == Matter::ALL.len() && texts.iter().all(|it| !it.trim().is_empty());
    let size: usize = texts.iter().map(String::len).sum();
    (is_known && is_whole && size <= WORDING_BYTES_MAX).then(|| Template {
        version,
        language: String::from(language),
        texts: texts.to_vec(),
    })
}

/// Adds a version of the explanation.
pub fn publish(
    tx: &mut Writer<'_, '_>,
    template: &Template,
    valid_from: Date,
) -> Result<(), EditError> {
    let id = format!("{}-{}", template.version, template.language);
    add(tx, "templates", &id, TEMPLATE, |tx, item| {
        tx.put(&item.child("version"), i64::from(template.version))?;
        tx.put(&item.child("language"), template.language.as_str())?;
        tx.put(&item.child("valid_from"), valid_from.to_string())?;
        for (matter, text) in Matter::ALL.iter().zip(&template.texts) {
            tx.write(&item.child(matter.code()), text)?;
        }
        Ok(())
    })
}

/// Every version, with the day from which it is read out.
pub fn templates(crdt: &Crdt) -> Vec<(Date, Template)> {
    all(crdt, "templates", |_, item| {
        let texts = Matter::ALL.iter().map(|matter| text(crdt, &item.child(matter.code())));
        let template = Template {
            version: count(crdt, &item.child("version"))?,
            language: crdt.plain(&item.child("language"))?,
            texts: texts.collect(),
        };
        Some((date(crdt, &item.child("valid_from"))?, template))
    })
}

/// What is read out on a day: the newest version that is valid by then.
pub fn template_on(crdt: &Crdt, language: &str, on: Date) -> Option<Template> {
    templates(crdt)
        .into_iter()
        .filter(|(from, template)| *from <= on && template.language == language)
        .max_by_key(|(_, template)| template.version)
        .map(|(_, template)| template)
}

/// Where a consultant's profile is.
pub fn profile(account: AccountId) -> Field {
    Field::top("profiles").child(&account.to_hex())
}

/// Adds an empty profile, unless there is one.
pub fn add_profile(tx: &mut Writer<'_, '_>, account: AccountId) -> Result<(), EditError> {
    if tx.has(&profile(account)) {
        return Ok(());
    }
    tx.add_item(&Field::top("profiles"), &account.to_hex(), None, PROFILE)
}

/// Whose profiles there are.
pub fn profiles(crdt: &Crdt) -> Vec<AccountId> {
    crdt.items(&Field::top("profiles")).iter().filter_map(|id| AccountId::from_hex(id)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casework::group::{EDGE, Group},
        document::{genesis::Kind, guard::Side},
    };

    fn template(version: u32) -> Template {
        let texts = Matter::ALL.iter().map(|it| format!("{} {version} {EDGE}", it.code()));
        Template { version, language: "ja".into(), texts: texts.collect() }
    }

    #[test]
    fn the_newest_valid_wording_is_read_out_and_a_decision_names_its_very_words() {
        let day = |text: &str| Date::parse(text).unwrap();
        let mut group = Group::new(Kind::Directory, &[Side::Staff, Side::Staff]);
        for (version, from) in [(2, "2026-01-01"), (3, "2026-06-01")] {
            group.edit(0, |tx| publish(tx, &template(version), day(from))).unwrap();
        }
        group.meet();

        let on = |on: &str| template_on(&group.0[1].crdt, "ja", day(on)).map(|it| it.version);
        assert_eq!(
            (on("2025-12-31"), on("2026-05-31"), on("2026-06-01")),
            (None, Some(2), Some(3))
        );
        assert!(template_on(&group.0[1].crdt, "en", day("2026-06-01")).is_none());
        let read = template_on(&group.0[1].crdt, "ja", day("2026-06-01")).unwrap();
        assert_eq!(read.told(), template(3).told());
        assert!(read.text(Matter::Contact).starts_with("c11 3"));
        let mut reworded = template(3);
        reworded.texts[0].push('。');
        assert_ne!(reworded.told(), template(3).told());
    }

    #[test]
    fn a_profile_is_added_once() {
        let mut group = Group::new(Kind::Directory, &[Side::Staff]);
        let account = AccountId::new([1; 16]);
        for _ in 0..2 {
            group.edit(0, |tx| add_profile(tx, account)).unwrap();
        }
        assert_eq!(profiles(&group.0[0].crdt), [account]);
        group.edit(0, |tx| tx.write(&profile(account).child("name"), EDGE)).unwrap();
        assert_eq!(text(&group.0[0].crdt, &profile(account).child("name")), EDGE);
    }

    #[test]
    fn the_first_wording_says_of_each_matter_what_the_law_asks() {
        for language in ["ja", "en"] {
            let first = first(language).unwrap();
            assert_eq!(first.texts.len(), Matter::ALL.len(), "{language}");
            assert!(first.texts.iter().all(|text| text.len() > 60), "{language}");
            assert!(first.text(Matter::Secrecy).contains("第30条の27"));
            assert_eq!(first.version, FIRST_VERSION);
        }
        let japanese = first("ja").unwrap();
        // A breach of law that somebody speaks of is no exception; a legal duty is.
        assert!(japanese.text(Matter::Secrecy).contains("令状"));
        assert!(japanese.text(Matter::Telling).contains("一件ずつ"));
        assert!(japanese.text(Matter::Supervision).contains("スーパービジョン"));
        assert!(japanese.text(Matter::Contact).contains("連絡の方法"));
        assert_eq!(first("ja").unwrap().told(), japanese.told());
        assert!(first("fr").is_none());
    }

    #[test]
    fn a_wording_is_published_whole_or_not_at_all() {
        let texts: Vec<String> = template(2).texts;
        assert!(worded("ja", &texts, 2).is_some());
        assert!(worded("fr", &texts, 2).is_none());
        assert!(worded("ja", &texts[1..], 2).is_none());
        let mut blank = texts.clone();
        blank[4] = " ".into();
        assert!(worded("ja", &blank, 2).is_none());
        let mut long = texts.clone();
        let others: usize = texts[1..].iter().map(String::len).sum();
        long[0] = "a".repeat(WORDING_BYTES_MAX - others);
        assert!(worded("ja", &long, 2).is_some());
        let mut group = Group::new(Kind::Directory, &[Side::Staff]);
        let most = worded("ja", &long, 2).unwrap();
        group.edit(0, |tx| publish(tx, &most, Date::of(2026, 1, 1).unwrap())).unwrap();
        long[0].push('a');
        assert!(worded("ja", &long, 2).is_none());
    }
}
