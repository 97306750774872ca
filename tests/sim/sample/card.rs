//! JOB cards, as those whose they are read them.

use std::collections::BTreeMap;

use engine::{casework::job_card::Prep, command::Command};
use harness::sample::{card, place::Company, replay::Replay};

use super::tally;

/// A row without what is empty, whatever order its fields stand in.
fn sorted<F: AsRef<str>>(row: &[(F, String)]) -> BTreeMap<&str, &str> {
    let held = row.iter().filter(|(_, text)| !text.is_empty());
    held.map(|(field, text)| (field.as_ref(), text.as_str())).collect()
}

/// What the cards say, and that one of them is shown no longer.
#[track_caller]
pub(super) fn check_cards(replay: &mut Replay) {
    let phones = replay.phones.clone();
    let mut rows: BTreeMap<String, usize> = BTreeMap::new();
    let mut withdrawn = 0;
    for (person, phone) in phones {
        let Some(card) = replay.own_card(phone) else { continue };
        replay.world.ask(phone, Command::Open(card));
        let screen = &replay.world.on(phone).screen;
        let shown = screen.cards.get(&card).expect("an open card");
        for (list, items) in &shown.content.lists {
            *rows.entry(list.clone()).or_default() += items.len();
        }
        withdrawn += shown.grants.iter().filter(|grant| grant.is_withdrawn).count();
        let planned = &replay.firm.cards[&person];
        let name = shown.content.texts.iter().find(|(id, _)| id == "name");
        assert_eq!(name.map(|(_, text)| text.as_str()), Some(replay.firm.people[person].name));
        for (field, text) in &planned.texts {
            let here = shown.content.texts.iter().find(|(id, _)| id == field);
            assert_eq!(here.map(|(_, text)| text), Some(text), "{field}");
        }
        // Rows too: reigns and years as they were written, employers at the same time, and eleven.
        for (list, planned) in &planned.lists {
            let here = shown.content.lists.iter().find(|(id, _)| id == list);
            let here = here.map_or(&[][..], |(_, rows)| rows.as_slice());
            let here: Vec<BTreeMap<&str, &str>> = here.iter().map(|row| sorted(row)).collect();
            let planned: Vec<BTreeMap<&str, &str>> =
                planned.iter().map(|row| sorted(row)).collect();
            assert_eq!(here, planned, "{list}");
        }
        replay.world.ask(phone, Command::Close(card));
        replay.world.on_mut(phone).screen.forget(card);
    }
    for (list, count) in card::ROWS {
        assert_eq!(rows.get(list), Some(&count), "{list}");
    }
    assert_eq!(withdrawn, 1, "one grant was taken back");
}

/// How far everybody is: by the phones, which also know what the consultant noted of paper, and, of
/// who has none, by the companies' lists.
#[track_caller]
pub(super) fn check_preparation(replay: &mut Replay) {
    let own = replay
        .phones
        .values()
        .filter_map(|phone| Some(replay.world.on(*phone).screen.home.cards.first()?.prep));
    let known = own.map(|prep| match prep {
        Prep::NotStarted => "none",
        Prep::InProgress(_) => "in_progress",
        Prep::Ready => "ready",
        Prep::BroughtOnPaper => "paper",
        Prep::Reviewed => "reviewed",
    });
    let mut known = tally(known);
    let listed: usize = Company::ALL.into_iter().map(|it| replay.listed(it)).sum();
    assert_eq!(listed, 60);
    let rest = listed - known.values().sum::<usize>();
    *known.entry("none").or_default() += rest;
    let expected = [("in_progress", 8), ("none", 6), ("paper", 5), ("ready", 41)];
    assert_eq!(known, BTreeMap::from(expected));
}
