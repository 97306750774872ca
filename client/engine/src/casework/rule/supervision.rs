//! A case for the supervisor, without the person (C4).
//!
//! Since 2024 the code of ethics asks for the client's consent as well as for anonymity (キャリアコンサル
//! タント倫理綱領 5条3項); before, anonymity was enough.

use core::fmt;

use shared::order;
use shared::{hash, id::DocumentId, time::UnixMillis};
use thiserror::Error;

use crate::casework::{
    date::Date,
    rule::{
        code::coded,
        disclosure::{Category, Conflict, Consent, Facts, Judgement, Recipient, table},
        scan::{Folded, Hit, Name},
    },
};

coded! {
    /// What the employee said to supervision (C4).
    Choice {
        /// Yes.
        Yes = "yes",
        /// Ask each time.
        EachTime = "ask_each_time",
        /// No.
        No = "no",
        /// Yes before, and taken back.
        Withdrawn = "withdrawn",
        /// Not asked yet.
        Unasked = "unasked",
    }
}

impl Choice {
    /// The consent to one use.
    pub fn consent(self, is_approved: bool) -> Consent {
        match self {
            Self::Yes => Consent::Given,
            Self::EachTime if is_approved => Consent::Given,
            Self::EachTime | Self::Unasked => Consent::Unknown,
            Self::No => Consent::Refused,
            Self::Withdrawn => Consent::Withdrawn,
        }
    }
}

/// What the table says of a use.
pub fn rule(consent: Consent) -> &'static table::Rule {
    table::decide(&Facts {
        category: Category::Supervision,
        judgement: Judgement::None,
        consent,
        recipient: Recipient::Supervisor,
        conflict: Conflict::Unchecked,
        counted: 1,
    })
}

coded! {
    /// What a replaced span was.
    Kind {
        /// A person; becomes a letter.
        Person = "person",
        /// A company; becomes a letter and the word for company.
        Company = "company",
        /// A day; becomes how long before or after the interview it was.
        Date = "date",
        /// A place; becomes a region.
        Place = "place",
        /// An age; becomes a decade.
        Age = "age",
        /// A rare title; becomes an occupation.
        Title = "title",
        /// Anything else that points to the person.
        Other = "other",
    }
}

/// A span of a text, in characters, and what stands in its place.
#[derive(Clone, PartialEq, Eq)]
pub struct Span {
    /// First character.
    pub start: usize,
    /// Behind the last.
    pub end: usize,
    /// What it was.
    pub kind: Kind,
    /// What stands there.
    pub by: String,
}

/// What the log keeps of a replacement: not what it replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// Where in the new text, in characters.
    pub at: usize,
    /// What it was.
    pub kind: Kind,
    /// What stands there.
    pub by: String,
}

/// Why a text was not redacted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RedactError {
    /// A span is empty, overlaps the one before, or ends behind the text: mark it again.
    #[error("spans overlap or are out of the text")]
    BadSpan,
}

/// Puts something else in the place of every span.
pub fn redact(text: &str, spans: &[Span]) -> Result<(String, Vec<Replaced>), RedactError> {
    let letters: Vec<char> = text.chars().collect();
    let mut spans: Vec<&Span> = spans.iter().collect();
    order::by_key(&mut spans, |span| span.start);
    let (mut redacted, mut log, mut from) = (vec![], vec![], 0);
    for Span { start, end, kind, by } in spans {
        let kept = letters.get(from..*start).filter(|_| start < end && *end <= letters.len());
        redacted.extend_from_slice(kept.ok_or(RedactError::BadSpan)?);
        log.push(Replaced { at: redacted.len(), kind: *kind, by: by.clone() });
        redacted.extend(by.chars());
        from = *end;
    }
    redacted.extend_from_slice(letters.get(from..).unwrap_or_default());
    Ok((redacted.into_iter().collect(), log))
}

/// The letter of the person, or company, that is the `index`th to appear: A to Z, then A1.
pub fn letter(index: usize) -> String {
    let number = u8::try_from(index % 26).unwrap_or(0);
    let round = index / 26;
    let mut letter = String::from(char::from(b'A' + number));
    if round > 0 {
        letter.push_str(&round.to_string());
    }
    letter
}

/// Finds names to propose as spans: each person keeps their letter through the whole case.
pub fn propose(text: &str, people: &[String]) -> Vec<Span> {
    let mut spans: Vec<Span> = vec![];
    for (index, person) in people.iter().enumerate() {
        // The whole name before its parts.
        for part in core::iter::once(person.as_str()).chain(person.split_whitespace()) {
            let width = part.chars().count();
            let letters = text.char_indices().enumerate();
            for (start, (byte, _)) in letters {
                let is_here = text.get(byte..).is_some_and(|rest| rest.starts_with(part));
                let is_free = spans.iter().all(|it| start + width <= it.start || it.end <= start);
                if width > 1 && is_here && is_free {
                    let (end, by) = (start + width, letter(index));
                    spans.push(Span { start, end, kind: Kind::Person, by });
                }
            }
        }
    }
    order::by_key(&mut spans, |span| span.start);
    spans
}

/// How far a day is from an interview, in what a reader needs to know and no finer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distance {
    /// The day of the interview.
    SameDay,
    /// Weeks before (negative) or after.
    Weeks(i64),
    /// Months.
    Months(i64),
    /// Years.
    Years(i64),
}

/// What to say of a day; the locale files have the words.
pub fn distance(interview: Date, day: Date) -> Distance {
    let days = interview.days_until(day);
    let sign = days.signum();
    match days.abs() {
        0 => Distance::SameDay,
        far @ 1..=27 => Distance::Weeks(sign * ((far + 3) / 7).max(1)),
        far @ 28..=334 => Distance::Months(sign * ((far + 15) / 30).max(1)),
        far => Distance::Years(sign * ((far + 182) / 365).max(1)),
    }
}

/// The decade of an age: 34 is in the thirties.
pub fn decade(age: u32) -> u32 {
    age / 10 * 10
}

coded! {
    /// How far a copy is.
    State {
        /// It is being redacted.
        Draft = "draft",
        /// Somebody has read it for what points to a person, and nothing was found.
        Checked = "redaction_checked",
        /// And the employee agrees.
        Agreed = "consent_ok",
        /// The supervisor has it.
        Shared = "shared",
        /// They have talked about it.
        Discussed = "discussed",
        /// It is gone.
        Deleted = "deleted",
    }
}

/// What there is of a copy.
#[derive(Clone, PartialEq, Eq)]
pub struct CaseCopy {
    /// The document.
    pub document: DocumentId,
    /// Its texts.
    pub texts: Vec<String>,
    /// What the employee said in general.
    pub choice: Choice,
    /// Whether they approved this use.
    pub is_approved: bool,
    /// The texts that were read for what points to a person.
    pub checked: Option<[u8; 32]>,
    /// When the supervisor got it.
    pub shared_at: Option<UnixMillis>,
    /// When they talked about it.
    pub discussed_on: Option<Date>,
    /// When it was deleted.
    pub deleted_at: Option<UnixMillis>,
}

impl fmt::Debug for CaseCopy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CaseCopy({}, {:?})", self.document, self.state())
    }
}

/// Why a copy is not shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ShareError {
    /// The employee does not agree to this use: neither share it nor talk about it.
    #[error("no consent: {0}")]
    NotAgreed(&'static str),
    /// Nobody has read these very texts for what points to a person.
    #[error("not checked")]
    NotChecked,
    /// A name of the case is in it.
    #[error("a text names somebody")]
    NamesSomebody,
    /// It was shared before, or is deleted.
    #[error("not from this state")]
    NotNow,
}

impl CaseCopy {
    /// Names the texts as they are.
    pub fn content(&self) -> [u8; 32] {
        let sized = |text: &String| [&text.len().to_be_bytes(), text.as_bytes()].concat();
        hash::sha256(&[
            b"mendan/1/supervision-copy",
            &self.texts.iter().flat_map(sized).collect::<Vec<u8>>(),
        ])
    }

    /// The consent to this use.
    pub fn consent(&self) -> Consent {
        self.choice.consent(self.is_approved)
    }

    /// How far it is.
    pub fn state(&self) -> State {
        let is_checked = self.checked == Some(self.content());
        match (self.deleted_at, self.shared_at, self.discussed_on) {
            (Some(_), _, _) => State::Deleted,
            (None, Some(_), Some(_)) => State::Discussed,
            (None, Some(_), None) => State::Shared,
            (None, None, _) if is_checked && self.consent() == Consent::Given => State::Agreed,
            (None, None, _) if is_checked => State::Checked,
            (None, None, _) => State::Draft,
        }
    }

    /// Gives it to the supervisor. `people` are the names of the case: the employee's, and whoever the
    /// notes mention.
    pub fn share(&mut self, people: &[Name], at: UnixMillis) -> Result<(), ShareError> {
        let rule = rule(self.consent());
        if rule.permit.is_none() {
            return Err(ShareError::NotAgreed(rule.reason));
        }
        match self.state() {
            State::Agreed => {}
            State::Draft | State::Checked => return Err(ShareError::NotChecked),
            State::Shared | State::Discussed | State::Deleted => return Err(ShareError::NotNow),
        }
        let texts: Vec<Folded> = self.texts.iter().map(|text| Folded::new(text)).collect();
        let is_named = |name: &Name| texts.iter().any(|text| name.hit(text) == Some(Hit::Certain));
        if people.iter().any(is_named) {
            return Err(ShareError::NamesSomebody);
        }
        self.shared_at = Some(at);
        Ok(())
    }

    /// Whether it has to go: the employee does not agree, or not any more. A draft may wait for an
    /// answer; what the supervisor has may not.
    pub fn is_to_delete(&self) -> bool {
        let is_refused = match self.consent() {
            Consent::Given => false,
            Consent::Unknown => self.shared_at.is_some(),
            Consent::Refused | Consent::Withdrawn => true,
        };
        self.deleted_at.is_none() && is_refused
    }

    /// Deletes it, and says what the employee is shown as proof.
    pub fn delete(&mut self, withdrawn_at: UnixMillis, at: UnixMillis) -> Certificate {
        let certificate = Certificate {
            document: self.document,
            content: self.content(),
            was_shared_at: self.shared_at,
            withdrawn_at,
            deleted_at: at,
        };
        self.texts.clear();
        self.deleted_at = Some(at);
        certificate
    }
}

/// That a copy is gone: what it was is named by a hash, so that it proves without telling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Which document.
    pub document: DocumentId,
    /// Its texts, hashed.
    pub content: [u8; 32],
    /// When the supervisor got it, if they did.
    pub was_shared_at: Option<UnixMillis>,
    /// When consent was taken back.
    pub withdrawn_at: UnixMillis,
    /// When it was deleted on this device.
    pub deleted_at: UnixMillis,
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: UnixMillis = UnixMillis(1_790_000_000_000);

    fn copy(choice: Choice, is_approved: bool) -> CaseCopy {
        let mut copy = CaseCopy {
            document: DocumentId::new([4; 16]),
            texts: vec![String::from("Aは三十代。B社の技術職。")],
            choice,
            is_approved,
            checked: None,
            shared_at: None,
            discussed_on: None,
            deleted_at: None,
        };
        copy.checked = Some(copy.content());
        copy
    }

    fn names() -> Vec<Name> {
        vec![Name::new("佐伯 悠真")]
    }

    #[test]
    fn spans_are_replaced_and_the_log_does_not_say_by_whom() {
        let text = "𠮷田さんは佐伯さんの先輩。";
        let people = [String::from("佐伯 悠真"), String::from("𠮷田 学")];
        let (redacted, log) = redact(text, &propose(text, &people)).unwrap();

        assert_eq!(redacted, "BさんはAさんの先輩。");
        let person = |at, by: &str| Replaced { at, kind: Kind::Person, by: String::from(by) };
        assert_eq!(log, [person(0, "B"), person(4, "A")]);
        assert_eq!(redact("佐伯 悠真です", &propose("佐伯 悠真です", &people)).unwrap().0, "Aです");
    }

    #[test]
    fn spans_that_overlap_or_leave_the_text_are_refused() {
        let span = |start, end| Span { start, end, kind: Kind::Other, by: String::from("*") };
        for spans in
            [vec![span(0, 2), span(1, 3)], vec![span(2, 2)], vec![span(0, 6)], vec![span(9, 10)]]
        {
            assert_eq!(redact("あいうえお", &spans), Err(RedactError::BadSpan));
        }
        assert_eq!(redact("あいうえお", &[span(3, 5), span(0, 1)]).unwrap().0, "*いう*");
        assert_eq!(redact("あ", &[]).unwrap().0, "あ");
    }

    #[test]
    fn days_ages_and_people_become_coarse() {
        let day = |text| Date::parse(text).unwrap();
        for (other, expected) in [
            ("2026-05-19", Distance::SameDay),
            ("2026-05-20", Distance::Weeks(1)),
            ("2026-05-05", Distance::Weeks(-2)),
            ("2026-08-19", Distance::Months(3)),
            ("2025-05-19", Distance::Years(-1)),
            ("2015-04-01", Distance::Years(-11)),
        ] {
            assert_eq!(distance(day("2026-05-19"), day(other)), expected, "{other}");
        }
        assert_eq!([decade(34), decade(19), decade(60)], [30, 10, 60]);
        assert_eq!([letter(0), letter(25), letter(26)], ["A", "Z", "A1"]);
    }

    #[test]
    fn only_with_consent_to_this_use_is_it_shared() {
        for (choice, is_approved, is_shared) in [
            (Choice::Yes, false, true),
            (Choice::EachTime, true, true),
            (Choice::EachTime, false, false),
            (Choice::No, true, false),
            (Choice::Withdrawn, true, false),
            (Choice::Unasked, true, false),
        ] {
            let mut copy = copy(choice, is_approved);
            let shared = copy.share(&names(), AT);
            assert_eq!(shared.is_ok(), is_shared, "{choice:?}");
            if !is_shared {
                assert_eq!(shared, Err(ShareError::NotAgreed(rule(copy.consent()).reason)));
            }
        }
    }

    #[test]
    fn what_was_changed_after_the_check_is_checked_again() {
        let mut copy = copy(Choice::Yes, false);
        assert_eq!(copy.state(), State::Agreed);
        copy.texts[0].push('。');
        assert_eq!(copy.state(), State::Draft);
        assert_eq!(copy.share(&names(), AT), Err(ShareError::NotChecked));
    }

    #[test]
    fn a_name_that_was_overlooked_stops_it() {
        let mut copy = copy(Choice::Yes, false);
        copy.texts[0].push_str("佐伯は");
        copy.checked = Some(copy.content());
        assert_eq!(copy.share(&names(), AT), Err(ShareError::NamesSomebody));
    }

    #[test]
    fn one_approval_taken_back_deletes_that_copy() {
        let mut copy = copy(Choice::EachTime, false);
        assert!(!copy.is_to_delete());
        copy.is_approved = true;
        copy.share(&names(), AT).unwrap();
        assert!(!copy.is_to_delete());
        copy.is_approved = false;
        assert!(copy.is_to_delete());
    }

    #[test]
    fn a_withdrawal_deletes_what_the_supervisor_has_and_proves_it() {
        let mut copy = copy(Choice::Yes, false);
        copy.share(&names(), AT).unwrap();
        assert_eq!(copy.share(&names(), AT), Err(ShareError::NotNow));
        copy.discussed_on = Some(Date::at(AT));
        assert_eq!(copy.state(), State::Discussed);
        assert!(!copy.is_to_delete());
        copy.choice = Choice::Withdrawn;
        assert!(copy.is_to_delete());

        let content = copy.content();
        let certificate = copy.delete(AT.plus_ms(1), AT.plus_ms(2));

        assert_eq!((copy.state(), copy.texts.len()), (State::Deleted, 0));
        assert!(!copy.is_to_delete());
        let expected = Certificate {
            document: copy.document,
            content,
            was_shared_at: Some(AT),
            withdrawn_at: AT.plus_ms(1),
            deleted_at: AT.plus_ms(2),
        };
        assert_eq!(certificate, expected);
    }
}
