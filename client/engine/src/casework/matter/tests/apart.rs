//! Documents that were apart, merged in whatever order.

use super::*;
use crate::casework::{
    consent::{self, Event, Ledger, Matter, Method, Scope, Told},
    date::Date,
    group::DOCUMENT,
    rule::disclosure::{decision::State, record::UNTOLD_DAYS_MAX},
};

/// Two devices of the consultant and the employee's phone, in four documents.
struct Apart {
    private: Group,
    shared: Group,
    disclosure: Group,
    consent: Group,
    dice: u64,
    items: u32,
    /// What each hand could read when it told somebody, and what it told.
    told: Vec<(MatterId, Sent, Option<Answer>)>,
}

const HANDS: [Side; 3] = [Side::Staff, Side::Staff, Side::Employee];
const PHONE: usize = 2;

impl Apart {
    fn new(seed: u64) -> Self {
        let mut apart = Self {
            private: Group::new(Kind::CasePrivate, &HANDS),
            shared: Group::new(Kind::CaseShared, &HANDS),
            disclosure: Group::new(Kind::CaseDisclosure, &HANDS),
            consent: Group::new(Kind::CaseConsent, &HANDS),
            dice: seed,
            items: 0,
            told: vec![],
        };
        for (kind, text) in [("own_means", "灯りをつける"), ("contact", "相談窓口")] {
            let spec = crate::casework::safety_plan::LINE;
            let line = |tx: &mut Writer<'_, '_>| {
                add(tx, "safety_plan", kind, spec, |tx, item| {
                    tx.put(&item.child("kind"), kind)?;
                    tx.write(&item.child("text"), text)
                })
            };
            apart.shared.edit(0, line).unwrap();
        }
        apart.shared.meet();
        apart
    }

    fn roll(&mut self, sides: usize) -> usize {
        let next = self.dice.wrapping_mul(6_364_136_223_846_793_005);
        self.dice = next.wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.dice >> 33).unwrap() % sides
    }

    fn ledger(&self, hand: usize) -> Ledger {
        Ledger::read(&self.consent.0[hand].crdt, DOCUMENT, self.consent.who())
    }

    fn read(&self, hand: usize) -> Book {
        let private = (hand != PHONE).then(|| &self.private.0[hand].crdt);
        let mut book = Book::read(World {
            private,
            shared: Some(&self.shared.0[hand].crdt),
            disclosure: &self.disclosure.0[hand].crdt,
        });
        let answer = |event: &Event| {
            let Scope::Exact(words) = event.scope else { return None };
            let answer = match event.decision {
                consent::Decision::Agreed => Answer::Approved,
                consent::Decision::Refused => Answer::Refused,
                consent::Decision::Withdrawn
                | consent::Decision::AskEachTime
                | consent::Decision::Explained => Answer::Withdrawn,
            };
            Some((DraftHash(words), answer))
        };
        let ledger = self.ledger(hand);
        book.answers = ledger.told(Matter::Telling).into_iter().filter_map(answer).collect();
        book
    }

    fn put(&mut self, hand: usize, matter: MatterId, writes: Vec<Write>) {
        for said in writes {
            self.items += 1;
            let id = format!("{:08x}", self.items);
            match said {
                Write::Entry(said) => {
                    self.private.edit(hand, |tx| write(tx, "matters", &id, matter, &said)).unwrap();
                }
                Write::Statement(said) => {
                    let put = |tx: &mut Writer<'_, '_>| write(tx, "records", &id, matter, &said);
                    self.disclosure.edit(hand, put).unwrap();
                }
                Write::Reply(said) => {
                    let put = |tx: &mut Writer<'_, '_>| write(tx, "answers", &id, matter, &said);
                    self.disclosure.edit(hand, put).unwrap();
                }
                Write::Consent(words, answer) => self.consent_to(hand, words, answer),
            }
        }
    }

    fn consent_to(&mut self, hand: usize, words: DraftHash, answer: Answer) {
        let decision = match answer {
            Answer::Approved => consent::Decision::Agreed,
            Answer::Refused => consent::Decision::Refused,
            Answer::Withdrawn | Answer::ChangesAsked => consent::Decision::Withdrawn,
        };
        self.items += 1;
        let event = Event {
            document: DOCUMENT,
            matter: Matter::Telling,
            decision,
            scope: Scope::Exact(words.0),
            told: Told { version: 0, hash: words.0 },
            at: NOW.plus_ms(u64::from(self.items)),
            server_at: None,
            place: String::new(),
            method: Method::OwnPhone,
            by: self.consent.0[hand].device,
            after: vec![],
        };
        let ledger = self.ledger(hand);
        let recorded = consent::sign(&ledger, event, &self.consent.0[hand].key);
        self.consent.edit(hand, |tx| recorded.attach(tx)).unwrap();
    }

    /// The employee answers to something, if there is anything.
    fn answer(&mut self, book: &Book) {
        let offered = book.offered();
        if offered.is_empty() {
            return;
        }
        let matter = offered[self.roll(offered.len())];
        let words = book.offer(matter).unwrap().0.hash(matter);
        let answer = match self.roll(7) {
            0..=3 => Answer::Approved,
            4 => Answer::ChangesAsked,
            5 => Answer::Refused,
            _ => Answer::Withdrawn,
        };
        if let Ok(write) = book.answer(matter, words, answer, "") {
            self.put(PHONE, matter, vec![write]);
        }
    }

    /// Somebody does something with a matter, if they may.
    fn act(&mut self) {
        let hand = self.roll(4).min(PHONE);
        let book = self.read(hand);
        if hand == PHONE {
            return self.answer(&book);
        }
        let matters: Vec<MatterId> = book.matters().collect();
        if matters.len() < 2 || self.roll(12) == 0 {
            let number = u8::try_from(self.roll(250)).unwrap();
            let category =
                [Category::Benefit, Category::Harassment, Category::Hazard, Category::Danger];
            let recipient = [
                Recipient::Personnel,
                Recipient::Window,
                Recipient::SafetyContact,
                Recipient::Family,
            ];
            let at = self.roll(4);
            let facts = Facts {
                category: category[at],
                judgement: Judgement::Urgent,
                consent: Consent::Given,
                recipient: recipient[at],
                conflict: Conflict::Unchecked,
                counted: 1,
            };
            self.put(hand, MatterId([number; 16]), Book::begin(&begun(&facts), NOW));
            return;
        }
        let matter = matters[self.roll(matters.len())];
        let Some(decision) = book.decision(matter) else { return };
        let words = decision.words();
        let step = match self.roll(16) {
            0 => MatterStep::Redraft {
                recipient_name: String::from(["窓口", "別の窓口"][self.roll(2)]),
                text: format!("{TEXT}{}", self.roll(3)),
                identity: Identity::Anonymous,
            },
            1 => MatterStep::Reassess {
                recipient: decision.recipient,
                conflict: if self.roll(12) == 0 { Conflict::InLine } else { Conflict::Clear },
                spoken: if self.roll(6) == 0 { Consent::Refused } else { Consent::Given },
                hazard: if self.roll(4) == 0 { Judgement::Watch } else { Judgement::Concern },
            },
            2 | 3 => {
                MatterStep::Note { ground: Ground::ReporterLaw, text: String::from("説明した") }
            }
            4 => MatterStep::Check(words),
            5..=9 => MatterStep::Send(words),
            10 => MatterStep::AskToStop,
            _ => MatterStep::Transmit { words, means: Means::Written },
        };
        let Ok(writes) = book.step(matter, &step, &context(), NOW) else { return };
        for said in &writes {
            if let Write::Statement(Statement::Sent(sent)) = said {
                self.told.push((matter, sent.clone(), book.answer_to(words)));
            }
        }
        self.put(hand, matter, writes);
    }

    fn hear(&mut self) {
        let (to, from) = (self.roll(3), self.roll(3));
        if to == from {
            return;
        }
        // Documents travel each for itself.
        match self.roll(3) {
            0 => self.private.hear(to, from),
            1 => self.disclosure.hear(to, from),
            _ => self.consent.hear(to, from),
        }
    }
}

#[test]
fn whatever_the_order_the_employee_finds_every_record_and_a_withdrawal_wins() {
    let (mut told, mut withdrawn) = (0, 0);
    for seed in 0..40 {
        let mut apart = Apart::new(seed);
        for _ in 0..120 {
            apart.act();
            apart.hear();
        }
        for _ in 0..3 {
            apart.private.meet();
            apart.disclosure.meet();
            apart.consent.meet();
        }
        for group in [&apart.private, &apart.disclosure, &apart.consent] {
            assert!(group.0.iter().all(|hand| hand.refused.is_empty()), "seed {seed}");
        }

        // The employee's list of disclosures is the set of records, on every device.
        let books: Vec<Book> = (0..3).map(|hand| apart.read(hand)).collect();
        let mut made: Vec<_> = apart.told.iter().map(|(matter, sent, _)| (*matter, sent)).collect();
        for book in &books {
            let lines = book.lines();
            let mut found: Vec<_> = lines
                .iter()
                .filter_map(|line| {
                    let Statement::Sent(sent) = &line.said else { return None };
                    Some((line.matter, sent))
                })
                .collect();
            let key = |(matter, sent): &(MatterId, &Sent)| (*matter, sent.wording.hash(*matter));
            found.sort_by_key(key);
            made.sort_by_key(key);
            assert_eq!(found, made, "seed {seed}");
            let late = Date::at(NOW).plus_days(UNTOLD_DAYS_MAX + 1);
            assert!(lines.iter().all(|line| line.is_shown(late)), "seed {seed}");
        }
        // Whoever told somebody on the ground of consent had it, as far as it was known there.
        for (_, sent, answer) in &apart.told {
            assert!(FREE.contains(&sent.row) || *answer == Some(Answer::Approved), "seed {seed}");
        }
        // The two devices of the consultant agree on everything, and a withdrawal wins.
        for matter in books[0].matters() {
            let decisions = [0, 1].map(|hand: usize| books[hand].decision(matter).unwrap());
            assert!(decisions[0] == decisions[1], "seed {seed}");
            let decision = &decisions[0];
            let is_withdrawn = decision.answer_to(decision.words()) == Some(Answer::Withdrawn);
            if is_withdrawn && decision.record.is_none() {
                assert!(decision.state() != State::Approved, "seed {seed}");
                let rule = decision.rule();
                assert!(rule.permit.is_none() || FREE.contains(&rule.row), "seed {seed}");
            }
            withdrawn += usize::from(is_withdrawn);
        }
        told += apart.told.len();
    }
    assert!(told >= 10 && withdrawn > 20, "{told} {withdrawn}");
}
