//! Every combination of inputs at the level of the acts.

use std::collections::BTreeSet;

use super::*;
use crate::{
    casework::{
        group::{Group, NOW},
        private,
        rule::{
            disclosure::{
                Facts,
                decision::{Answer, Context, Signer, StepError},
                record::Means,
                table::{self, Row},
            },
            risk::{Assessment, ContactKind, Kind as RiskKind, Level, SafetyPlan},
            scan::{Folded, Name},
        },
    },
    command::{Begun, MatterStep},
    document::{genesis::Kind, guard::Side},
};

mod apart;

const MATTER: MatterId = MatterId([3; 16]);
const TEXT: &str = "確認をお願いします。";

fn context() -> Context {
    Context {
        employee: vec![Name::new("小田切 ひより")],
        notes: vec![Folded::new("「記録の字が汚いって、利用者さんの前で三回」と話す。")],
    }
}

fn plan() -> SafetyPlan {
    SafetyPlan {
        signs: vec![],
        own_steps: vec![String::from("灯りをつける")],
        contacts: vec![(ContactKind::Line, String::from("相談窓口"))],
    }
}

fn judged(level: Level) -> Assessment {
    Assessment {
        at: NOW,
        level,
        kinds: vec![RiskKind::SelfHarm],
        facts: String::from("夜眠れないと話す。先週から続いている。"),
        asked: String::new(),
        protective: String::new(),
        told: true,
        told_why: String::new(),
        consent: Consent::Refused,
        consent_why: String::new(),
        second_opinion: None,
        actions: vec![],
        recheck_at: None,
    }
}

fn begun(facts: &Facts) -> Begun {
    Begun {
        category: facts.category,
        recipient: facts.recipient,
        recipient_name: String::from("窓口"),
        identity: Identity::Anonymous,
        text: String::from(TEXT),
        spoken: facts.consent,
        hazard: facts.judgement,
    }
}

/// A matter begun and assessed by the acts, in memory.
fn book(facts: &Facts) -> Book {
    let mut book = Book::default();
    let level = Level::of(facts.judgement.code()).unwrap();
    book.judge(judged(level), plan());
    take(&mut book, Ok(Book::begin(&begun(facts), NOW))).unwrap();
    let step = MatterStep::Reassess {
        recipient: facts.recipient,
        conflict: facts.conflict,
        spoken: facts.consent,
        hazard: facts.judgement,
    };
    act(&mut book, &step).unwrap();
    book
}

fn take(book: &mut Book, writes: Result<Vec<Write>, StepError>) -> Result<(), StepError> {
    writes?.into_iter().for_each(|write| book.take(MATTER, write));
    Ok(())
}

fn act(book: &mut Book, step: &MatterStep) -> Result<(), StepError> {
    let writes = book.step(MATTER, step, &context(), NOW);
    take(book, writes)
}

fn words(book: &Book) -> DraftHash {
    book.decision(MATTER).unwrap().words()
}

fn opinion(book: &Book, account: u8, signer: Signer) -> Opinion {
    Opinion {
        matter: MATTER,
        words: words(book),
        account: AccountId::new([account; 16]),
        signer,
        agrees: true,
        advice: String::new(),
        signed: shared::Blob(vec![account]),
    }
}

/// Everything that the needs ask for but one thing; 0 leaves out none.
fn prepare(book: &mut Book, missing: usize) {
    book.opinions =
        vec![opinion(book, 1, Signer::Consultant), opinion(book, 2, Signer::Supervisor)];
    for (at, ground) in (1..).zip(Ground::ALL) {
        if at != missing {
            let note = MatterStep::Note { ground: *ground, text: String::from("確認済") };
            act(book, &note).unwrap();
        }
    }
    let words = words(book);
    match missing {
        8 => book.opinions.truncate(1),
        9 => drop(book.opinions.remove(0)),
        12 => book.opinions[1].agrees = false,
        10 => book.judge(judged(Level::None), SafetyPlan::default()),
        11 => return,
        _ => {}
    }
    act(book, &MatterStep::Check(words)).unwrap();
}

fn transmit(book: &mut Book) -> Result<(), StepError> {
    let words = words(book);
    act(book, &MatterStep::Transmit { words, means: Means::Written })
}

fn sent(book: &Book) -> Vec<Sent> {
    let sent = |line: Line| {
        let Statement::Sent(sent) = line.said else { return None };
        Some(sent)
    };
    book.lines().into_iter().filter_map(sent).collect()
}

/// Every category, judgement, spoken consent, recipient and conflict.
fn all_facts() -> Vec<Facts> {
    let mut all = vec![];
    for category in Category::ALL {
        for judgement in Judgement::ALL {
            for consent in Consent::ALL {
                for recipient in Recipient::ALL {
                    for conflict in Conflict::ALL {
                        all.push(Facts {
                            category: *category,
                            judgement: *judgement,
                            consent: *consent,
                            recipient: *recipient,
                            conflict: *conflict,
                            counted: 1,
                        });
                    }
                }
            }
        }
    }
    all
}

/// Rows that need no consent.
const FREE: &[Row] = &[Row::R1, Row::R3, Row::R5, Row::R6];

#[test]
fn nothing_reaches_anybody_unapproved_but_by_four_rows_whatever_the_acts() {
    let courses: &[&[Answer]] = &[
        &[],
        &[Answer::Approved],
        &[Answer::ChangesAsked],
        &[Answer::Refused],
        &[Answer::Withdrawn],
        &[Answer::Approved, Answer::Withdrawn],
        &[Answer::Approved, Answer::Refused],
        &[Answer::Approved, Answer::ChangesAsked],
    ];
    let mut rows = BTreeSet::new();
    for facts in all_facts() {
        let fresh = book(&facts);
        let decision = fresh.decision(MATTER).unwrap();
        // What is only to be watched is no danger in another matter.
        let judgement = decision.judgement;
        assert!(judgement == facts.judgement || judgement == Judgement::None);
        assert_eq!(decision.facts(), Facts { judgement, ..facts });
        let Some(permit) = decision.rule().permit else {
            let mut ready = fresh.clone();
            prepare(&mut ready, 0);
            assert!(transmit(&mut ready).is_err(), "{facts:?}");
            let words = words(&ready);
            assert!(act(&mut ready, &MatterStep::Send(words)).is_err(), "{facts:?}");
            assert_eq!(sent(&ready), [], "{facts:?}");
            continue;
        };
        for course in courses {
            let is_plain = matches!(course, [] | [Answer::Approved]);
            let all = if is_plain && facts.conflict == Conflict::Clear { 12 } else { 0 };
            for missing in 0..=all {
                let mut matter = fresh.clone();
                prepare(&mut matter, missing);
                let words = words(&matter);
                if !course.is_empty() {
                    let is_shown = act(&mut matter, &MatterStep::Send(words)).is_ok();
                    for answer in *course {
                        let answer = matter.answer(MATTER, words, *answer, "直してほしい");
                        assert!(is_shown || answer.is_err());
                        drop(take(&mut matter, answer.map(|write| vec![write])));
                    }
                }
                let before = matter.decision(MATTER).unwrap();
                let is_told = transmit(&mut matter).is_ok();
                assert_eq!(
                    sent(&matter).len(),
                    usize::from(is_told),
                    "what leaves leaves a record"
                );
                if !is_told {
                    continue;
                }
                let row = sent(&matter)[0].row;
                let unmet = before.rule().permit.map(|it| before.unmet(&it));
                assert_eq!(unmet, Some(vec![]), "{facts:?} {course:?} {missing}");
                let is_approved = *course == [Answer::Approved];
                assert!(FREE.contains(&row) || is_approved, "{facts:?} {course:?} by {row:?}");
                assert!(permit.saying.is_text(), "{facts:?}");
                rows.insert(row);
                assert_eq!(transmit(&mut matter), Err(StepError::NotNow), "once");
            }
        }
    }
    let agreed = [Row::R2, Row::R7, Row::R9, Row::R16, Row::R18];
    assert_eq!(rows, FREE.iter().copied().chain(agreed).collect());
}

#[test]
fn what_was_approved_in_one_matter_says_nothing_in_another_of_the_same_words() {
    let facts = Facts {
        category: Category::Benefit,
        judgement: Judgement::None,
        consent: Consent::Given,
        recipient: Recipient::Personnel,
        conflict: Conflict::Clear,
        counted: 1,
    };
    let mut approved = book(&facts);
    let these = words(&approved);
    act(&mut approved, &MatterStep::Send(these)).unwrap();
    let answer = approved.answer(MATTER, these, Answer::Approved, "");
    take(&mut approved, answer.map(|write| vec![write])).unwrap();
    let another = MatterId([4; 16]);
    for write in Book::begin(&begun(&facts), NOW) {
        approved.take(another, write);
    }

    let words = approved.decision(another).unwrap().words();
    assert_ne!(words, these);
    let step = MatterStep::Transmit { words, means: Means::Spoken };
    let unmet = StepError::Unmet(vec![crate::casework::rule::disclosure::permit::Need::Approval]);
    assert_eq!(approved.step(another, &step, &context(), NOW), Err(unmet));
    transmit(&mut approved).unwrap();
}

#[test]
fn a_recipient_once_found_in_line_stays_so_and_another_one_is_not_checked_yet() {
    let facts = Facts {
        category: Category::Harassment,
        judgement: Judgement::None,
        consent: Consent::Given,
        recipient: Recipient::Window,
        conflict: Conflict::Clear,
        counted: 1,
    };
    let mut matter = book(&facts);
    let conflict = |matter: &Book| matter.decision(MATTER).unwrap().conflict;
    let find = |matter: &mut Book, conflict| {
        let step = MatterStep::Reassess {
            recipient: Recipient::Window,
            conflict,
            spoken: Consent::Given,
            hazard: Judgement::None,
        };
        act(matter, &step)
    };
    assert_eq!(conflict(&matter), Conflict::Clear);
    find(&mut matter, Conflict::InLine).unwrap();
    find(&mut matter, Conflict::Clear).unwrap();
    assert_eq!(conflict(&matter), Conflict::InLine);
    let redraft = MatterStep::Redraft {
        recipient_name: String::from("本部の窓口"),
        text: String::from(TEXT),
        identity: Identity::Anonymous,
    };
    act(&mut matter, &redraft).unwrap();
    assert_eq!(conflict(&matter), Conflict::Unchecked);
}

#[test]
fn what_a_later_program_wrote_stops_the_matter_it_is_about() {
    let mut group = Group::new(Kind::CasePrivate, &[Side::Staff]);
    let note = |group: &mut Group, id: &str, matter, said: &[u8]| {
        let said = shared::Blob(said.to_vec());
        group
            .edit(0, |tx| {
                write(tx, "matters", id, matter, &Entry::Checked(DraftHash([0; 32])))?;
                tx.put(&Field::top("matters").child(id).child("said"), said.0)
            })
            .unwrap();
    };
    let shared = Group::new(Kind::CaseShared, &[Side::Staff]);
    let disclosure = Group::new(Kind::CaseDisclosure, &[Side::Staff]);
    let other = MatterId([4; 16]);
    let known = cbor::to_vec(&Entry::Begun { category: Category::Benefit, at: NOW });
    note(&mut group, "a", MATTER, &known);
    note(&mut group, "b", other, &[0x82, 0x18, 0x63, 0x80]);
    let read = |group: &Group| {
        Book::read(World {
            private: Some(&group.0[0].crdt),
            shared: Some(&shared.0[0].crdt),
            disclosure: &disclosure.0[0].crdt,
        })
    };

    let book = read(&group);
    assert_eq!((book.is_newer(MATTER), book.is_newer(other)), (false, true));
    // A judgement that cannot be read stops everything: it may be that nothing is what it seems.
    group
        .edit(0, |tx| {
            private::assess(tx, "c", &judged(Level::None))?;
            tx.put(&Field::top("risks").child("c").child("said"), vec![0xa0_u8])
        })
        .unwrap();
    assert!(read(&group).is_newer(MATTER));
}

#[test]
fn a_record_cannot_be_changed_or_removed_by_anybody() {
    let mut group = Group::new(Kind::CaseDisclosure, &[Side::Staff, Side::Staff, Side::Employee]);
    let told = Statement::Acknowledged(NOW);
    group.edit(0, |tx| write(tx, "records", "a", MATTER, &told)).unwrap();
    group.meet();
    let item = Field::top("records").child("a");
    for hand in 0..3 {
        let change = group.edit(hand, |tx| tx.put(&item.child("said"), vec![0_u8]));
        assert_eq!(change, Err(EditError::NotYours));
        let removal = group.edit(hand, |tx| tx.remove_item(&item).map(|_| ()));
        assert_eq!(removal, Err(EditError::NotYours));
    }
    let reply = Reply { words: DraftHash([0; 32]), comment: String::from("直してほしい") };
    assert_eq!(
        group.edit(0, |tx| write(tx, "answers", "b", MATTER, &reply)),
        Err(EditError::NotYours)
    );
    assert_eq!(
        group.edit(2, |tx| write(tx, "records", "b", MATTER, &told)),
        Err(EditError::NotYours)
    );
    group.edit(2, |tx| write(tx, "answers", "b", MATTER, &reply)).unwrap();
}

#[test]
fn every_line_of_the_table_is_reached_by_acts() {
    let reached: BTreeSet<&str> = all_facts()
        .iter()
        .map(|facts| book(facts).decision(MATTER).unwrap().rule().reason)
        .collect();
    let all = table::TABLE.iter().map(|rule| rule.reason);
    // Groups are no matter of one person: they go by the report.
    let missing: Vec<&str> = all.filter(|reason| !reached.contains(reason)).collect();
    assert_eq!(missing, ["r11"]);
}
