//! The plan's counts, and that it could have been.

use std::collections::{BTreeMap, BTreeSet};

use engine::casework::{
    consent::{Decision, Matter},
    date::Date,
    note::{FIELDS, ORGANISATION_CODES, RISK_LEVELS, TOPICS},
};
use shared::time::UnixMillis;

use super::{
    calendar::{day, is_working, moment, plus_min},
    canvas, card,
    consent::{HAND_OVER, NOT_COUNTED, SUPERVISION, WITHDRAWN},
    edge, example,
    firm::{FROM, Firm, TO, TODAY},
    fixture, interview,
    matter::{COPIES, Course, DISCLOSURES, REPORTS, REQUESTS, RISKS, Wish},
    note::{CHARS_MAX, CHARS_MIN},
    person::{End, Prep, STAFF, StaffRole, TABLETS},
    place::{Company, VENUES},
    slot::{By, Outcome, contract_year},
    topic,
};

fn tally<T: Ord>(of: impl Iterator<Item = T>) -> BTreeMap<T, usize> {
    let mut counts = BTreeMap::new();
    of.for_each(|it| *counts.entry(it).or_default() += 1);
    counts
}

fn end() -> UnixMillis {
    day(TODAY).start()
}

#[test]
fn sixty_people_of_three_companies_and_the_firm_with_its_devices() {
    let firm = Firm::sample();
    let people = tally(firm.people.iter().map(|it| it.company));
    assert_eq!(people.into_values().collect::<Vec<_>>(), [28, 20, 12]);
    let met = firm.people.iter().filter(|it| it.interviews > 0);
    assert_eq!(tally(met.map(|it| it.company)).into_values().collect::<Vec<_>>(), [26, 17, 11]);
    let held = firm.interviews.iter().map(|it| firm.people[it.person].company);
    assert_eq!(tally(held).into_values().collect::<Vec<_>>(), [57, 37, 19]);
    assert_eq!(firm.people.iter().filter(|it| it.has_phone()).count(), 57);
    let part = firm.people.iter().filter(|it| it.employment != "正社員");
    assert_eq!(part.count(), 9);
    for (flag, count) in [("foreign", 4), ("leave", 3), ("near", 6), ("phone", 2)] {
        assert_eq!(firm.people.iter().filter(|it| it.is(flag)).count(), count, "{flag}");
    }
    let ages: Vec<i64> = firm.people.iter().map(|it| it.age(day(TODAY))).collect();
    assert_eq!((ages.iter().min(), ages.iter().max()), (Some(&19), Some(&63)));
    let tenures: Vec<i64> = firm.people.iter().map(|it| it.tenure(day(TODAY))).collect();
    assert_eq!((tenures.iter().min(), tenures.iter().max()), (Some(&0), Some(&38)));
    let is = |role: fn(&StaffRole) -> bool| STAFF.iter().filter(|it| role(&it.role)).count();
    assert_eq!(is(|it| matches!(it, StaffRole::Consultant(_))), 4);
    assert_eq!(is(|it| *it == StaffRole::Supervisor), 1);
    assert_eq!(is(|it| *it == StaffRole::Admin), 2);
    let ends: Vec<End> = TABLETS.iter().filter_map(|it| it.until).map(|(_, end)| end).collect();
    assert_eq!((TABLETS.len(), ends), (7, vec![End::Lost, End::Retired]));
}

#[test]
fn interviews_for_each_person_and_slots_by_what_became_of_them() {
    let firm = Firm::sample();
    let each = tally(firm.interviews.iter().map(|it| it.person));
    assert_eq!(each.len(), 54);
    let times: Vec<(usize, usize)> = tally(each.into_values()).into_iter().collect();
    assert_eq!(times, [(1, 22), (2, 16), (3, 9), (4, 4), (5, 2), (6, 1)]);
    let lengths = firm.slots.iter().filter(|it| matches!(it.outcome, Outcome::Ended(_)));
    assert_eq!(tally(lengths.map(|it| it.length_min)), BTreeMap::from([(60, 59), (75, 54)]));
    let outcomes = tally(firm.slots.iter().map(|it| match it.outcome {
        Outcome::Ended(_) => "ended",
        Outcome::NoShow(_) => "no_show",
        Outcome::Cancelled(By::Employee, _) => "by employee",
        Outcome::Cancelled(By::Consultant, _) => "by consultant",
        Outcome::Cancelled(By::Company, _) => "by company",
        Outcome::Open => "open",
        Outcome::Booked(_) => "booked",
    }));
    let expected = [
        ("booked", 8),
        ("by company", 2),
        ("by consultant", 2),
        ("by employee", 7),
        ("ended", 113),
        ("no_show", 6),
        ("open", 30),
    ];
    assert_eq!(outcomes, BTreeMap::from(expected));
    assert_eq!(firm.slots.len(), 168);
}

#[test]
fn slots_are_on_working_days_in_the_hours_of_quiet_rooms_and_never_two_at_once() {
    let firm = Firm::sample();
    let mut taken = BTreeSet::new();
    let mut ends: BTreeMap<usize, UnixMillis> = BTreeMap::new();
    for slot in &firm.slots {
        let venue = &VENUES[slot.venue];
        let on = Date::at(slot.start);
        assert!(is_working(on), "{on}");
        assert!(venue.is_quiet && venue.checked_on(on).is_some(), "{on}");
        assert!(venue.checked_on(on).unwrap().plus_months(6) >= on, "{on}");
        let minutes = (slot.start.0 - on.start().0) / 60_000;
        assert!(venue.starts.contains(&(minutes / 60, minutes % 60)));
        assert!(taken.insert((slot.venue, slot.start)), "{on}: a room twice");
        let end = ends.insert(slot.consultant, plus_min(slot.start, slot.length_min.into()));
        assert!(end.is_none_or(|end| plus_min(end, 15) <= slot.start), "{on}: a consultant twice");
        let is_past = on <= day(TO);
        match slot.outcome {
            Outcome::Booked(_) => assert!(on > day(TODAY)),
            Outcome::Open => {}
            Outcome::Ended(_) | Outcome::NoShow(_) | Outcome::Cancelled(..) => {
                assert!(is_past && on >= day(FROM));
            }
        }
    }
    assert!(firm.slots.iter().any(|it| it.start == moment("2026-01-20T08:30")));
}

#[test]
fn a_persons_interviews_follow_each_other_and_a_limit_is_kept() {
    let firm = Firm::sample();
    for person in &firm.people {
        let own: Vec<_> = firm.interviews_of(person.index).collect();
        assert_eq!(own.len(), person.interviews, "{}", person.number);
        for (at, interview) in own.iter().enumerate() {
            assert_eq!(interview.ordinal, at + 1);
            assert!(interview.started_at >= interview.start);
            assert!(interview.ended_at > interview.started_at);
            assert!(interview.signed_at > interview.ended_at);
            assert!(interview.amendment.is_none_or(|(at, _)| at > interview.signed_at));
            assert!(Date::at(interview.start) > person.hired, "{}", person.number);
        }
        if person.company.contract().interviews_max == Some(3) {
            let years = tally(own.iter().map(|it| contract_year(Date::at(it.start))));
            assert!(years.values().all(|count| *count <= 3), "{}", person.number);
        }
    }
}

#[test]
fn job_cards_and_their_rows() {
    let firm = Firm::sample();
    let preps = tally(firm.people.iter().map(|it| it.prep));
    let expected = [(Prep::Ready, 41), (Prep::InProgress, 8), (Prep::Paper, 5), (Prep::None, 6)];
    assert_eq!(preps, BTreeMap::from(expected));
    assert_eq!(firm.cards.len(), 49);
    for (list, count) in card::ROWS {
        let rows: usize = firm.cards.values().map(|it| it.rows(list).len()).sum();
        assert_eq!(rows, count, "{list}");
    }
    // 2.6, 1.8 and 1.4 for each of sixty.
    assert_eq!(card::ROWS.map(|(_, rows)| rows * 10 / 60), [26, 18, 14]);
}

#[test]
fn consents_by_what_holds_in_the_end_and_five_withdrawals() {
    let firm = Firm::sample();
    let held = |matter| {
        let people = firm.people.iter().filter(|it| it.interviews > 0);
        tally(people.map(|it| firm.standing(it.index, matter, end()).unwrap()))
    };
    let or_no = |held: BTreeMap<Decision, usize>, decision| {
        let withdrawn = held.get(&Decision::Withdrawn).copied().unwrap_or(0);
        let plain = held.get(&decision).copied().unwrap_or(0);
        if decision == Decision::Refused { plain + withdrawn } else { plain }
    };
    for (decision, count) in SUPERVISION {
        assert_eq!(or_no(held(Matter::Supervision), decision), count, "{decision:?}");
    }
    for (decision, count) in HAND_OVER {
        assert_eq!(or_no(held(Matter::HandOver), decision), count, "{decision:?}");
    }
    assert_eq!(or_no(held(Matter::Counting), Decision::Refused), NOT_COUNTED);
    assert_eq!(held(Matter::Record)[&Decision::Refused], edge::MINIMAL.len());
    let refused = firm.decisions.iter().filter(|it| it.matter == Matter::Secrecy);
    let refused: Vec<_> = refused.filter(|it| it.decision == Decision::Refused).collect();
    assert_eq!(refused.len(), 1);
    assert_eq!(firm.interviews_of(refused[0].person).count(), 0);
    let withdrawn = firm.decisions.iter().filter(|it| it.decision == Decision::Withdrawn);
    // The fifth is of the JOB card, which is no matter of consent.
    assert_eq!((withdrawn.count(), WITHDRAWN.len()), (4, 5));
    for (number, matter, at) in WITHDRAWN {
        let person = firm.person(number);
        assert!(firm.interviews_of(person.index).any(|it| it.start < moment(at)), "{number}");
        assert!(matter.is_some() || firm.cards.contains_key(&person.index));
    }
}

#[test]
fn topics_dangers_and_what_was_drawn() {
    let firm = Firm::sample();
    let mains = tally(firm.interviews.iter().map(|it| it.topic));
    assert_eq!(mains, BTreeMap::from(topic::MAIN));
    let risks = tally(firm.interviews.iter().map(|it| it.risk));
    let expected = [("concern", 1), ("none", 106), ("urgent", 1), ("watch", 5)];
    assert_eq!(risks, BTreeMap::from(expected));
    assert_eq!(RISKS.len(), 7);
    let drawn = firm.interviews.iter().flat_map(|it| &it.canvases);
    assert_eq!(tally(drawn.map(|it| it.kind)), BTreeMap::from(canvas::COUNTS));
    for interview in &firm.interviews {
        assert!(TOPICS.contains(&interview.topic) && RISK_LEVELS.contains(&interview.risk));
        let codes = interview.organisation.iter().map(|it| it.code);
        assert!(codes.into_iter().all(|code| ORGANISATION_CODES.contains(&code)));
    }
}

#[test]
fn disclosures_copies_amendments_and_requests() {
    let firm = Firm::sample();
    let rows = tally(DISCLOSURES.iter().map(|it| it.row));
    let expected = [("R1", 1), ("R10", 1), ("R3", 1), ("R5", 1), ("R7", 2), ("R8", 1), ("R9", 2)];
    assert_eq!(rows, BTreeMap::from(expected));
    for disclosure in DISCLOSURES {
        let person = firm.person(disclosure.number);
        let at = disclosure.decided_at();
        let is_near = |it: &interview::Interview| Date::at(it.start) == Date::at(at);
        assert!(firm.interviews_of(person.index).any(is_near), "{} {}", disclosure.number, at.0);
        let is_told = disclosure.course == Course::Sent;
        assert_eq!(disclosure.told_at.is_some(), is_told);
    }
    assert_eq!(firm.copies.iter().filter(|it| it.is_allowed).count(), COPIES);
    assert_eq!(firm.copies.len(), COPIES + 1);
    for copy in &firm.copies {
        let interview = &firm.interviews[copy.interview];
        assert!(interview.signed_at < copy.at);
        let held = firm.standing(interview.person, Matter::Supervision, copy.at).unwrap();
        assert_eq!(copy.is_allowed, held >= Decision::AskEachTime);
    }
    let amended = firm.interviews.iter().filter(|it| it.amendment.is_some());
    assert_eq!(amended.count(), interview::AMENDMENTS);
    let wishes: Vec<Wish> = REQUESTS.iter().map(|(_, wish, ..)| *wish).collect();
    let expected = [Wish::Disclosure(3), Wish::Disclosure(0), Wish::Correction, Wish::Erasure];
    assert_eq!(wishes, expected);
}

#[test]
fn reports_count_who_agreed() {
    let firm = Firm::sample();
    for report in &REPORTS {
        let counted = firm.counted(report);
        assert_eq!(counted.len(), report.people, "{}", report.name);
        assert_eq!(report.passes, report.people >= 10, "{}", report.name);
        let buckets = tally(counted.iter().map(|it| firm.people[*it].bucket()));
        assert!(!report.passes || buckets.values().all(|it| *it >= 10), "{buckets:?}");
    }
    let met = firm.people.iter().filter(|it| it.company == Company::C && it.interviews > 0);
    assert_eq!(met.count(), 11);
}

#[test]
fn the_lost_tablet_held_fourteen_cases() {
    let firm = Firm::sample();
    let lost = TABLETS.iter().find(|it| matches!(it.until, Some((_, End::Lost)))).unwrap();
    let (at, _) = lost.until.unwrap();
    assert_eq!(firm.cases_of(lost.owner, moment(at)).len(), 14);
}

#[test]
fn notes_have_the_length_of_notes() {
    let firm = Firm::sample();
    let mut empty = 0;
    for interview in &firm.interviews {
        let number = firm.people[interview.person].number;
        let which = (number, interview.ordinal - 1);
        let chars = interview.note.chars();
        if edge::MINIMAL.contains(&number) {
            empty += 1;
            assert_eq!(chars, 0, "{number}");
        } else if which == edge::LONG_NOTE {
            assert_eq!(chars, edge::LONG_CHARS);
        } else if !example::EXAMPLES.contains(&which) {
            assert!((CHARS_MIN..=CHARS_MAX).contains(&chars), "{number}: {chars}");
        }
        let is_field = |id: &str| FIELDS.iter().any(|spec| spec.id == id);
        let lists = interview.note.lists.iter().map(|(id, _)| *id);
        let tops = interview.note.top.texts.iter().map(|(id, _)| *id);
        assert!(lists.chain(tops).all(is_field));
        assert!(!format!("{:?}", interview.note).contains("{職種}"));
    }
    assert_eq!(empty, 3);
}

#[test]
fn the_edges_are_in_it() {
    let firm = Firm::sample();
    let whole: String = fixture::files(&firm).into_iter().map(|(_, text)| text).collect();
    for rare in
        ["髙橋", "𠮷田", "宮﨑", "渡邉 真由美", "渡辺 真由美", "グエン・ティ・ホア", "スハルティ"]
    {
        assert!(whole.contains(rare), "{rare}");
    }
    for rare in
        [edge::PASTED, edge::COMBINING, edge::MOOD_WORDS, "おおの こーへい", "森 和也", "光 さつき"]
    {
        assert!(whole.contains(rare), "{rare}");
    }
    assert_eq!(edge::ink().split(' ').count(), edge::INK_POINTS);
    assert!(whole.contains("令和") && whole.contains("平成") && whole.contains("2019-04"));
    let career = &firm.cards[&firm.person("A-0112").index];
    assert_eq!(career.rows("jobs").len(), 11);
    let [first, moved] = ["A-0116", "B-0045"].map(|number| firm.person(number));
    assert_eq!((first.name, first.born), (moved.name, moved.born));
    assert_ne!((first.company, first.index), (moved.company, moved.index));
    let phones = tally(firm.people.iter().map(super::person::Person::phone));
    assert_eq!(phones.values().filter(|count| **count == 2).count(), 1);
    let leap = firm.people.iter().filter(|it| it.born.to_string().ends_with("-02-29"));
    assert_eq!(leap.count(), 1);
    let former = firm.people.iter().find(|it| it.is("former")).unwrap();
    assert_ne!(former.consultant, former.company.lead());
}

#[test]
fn the_examples_are_in_it_word_for_word() {
    let firm = Firm::sample();
    let whole: String = fixture::files(&firm).into_iter().map(|(_, text)| text).collect();
    for words in [
        "先輩、係長になってから笑わなくなったんです",
        "「係長=評価をする人・現場を離れる人」という見方が先輩一人の例からできており",
        "②返事の期限を課長に確かめる",
        "上がるときは、いつも誰かが『助かった』と言っている",
        "誰かに言ったら、私だってすぐ分かります。夜勤4人なので",
        example::PURPOSE_A,
        example::PURPOSE_C,
        example::APPROVED,
        example::MIN_TEXT,
        example::AMENDMENT.1,
    ] {
        assert!(whole.contains(words), "{words}");
    }
    let [a, c, b] = example::EXAMPLES.map(|(number, which)| {
        let person = firm.person(number).index;
        firm.interviews_of(person).nth(which).unwrap()
    });
    assert_eq!(a.start, moment("2026-05-19T13:30"));
    assert_eq!(c.start, moment("2026-09-08T10:00"));
    assert_eq!(b.ended_at, moment("2026-02-17T19:05"));
    assert_eq!(VENUES[a.venue].name, "本社3F会議室B");
    assert_eq!(VENUES[c.venue].name, "当社相談室");
}

#[test]
fn one_seed_is_one_firm() {
    let hash = |firm: &Firm| fixture::hash(&fixture::files(firm));
    assert_eq!(hash(&Firm::sample()), hash(&Firm::sample()));
    assert_ne!(hash(&Firm::of(1)), hash(&Firm::sample()));
}
