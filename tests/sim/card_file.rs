//! What a JOB card said, what changed since, and the card as a file.
#![expect(clippy::expect_used, reason = "helpers of tests")]

use engine::{
    casework::{
        field::{Field, Value},
        job_card::change::How,
        json::JsonFault,
        shape::NoteShape,
    },
    command::{CardAct, Command},
    view::{CardNotice, Content, Exchange, Notice},
};
use harness::world::{DeviceNo, World};
use shared::log::org::Role;

use crate::card::{
    Cast, EDGE, act, agree, begin, cast, check_quiet, comment, export, open, shown_card, sign,
    text, view,
};

fn import(world: &mut World, phone: DeviceNo, text: &str, is_sure: bool) -> Exchange {
    act(world, phone, CardAct::Import { text: text.to_owned(), is_sure });
    world.on_mut(phone).screen.exchange.take().expect("an answer")
}

#[test]
fn a_kept_version_is_read_again_and_what_changed_since_is_named() {
    let mut cast = cast(1217);
    let card = shown_card(&mut cast, "2026-06-30");
    let Cast { mut world, tablet, phone, second, .. } = cast;
    act(&mut world, phone, CardAct::Keep { label: "初回面談 😀".to_owned() });
    world.fill(phone, card, "strengths", "図面を読むのが速い。");
    world.fill(phone, card, "future_work", "現場に近い技術者でいたい。");
    world.fill(phone, card, "name", "");
    let licence = world.add(phone, card, "licences");
    world.fill(phone, card, &format!("{licence}/name"), "機械保全技能士2級");
    world.settle();

    open(&mut world, second);
    let changes = view(&world, second).changes.clone();
    let paths: Vec<(&str, How)> = changes.iter().map(|(it, how)| (it.as_str(), *how)).collect();
    let name = format!("{licence}/name");
    assert_eq!(
        paths,
        [
            ("strengths", How::Changed),
            ("future_work", How::Added),
            (name.as_str(), How::Added),
            ("name", How::Removed),
        ]
    );
    let row = view(&world, second).versions[0].clone();
    assert_eq!((row.label.as_str(), row.hash.0.len()), ("初回面談 😀", 32));

    for (device, lists) in [(second, vec!["jobs", "licences"]), (tablet, vec!["jobs"])] {
        open(&mut world, device);
        let version = row.hash.clone();
        act(&mut world, device, CardAct::ReadVersion { document: card, version });
        let read = world.on_mut(device).screen.version.take().unwrap();
        assert_eq!(read.content.texts[0], ("name".to_owned(), "佐伯 悠真".to_owned()));
        let ids: Vec<&str> = read.content.lists.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, lists);
        assert_eq!(read.changes.iter().any(|(field, _)| field.as_str() == name), lists.len() == 2);
    }

    // Written down anew, a card forgets how it came about, and says so.
    world.ask(phone, Command::Finalise(card));
    world.settle();
    let card = open(&mut world, phone);
    act(&mut world, phone, CardAct::ReadVersion { document: card, version: row.hash });
    assert_eq!(world.on(phone).screen.notices, [Notice::Card(CardNotice::VersionLost)]);
    assert_eq!(text(&world, phone, "strengths"), "図面を読むのが速い。");
}

#[test]
fn a_card_comes_back_from_its_file_and_what_it_replaces_is_kept() {
    let mut cast = cast(1218);
    let card = shown_card(&mut cast, "2026-06-30");
    let Cast { mut world, tablet, phone, .. } = cast;
    world.fill(phone, card, "values_interests", EDGE);
    world.set(phone, card, "birth_date", Value::When("1992-02-29".to_owned()));
    let id = comment(&mut world, tablet, card, "検討中です。");
    sign(&mut world, tablet, card, &id);
    world.settle();
    agree(&mut world, phone, &id);
    let file = export(&mut world, phone);
    assert_eq!(import(&mut world, phone, &file, false), Exchange::Preview(vec![]));

    let other = world.hire(tablet, Role::Employee, "髙橋 光", "光のスマートフォン");
    let Exchange::Preview(changes) = import(&mut world, other, &file, false) else {
        panic!("none")
    };
    assert!(changes.iter().all(|(_, how)| *how == How::Added));
    assert!(changes.contains(&("comments[0]".to_owned(), How::Added)));
    assert_eq!(world.on(other).screen.home.cards, [], "a preview begins nothing");
    assert_eq!(import(&mut world, other, &file, true), Exchange::Imported);
    let copy = open(&mut world, other);
    // What others put their name to elsewhere is no agreed comment here, and is not lost.
    assert_eq!(export(&mut world, other), file.replace("\"comments\"", "\"earlier_comments\""));
    assert_eq!(import(&mut world, other, &file, false), Exchange::Preview(vec![]));

    world.fill(other, copy, "strengths", "自分で書いた言葉。");
    open(&mut world, other);
    let Exchange::Preview(changes) = import(&mut world, other, &file, false) else {
        panic!("none")
    };
    assert_eq!(changes, [("strengths".to_owned(), How::Changed)]);
    assert_eq!(text(&world, other, "strengths"), "自分で書いた言葉。");
    assert_eq!(import(&mut world, other, &file, true), Exchange::Imported);
    assert_eq!(text(&world, other, "strengths"), "設備の異音で不具合が分かる。");
    let version = view(&world, other).versions[0].clone();
    assert_eq!(version.label, "");
    act(&mut world, other, CardAct::ReadVersion { document: copy, version: version.hash });
    let read = world.on_mut(other).screen.version.take().unwrap();
    assert!(read.content.texts.iter().any(|(_, text)| text == "自分で書いた言葉。"));
    world.settle();
    check_quiet(&world);
}

#[test]
fn a_file_that_is_wrong_or_too_long_changes_nothing() {
    let Cast { mut world, phone, tablet, .. } = cast(1219);
    let card = begin(&mut world, phone);
    world.fill(phone, card, "strengths", "そのまま。");
    let with = |rest: &str| format!("{{\"format\":\"jobcard/1\",{rest}}}");
    let rows = |count| "{\"company\":\"x\"},".repeat(count);
    let letters = "長".repeat(150_000);
    for (file, path, fault) in [
        ("{".to_owned(), "", JsonFault::Syntax),
        (with("\"jobs\":[{\"from\":7}]"), "jobs[0].from", JsonFault::Type),
        (with("\"salary\":\"7\""), "salary", JsonFault::Unknown),
        (with(&format!("\"jobs\":[{}{{}}]", rows(10_000))), "jobs", JsonFault::TooLong),
        (with(&format!("\"jobs\":[{}{{}}]", rows(5_000))), "", JsonFault::TooLong),
        (with(&format!("\"x\":\"{}\"", "x".repeat(4 * 1024 * 1024))), "", JsonFault::TooLong),
    ] {
        let refused = Exchange::Refused { path: path.to_owned(), fault };
        assert_eq!(import(&mut world, phone, &file, true), refused);
    }
    // The first fits; the second would write more into one text than a device may.
    let whole = with(&format!("\"future_work\":\"{letters}\""));
    assert_eq!(import(&mut world, phone, &whole, true), Exchange::Imported);
    let refused = Exchange::Refused { path: "future_work".to_owned(), fault: JsonFault::TooLong };
    let again =
        with(&format!("\"name\":\"新\",\"future_work\":\"{}\"", letters.replace('長', "短")));
    assert_eq!(import(&mut world, phone, &again, true), refused);
    open(&mut world, phone);
    assert_eq!(text(&world, phone, "name"), "");
    assert_eq!(text(&world, phone, "future_work"), letters);
    assert_eq!(text(&world, phone, "strengths"), "そのまま。");

    act(&mut world, tablet, CardAct::Begin);
    act(&mut world, tablet, CardAct::Export);
    assert!(world.on(tablet).screen.exchange.is_none());
    assert_eq!(world.on(tablet).screen.home.cards, []);
}

#[test]
fn a_note_is_read_as_soap_and_as_dap_without_being_written_twice() {
    let Cast { mut world, tablet, phone, case, .. } = cast(1223);
    let note = world.add_interview(tablet, case);
    world.write(tablet, note, "issue_by_consultant", "二択になっている。");
    world.write(tablet, note, "presenting_issue", "係長の打診を受けるか迷う。");
    world.write(tablet, note, "self_review", "先輩の話で自分を重ねかけた。");
    world.write(tablet, note, "observation", "前半は腕を組む。");
    let quote = world.add(tablet, note, "quotes");
    world.fill(tablet, note, &format!("{quote}/text"), "笑わなくなったんです");
    world.settle();
    let changes = world.on(tablet).screen.sync;
    let mut read = |device: DeviceNo, shape: NoteShape| {
        world.on_mut(device).screen.shape = None;
        world.ask(device, Command::ShowNote { note, shape });
        let view = world.on_mut(device).screen.shape.take()?;
        let fields = |fields: &[(Field, Content)]| {
            let top = |(field, _): &(Field, Content)| {
                field.segments().next().unwrap_or_default().to_owned()
            };
            let mut ids: Vec<String> = fields.iter().map(top).collect();
            ids.dedup();
            ids.join(" ")
        };
        let section = |(letter, all): &(String, Vec<_>)| format!("{letter}: {}", fields(all));
        Some(view.sections.iter().map(section).collect::<Vec<_>>())
    };

    let soap = ["s: presenting_issue quotes", "o: observation", "a: issue_by_consultant", "p: "];
    assert_eq!(read(tablet, NoteShape::Soap).unwrap(), soap);
    let dap = ["d: presenting_issue quotes observation", "a: issue_by_consultant", "p: "];
    assert_eq!(read(tablet, NoteShape::Dap).unwrap(), dap);
    assert_eq!(read(phone, NoteShape::Soap), None);
    world.settle();
    assert_eq!(world.on(tablet).screen.sync, changes);
}
