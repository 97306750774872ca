//! What the employee may ask of their own data: to see it, correct it, stop it, erase it
//! (個人情報保護法 33条–35条).
//!
//! Only the consultant's device can make the package, because only it can read the notes; an admin
//! sees a number, a kind and a date.

use crate::casework::{
    date::Date,
    rule::{
        code::coded,
        scan::{Folded, Hit, Name},
    },
};

use shared::order;
use thiserror::Error;

/// Days until an answer. The law says without delay (33条2項); two weeks are the firm's own word.
pub const ANSWER_DAYS: i64 = 14;
/// The field of a note that is left out unless somebody puts it in: the consultant's doubts about
/// themselves.
pub const SELF_REVIEW: &str = "self_review";

coded! {
    /// What is asked.
    Kind {
        /// To see it (33条).
        Disclosure = "disclosure",
        /// To correct it (34条): what is wrong stays, with an amendment.
        Correction = "correction",
        /// To stop its use (35条).
        Suspension = "suspension",
        /// To erase it (35条).
        Erasure = "erasure",
    }
}

coded! {
    /// Why something is not disclosed: the three cases of 33条2項, and no other.
    Reason {
        /// It could harm the life, body, property or other rights of the person or a third one (1号).
        Harm = "harm",
        /// It would seriously hinder the proper conduct of the work (2号).
        Business = "business",
        /// It would break another law (3号).
        OtherLaw = "other_law",
    }
}

coded! {
    /// How a request ended.
    Outcome {
        /// All of it.
        Whole = "whole",
        /// With parts left out, for reasons given.
        Partial = "partial",
        /// None of it, for reasons given.
        Refused = "refused",
        /// There is nothing.
        Nothing = "nothing",
    }
}

/// A span that is not disclosed, in characters, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mask {
    /// First character.
    pub start: usize,
    /// Behind the last.
    pub end: usize,
    /// Why.
    pub reason: Reason,
}

/// What is done with a field.
#[derive(Clone, PartialEq, Eq)]
pub enum Choice {
    /// Disclosed, but for these spans.
    Shown(Vec<Mask>),
    /// Left out as a whole, why, and that in words.
    LeftOut(Reason, String),
}

/// A field of a note.
#[derive(Clone, PartialEq, Eq)]
pub struct Part {
    /// Its path in the note.
    pub field: String,
    /// What it holds.
    pub text: String,
    /// What is done with it; `None` is undecided.
    pub choice: Option<Choice>,
}

impl Part {
    /// A field as it comes from the note: shown, except the self-review, which waits to be decided.
    pub fn new(field: &str, text: &str) -> Self {
        let choice = (field != SELF_REVIEW).then(|| Choice::Shown(vec![]));
        Self { field: String::from(field), text: String::from(text), choice }
    }
}

/// A request.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// Under which number it is in the ledger.
    pub number: u32,
    /// What is asked.
    pub kind: Kind,
    /// When it came.
    pub received_on: Date,
    /// When it was seen that it is the person who asks; a stranger gets nothing.
    pub identified_on: Option<Date>,
    /// When it was answered.
    pub answered_on: Option<Date>,
}

impl Request {
    /// By when it has to be answered.
    pub fn due_on(&self) -> Date {
        self.received_on.plus_days(ANSWER_DAYS)
    }

    /// How many days are left; negative when it is late, `None` when it is answered.
    pub fn days_left(&self, today: Date) -> Option<i64> {
        self.answered_on.is_none().then(|| today.days_until(self.due_on()))
    }
}

/// A piece of a disclosed field.
#[derive(Clone, PartialEq, Eq)]
pub enum Piece {
    /// As it is in the note.
    Text(String),
    /// Not disclosed, and why. How long it was is not told.
    Masked(Reason),
}

/// What the employee gets.
#[derive(Clone, PartialEq, Eq)]
pub struct Package {
    /// Each field in pieces.
    pub parts: Vec<(String, Vec<Piece>)>,
    /// How the request ends.
    pub outcome: Outcome,
    /// Every reason that was used, for the ledger.
    pub reasons: Vec<Reason>,
}

/// Why there is no package yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PackageError {
    /// Nobody has seen yet that it is the person who asks.
    #[error("not identified")]
    NotIdentified,
    /// It is answered, or asks for something else.
    #[error("not a request to see")]
    NotNow,
    /// A field is undecided: say whether it is shown.
    #[error("part {0} is undecided")]
    Undecided(usize),
    /// A field is left out without words: the law asks to explain it (33条3項, 36条).
    #[error("part {0} is left out without justification")]
    Unjustified(usize),
    /// Masks overlap, are empty or leave the text: mark them again.
    #[error("masks of part {0}")]
    BadMask(usize),
}

impl PackageError {
    /// Names its words in the locale files.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotIdentified => "identified",
            Self::NotNow => "not_now",
            Self::Undecided(_) => "undecided",
            Self::Unjustified(_) => "justification",
            Self::BadMask(_) => "mask",
        }
    }
}

/// Makes the package.
pub fn package(request: &Request, parts: &[Part]) -> Result<Package, PackageError> {
    if request.kind != Kind::Disclosure || request.answered_on.is_some() {
        return Err(PackageError::NotNow);
    }
    if request.identified_on.is_none() {
        return Err(PackageError::NotIdentified);
    }
    let mut disclosed = vec![];
    for (at, part) in parts.iter().enumerate() {
        let pieces = match &part.choice {
            None => return Err(PackageError::Undecided(at)),
            Some(Choice::LeftOut(_, why)) if why.trim().is_empty() => {
                return Err(PackageError::Unjustified(at));
            }
            Some(Choice::LeftOut(reason, _)) => vec![Piece::Masked(*reason)],
            Some(Choice::Shown(masks)) => {
                masked(&part.text, masks).ok_or(PackageError::BadMask(at))?
            }
        };
        disclosed.push((part.field.clone(), pieces));
    }
    let pieces = || disclosed.iter().flat_map(|(_, pieces)| pieces);
    let mut reasons = vec![];
    for piece in pieces() {
        if let Piece::Masked(reason) = piece
            && !reasons.contains(reason)
        {
            reasons.push(*reason);
        }
    }
    let is_text = pieces().any(|piece| matches!(piece, Piece::Text(_)));
    let outcome = match (is_text, reasons.is_empty()) {
        (true, true) => Outcome::Whole,
        (true, false) => Outcome::Partial,
        (false, false) => Outcome::Refused,
        (false, true) => Outcome::Nothing,
    };
    Ok(Package { parts: disclosed, outcome, reasons })
}

fn masked(text: &str, masks: &[Mask]) -> Option<Vec<Piece>> {
    let letters: Vec<char> = text.chars().collect();
    let mut masks = masks.to_vec();
    order::by_key(&mut masks, |mask| mask.start);
    let mut pieces = vec![];
    let mut keep = |from: usize, to: usize, masked: Option<Reason>| {
        let kept = letters.get(from..to)?;
        if !kept.is_empty() {
            pieces.push(Piece::Text(kept.iter().collect()));
        }
        pieces.extend(masked.map(Piece::Masked));
        Some(())
    };
    let mut from = 0;
    for Mask { start, end, reason } in masks {
        (start < end && end <= letters.len()).then_some(())?;
        keep(from, start, Some(reason))?;
        from = end;
    }
    keep(from, letters.len(), None)?;
    Some(pieces)
}

/// Which fields still name a third person, to be looked at before the package is made.
pub fn third_persons(package: &Package, others: &[Name]) -> Vec<usize> {
    let names_one = |pieces: &[Piece]| {
        pieces.iter().any(|piece| match piece {
            Piece::Text(text) => {
                let text = Folded::new(text);
                others.iter().any(|name| name.hit(&text) == Some(Hit::Certain))
            }
            Piece::Masked(_) => false,
        })
    };
    let parts = package.parts.iter().enumerate();
    parts.filter(|(_, (_, pieces))| names_one(pieces)).map(|(at, _)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn request() -> Request {
        Request {
            number: 1,
            kind: Kind::Disclosure,
            received_on: date("2026-10-20"),
            identified_on: Some(date("2026-10-21")),
            answered_on: None,
        }
    }

    fn mask(start: usize, end: usize) -> Mask {
        Mask { start, end, reason: Reason::Harm }
    }

    fn shown(text: &str, masks: &[Mask]) -> Part {
        Part { choice: Some(Choice::Shown(masks.to_vec())), ..Part::new("observation", text) }
    }

    #[track_caller]
    fn check(parts: &[Part], expected: Result<Outcome, PackageError>) {
        assert_eq!(package(&request(), parts).map(|package| package.outcome), expected);
    }

    #[test]
    fn a_third_persons_name_is_masked_with_its_reason() {
        let others = [Name::new("髙橋 誠")];
        let open = shown("髙橋主任の言い方がきつい。", &[]);
        assert_eq!(third_persons(&package(&request(), &[open]).ok().unwrap(), &others), [0]);

        let part = shown("髙橋主任の言い方がきつい。", &[mask(0, 2)]);
        let package = package(&request(), &[part]).ok().unwrap();

        assert_eq!(package.outcome, Outcome::Partial);
        assert_eq!(package.reasons, [Reason::Harm]);
        assert!(third_persons(&package, &others).is_empty());
        let text = Piece::Text(String::from("主任の言い方がきつい。"));
        assert!(package.parts[0].1 == [Piece::Masked(Reason::Harm), text]);
    }

    #[test]
    fn masks_stand_beside_each_other_and_inside_the_text() {
        check(&[shown("あいう", &[])], Ok(Outcome::Whole));
        check(&[shown("あいう", &[mask(1, 2), mask(0, 1)])], Ok(Outcome::Partial));
        check(&[shown("あいう", &[mask(0, 3)])], Ok(Outcome::Refused));
        check(&[shown("", &[])], Ok(Outcome::Nothing));
        check(&[], Ok(Outcome::Nothing));
        for masks in [vec![mask(0, 4)], vec![mask(1, 1)], vec![mask(0, 2), mask(1, 3)]] {
            check(&[shown("あいう", &masks)], Err(PackageError::BadMask(0)));
        }
    }

    #[test]
    fn the_self_review_stays_out_with_a_justification_and_never_by_itself() {
        let mut review = Part::new(SELF_REVIEW, "逆転移に注意");
        check(&[review.clone()], Err(PackageError::Undecided(0)));
        review.choice = Some(Choice::LeftOut(Reason::Business, String::from(" ")));
        check(&[review.clone()], Err(PackageError::Unjustified(0)));
        review.choice = Some(Choice::LeftOut(Reason::Business, String::from("自己研鑽のため")));
        check(&[review.clone()], Ok(Outcome::Refused));
        review.choice = Some(Choice::Shown(vec![]));
        check(&[review], Ok(Outcome::Whole));
        assert!(Part::new("observation", "").choice == Some(Choice::Shown(vec![])));
    }

    #[test]
    fn only_the_person_and_only_who_asks_to_see_gets_a_package() {
        let parts = [shown("あ", &[])];
        let refused = |request: Request| package(&request, &parts).err();
        let stranger = Request { identified_on: None, ..request() };
        assert_eq!(refused(stranger), Some(PackageError::NotIdentified));
        let answered = Request { answered_on: Some(date("2026-10-22")), ..request() };
        assert_eq!(refused(answered), Some(PackageError::NotNow));
        for kind in [Kind::Correction, Kind::Suspension, Kind::Erasure] {
            assert_eq!(refused(Request { kind, ..request() }), Some(PackageError::NotNow));
        }
    }

    #[test]
    fn the_days_that_are_left_are_counted_until_it_is_answered() {
        let mut request = request();
        assert_eq!(request.due_on(), date("2026-11-03"));
        assert_eq!(request.days_left(date("2026-11-03")), Some(0));
        assert_eq!(request.days_left(date("2026-11-05")), Some(-2));
        request.answered_on = Some(date("2026-11-02"));
        assert_eq!(request.days_left(date("2026-11-05")), None);
    }
}
