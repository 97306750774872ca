//! The JOB card: the employee's own on every phone, and what of it they show, for as long as they like.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "helpers of tests")]

use engine::{
    casework::{
        field::{Field, Value},
        job_card::{Prep, comment::State},
    },
    command::{CardAct, Command},
    view::{Badge, CardNotice, CardView, Exchange, Notice},
};
use harness::{
    seed::seed_or,
    world::{DeviceNo, World},
};
use shared::{
    Blob,
    id::{DocumentId, Epoch},
    log::{document::Access, org::Role},
};

use crate::removal::logs;

const HOUR_MS: u64 = 60 * 60 * 1000;
const DAY_MS: u64 = 24 * HOUR_MS;
pub(crate) const EDGE: &str = "髙橋 𠮷田 﨑 か\u{3099} ｶﾞｰ １２ 令和8年/2026 😀 CANARY";

/// A consultant with a tablet, and an employee with two phones. A world begins on 2026-05-19.
pub(crate) struct Cast {
    pub(crate) world: World,
    pub(crate) tablet: DeviceNo,
    pub(crate) phone: DeviceNo,
    pub(crate) second: DeviceNo,
    pub(crate) case: DocumentId,
}

pub(crate) fn cast(seed: u64) -> Cast {
    let mut world = World::seeded(seed_or(seed));
    let admin = world.device("管理パソコン");
    world.found(admin);
    let tablet = world.hire(admin, Role::Consultant, "佐藤 恵", "タブレット");
    let phone = world.hire(tablet, Role::Employee, "佐伯 悠真", "スマートフォン");
    let second = world.link_device(phone, "古いスマートフォン");
    let case = world.open_case(tablet, "佐伯 悠真");
    world.settle();
    Cast { world, tablet, phone, second, case }
}

pub(crate) fn act(world: &mut World, device: DeviceNo, act: CardAct) {
    world.ask(device, Command::Card(act));
}

/// The only card that a device knows of, opened anew.
#[track_caller]
pub(crate) fn open(world: &mut World, device: DeviceNo) -> DocumentId {
    let cards = &world.on(device).screen.home.cards;
    assert_eq!(cards.len(), 1, "{cards:?}");
    let card = cards[0].document.expect("a card");
    world.on_mut(device).screen.forget(card);
    world.ask(device, Command::Open(card));
    card
}

#[track_caller]
pub(crate) fn begin(world: &mut World, phone: DeviceNo) -> DocumentId {
    act(world, phone, CardAct::Begin);
    open(world, phone)
}

#[track_caller]
pub(crate) fn view(world: &World, device: DeviceNo) -> &CardView {
    world.on(device).screen.cards.values().next().expect("an open card")
}

pub(crate) fn text<'w>(world: &'w World, device: DeviceNo, field: &str) -> &'w str {
    let texts = &view(world, device).content.texts;
    texts.iter().find(|(id, _)| id == field).map_or("", |(_, text)| text)
}

pub(crate) fn lists(world: &World, device: DeviceNo) -> Vec<&str> {
    view(world, device).content.lists.iter().map(|(id, _)| id.as_str()).collect()
}

/// Adds a job and fills in the employer.
#[track_caller]
fn add_job(world: &mut World, phone: DeviceNo, card: DocumentId, company: &str) {
    let job = world.add(phone, card, "jobs");
    world.fill(phone, card, &format!("{job}/company"), company);
}

fn show(world: &mut World, phone: DeviceNo, case: DocumentId, sheets: &[&str], until: &str) {
    let sheets = sheets.iter().map(|sheet| (*sheet).to_owned()).collect();
    act(world, phone, CardAct::Show { case, sheets, until: until.to_owned() });
}

/// A card with a job, strengths and a licence, of which two sheets are shown until a day.
pub(crate) fn shown_card(cast: &mut Cast, until: &str) -> DocumentId {
    let Cast { world, tablet, phone, case, .. } = cast;
    let card = begin(world, *phone);
    world.fill(*phone, card, "name", "佐伯 悠真");
    world.fill(*phone, card, "strengths", "設備の異音で不具合が分かる。");
    add_job(world, *phone, card, "みなと精工");
    let licence = world.add(*phone, card, "licences");
    world.fill(*phone, card, &format!("{licence}/name"), "第二種電気工事士");
    show(world, *phone, *case, &["plan", "career"], until);
    world.settle();
    assert_eq!(open(world, *tablet), card);
    card
}

/// Writes a comment and puts the consultant's name to it.
#[track_caller]
pub(crate) fn comment(
    world: &mut World,
    tablet: DeviceNo,
    card: DocumentId,
    words: &str,
) -> String {
    let item = world.add(tablet, card, "comments");
    world.fill(tablet, card, &format!("{item}/comment"), words);
    world.fill(tablet, card, &format!("{item}/consultant_name"), "佐藤 恵");
    item.rsplit('/').next().expect("an id").to_owned()
}

pub(crate) fn sign(world: &mut World, tablet: DeviceNo, document: DocumentId, comment: &str) {
    let comment = comment.to_owned();
    act(world, tablet, CardAct::SignComment { document, comment });
}

#[track_caller]
pub(crate) fn agree(world: &mut World, phone: DeviceNo, comment: &str) {
    let rows = &view(world, phone).comments;
    let row = rows.iter().find(|row| row.id == comment).expect("a comment to agree to");
    let words = row.words.clone();
    act(world, phone, CardAct::AgreeComment { comment: comment.to_owned(), words });
}

fn state(world: &World, device: DeviceNo, comment: &str) -> Option<State> {
    let rows = &view(world, device).comments;
    rows.iter().find(|row| row.id == comment).map(|row| row.state)
}

pub(crate) fn export(world: &mut World, phone: DeviceNo) -> String {
    act(world, phone, CardAct::Export);
    match world.on_mut(phone).screen.exchange.take() {
        Some(Exchange::Exported(text)) => text,
        _ => String::new(),
    }
}

#[track_caller]
pub(crate) fn check_quiet(world: &World) {
    for device in world.devices() {
        let screen = &world.on(device).screen;
        assert_eq!(screen.notices, [], "{}", world.on(device).name);
        assert_eq!(screen.alarms, [], "{}", world.on(device).name);
        assert_eq!(screen.sync.map(|it| it.badge()), Some(Badge::Sent));
    }
}

#[test]
fn a_card_that_two_phones_begin_without_a_network_is_one_card() {
    for seed in 0..8 {
        let Cast { mut world, phone, second, .. } = cast(1200 + seed);
        for device in [phone, second] {
            world.offline(device);
        }
        let card = begin(&mut world, phone);
        assert_eq!(begin(&mut world, second), card);
        world.fill(phone, card, "strengths", "図面を読むのが速い。");
        world.fill(second, card, "values_interests", EDGE);
        add_job(&mut world, second, card, "みなと精工");
        world.settle();

        // Both at once, or one long after the other.
        world.online(phone);
        if seed % 2 == 0 {
            world.settle();
        }
        world.online(second);
        world.settle();
        act(&mut world, second, CardAct::Begin);
        world.settle();

        let third = world.link_device(phone, "新しいスマートフォン");
        world.settle();
        for device in [phone, second, third] {
            assert_eq!(open(&mut world, device), card);
            assert_eq!(text(&world, device, "strengths"), "図面を読むのが速い。");
            assert_eq!(text(&world, device, "values_interests"), EDGE);
            assert_eq!(lists(&world, device), ["jobs"]);
        }
        check_quiet(&world);
        let told = &world.told;
        assert!(!told.windows(6).any(|bytes| bytes == b"CANARY"));
    }
}

#[test]
fn s1_what_is_written_on_the_phone_and_commented_on_the_tablet_for_six_hours_is_kept() {
    let mut cast = cast(1210);
    let card = shown_card(&mut cast, "2026-06-30");
    let Cast { mut world, tablet, phone, .. } = cast;

    world.offline(phone);
    world.offline(tablet);
    world.fill(phone, card, "strengths", "苦手は人前の説明。朝礼の当番で慣らしている。");
    world.wait_ms(3 * HOUR_MS);
    let id = comment(&mut world, tablet, card, "教えることに手応えを感じておられます。");
    sign(&mut world, tablet, card, &id);
    add_job(&mut world, phone, card, "前の会社");
    world.wait_ms(3 * HOUR_MS);
    world.online(tablet);
    world.online(phone);
    world.settle();

    assert_eq!(text(&world, tablet, "strengths"), "苦手は人前の説明。朝礼の当番で慣らしている。");
    assert_eq!(view(&world, tablet).content.lists[0].1.len(), 2);
    let rows = &view(&world, phone).comments;
    let words = rows[0].texts.iter().find(|(name, _)| name == "comment").map(|(_, it)| it.as_str());
    assert_eq!(words, Some("教えることに手応えを感じておられます。"));
    assert_eq!((rows.len(), rows[0].state), (1, State::Signed));
    check_quiet(&world);
}

#[test]
fn a_consultant_reads_the_sheets_that_are_shown_and_no_others() {
    let mut cast = cast(1211);
    shown_card(&mut cast, "2026-06-30");
    let Cast { mut world, tablet, phone, case, .. } = cast;

    assert_eq!(view(&world, tablet).sheets, ["plan", "career"]);
    assert_eq!(text(&world, tablet, "strengths"), "設備の異音で不具合が分かる。");
    assert_eq!(lists(&world, tablet), ["jobs"]);
    assert_eq!(view(&world, tablet).grants, []);
    let form = world.on(tablet).screen.forms.values().next().expect("a form");
    let ids: Vec<&str> = form.fields.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(ids, ["comments"]);
    assert_eq!(world.on(tablet).screen.home.cards[0].case, Some(case));

    show(&mut world, phone, case, &["licences"], "2026-06-30");
    world.settle();
    assert_eq!(lists(&world, tablet), ["jobs", "licences"]);
    assert_eq!(view(&world, phone).grants.len(), 2);

    for (sheets, until, notice) in [
        (&["plan"][..], "2026-05-18", Notice::Card(CardNotice::ShownUntilPast)),
        (&["plan"][..], "soon", Notice::Card(CardNotice::ShownUntilPast)),
        (&["salary"][..], "2026-06-30", Notice::Card(CardNotice::NothingShown)),
    ] {
        show(&mut world, phone, case, sheets, until);
        assert_eq!(world.on(phone).screen.notices.last(), Some(&notice));
    }
    show(&mut world, phone, DocumentId::new([7; 16]), &["plan"], "2026-06-30");
    assert_eq!(world.on(phone).screen.notices.len(), 4);
    assert_eq!(view(&world, phone).grants.len(), 2);
}

#[test]
fn what_is_shown_ends_on_its_day_while_the_phone_is_off_and_access_ends_when_it_is_on_again() {
    let mut cast = cast(1212);
    let card = shown_card(&mut cast, "2026-05-20");
    let Cast { mut world, tablet, phone, second, case } = cast;
    let consultant = logs(&world).1[&case].creator();
    world.offline(phone);
    world.offline(second);
    assert_eq!(view(&world, tablet).sheets, ["plan", "career"]);

    world.wait_ms(DAY_MS);
    assert_eq!(view(&world, tablet).sheets, ["plan", "career"]);
    world.wait_ms(DAY_MS);
    let shown = view(&world, tablet);
    assert_eq!((shown.sheets.len(), shown.comments.len(), shown.versions.len()), (0, 0, 0));
    assert_eq!((shown.content.texts.len(), shown.content.lists.len()), (0, 0));
    assert_eq!(world.on(tablet).screen.forms[&card].fields, []);
    assert_eq!(world.on(tablet).screen.home.cards, []);
    assert!(logs(&world).1[&card].access(consultant).is_some());

    world.online(second);
    world.settle();
    let log = logs(&world).1[&card].clone();
    assert_eq!((log.access(consultant), log.epoch()), (None, Epoch(1)));
    world.online(phone);
    world.settle();
    assert_eq!(logs(&world).1[&card].head(), log.head());

    // Shown anew, it is open again, with what was written meanwhile.
    world.fill(phone, card, "strengths", "図面を読むのが速い。");
    show(&mut world, phone, case, &["plan"], "2026-06-30");
    world.settle();
    open(&mut world, tablet);
    assert_eq!(text(&world, tablet, "strengths"), "図面を読むのが速い。");
    assert_eq!(logs(&world).1[&card].access(consultant), Some(Access::Writer));
    check_quiet(&world);
}

#[test]
fn a_card_that_is_shown_for_long_is_closed_thirty_days_after_the_case_is() {
    let mut cast = cast(1221);
    let card = shown_card(&mut cast, "2027-05-19");
    let Cast { mut world, tablet, phone, second, case } = cast;
    let consultant = logs(&world).1[&case].creator();
    let private = world.on(tablet).screen.home.cases[0].private.expect("what is private");
    assert!(world.can_open(tablet, private));
    world.set(tablet, private, "closing_on", Value::When("2026-05-19".into()));
    world.settle();
    let pass = |world: &mut World, days: u64| {
        for device in [tablet, phone, second] {
            world.offline(device);
        }
        let later = world.now().plus_ms(days * DAY_MS);
        world.wait_until(later);
        for device in [tablet, phone, second] {
            world.online(device);
        }
        world.settle();
    };

    // Thirty days, and as many as a clock may be wrong by.
    pass(&mut world, 30);
    open(&mut world, tablet);
    assert_eq!(view(&world, tablet).sheets, ["plan", "career"]);
    pass(&mut world, 4);
    assert_eq!(logs(&world).1[&card].access(consultant), None);
    assert_eq!(view(&world, tablet).sheets.len(), 0);
    assert_eq!(world.on(tablet).screen.home.cards, []);
    world.can_open(phone, card);
    assert_eq!(text(&world, phone, "name"), "佐伯 悠真");
}

#[test]
fn a_withdrawal_without_a_network_reaches_a_consultant_who_was_away_and_was_let_out_meanwhile() {
    let mut cast = cast(1213);
    let card = shown_card(&mut cast, "2026-06-30");
    let Cast { mut world, tablet, phone, case, .. } = cast;
    let consultant = logs(&world).1[&case].creator();
    world.offline(tablet);
    world.offline(phone);

    let grant = view(&world, phone).grants[0].id.clone();
    act(&mut world, phone, CardAct::Unshow { grant: grant.clone() });
    assert!(view(&world, phone).grants[0].is_withdrawn);
    assert!(!view(&world, phone).grants[0].is_in_force);
    world.settle();
    world.online(phone);
    world.settle();
    let log = logs(&world).1[&card].clone();
    assert_eq!((log.access(consultant), log.epoch()), (None, Epoch(1)));
    world.fill(phone, card, "strengths", "CANARY 見せない言葉");
    world.settle();
    // What a tablet does not know it cannot follow.
    assert_eq!(view(&world, tablet).sheets, ["plan", "career"]);

    world.online(tablet);
    world.settle();
    assert_eq!(view(&world, tablet).sheets, [""; 0]);
    assert_eq!(text(&world, tablet, "strengths"), "");
    assert_eq!(world.on(tablet).screen.home.cards, []);
    assert_eq!(world.on(tablet).screen.alarms, []);
    let printed = format!("{:?}", world.on(tablet).screen);
    assert!(!printed.contains("CANARY"));
    // A second withdrawal of the same grant says nothing.
    let before = logs(&world).1[&card].head();
    act(&mut world, phone, CardAct::Unshow { grant });
    world.settle();
    assert_eq!(logs(&world).1[&card].head(), before);
}

#[test]
fn a_tablet_linked_after_a_withdrawal_does_not_wait_for_the_card() {
    let mut cast = cast(1230);
    shown_card(&mut cast, "2026-06-30");
    let Cast { mut world, tablet, phone, .. } = cast;
    let grant = view(&world, phone).grants[0].id.clone();
    act(&mut world, phone, CardAct::Unshow { grant });
    world.settle();

    let fresh = world.link_device(tablet, "新しいタブレット");

    // Its keys come along with all others; the server does not speak of it.
    let opening = world.on(fresh).screen.opening.clone().expect("a report");
    assert_eq!((opening.known, opening.unopened), (opening.opened, vec![]));
    assert!(opening.opened > 4);
    assert_eq!(world.on(fresh).screen.home.cards, []);
}

#[test]
fn what_was_shown_and_withdrawn_before_the_phone_was_online_was_never_open_to_anybody() {
    let Cast { mut world, phone, tablet, case, .. } = cast(1214);
    let card = begin(&mut world, phone);
    world.fill(phone, card, "strengths", "CANARY");
    world.settle();
    world.offline(phone);

    show(&mut world, phone, case, &["plan"], "2026-06-30");
    let grant = view(&world, phone).grants[0].id.clone();
    world.settle();
    act(&mut world, phone, CardAct::Unshow { grant });
    world.online(phone);
    world.settle();

    let log = &logs(&world).1[&card];
    assert_eq!((log.head().length, log.epoch(), log.members().count()), (1, Epoch(0), 1));
    assert_eq!(world.on(tablet).screen.home.cards, []);
    check_quiet(&world);
}

#[test]
fn a_comment_is_on_the_card_once_both_agreed_and_not_any_more_when_it_changes() {
    let mut cast = cast(1215);
    let card = shown_card(&mut cast, "2026-06-30");
    let Cast { mut world, tablet, phone, .. } = cast;
    let empty = world.add(tablet, card, "comments").rsplit('/').next().expect("an id").to_owned();
    sign(&mut world, tablet, card, &empty);
    assert_eq!(world.on(tablet).screen.notices, [Notice::Card(CardNotice::CommentEmpty)]);
    let id = comment(&mut world, tablet, card, "役割の中身を確かめたうえで、検討中です。");
    world.settle();
    assert_eq!(view(&world, phone).comments, [], "a draft is nobody else's to read");

    sign(&mut world, tablet, card, &id);
    world.settle();
    assert_eq!(view(&world, phone).comments[0].state, State::Signed);
    assert!(!export(&mut world, phone).contains("検討中"));
    let other = CardAct::AgreeComment { comment: id.clone(), words: Blob(vec![0; 32]) };
    act(&mut world, phone, other);
    assert_eq!(world.on(phone).screen.notices, [Notice::Card(CardNotice::CommentChanged)]);

    agree(&mut world, phone, &id);
    world.settle();
    assert!(export(&mut world, phone).contains("検討中"));
    for device in [phone, tablet] {
        assert_eq!(lists(&world, device).first().copied(), Some("jobs"));
        assert!(lists(&world, device).contains(&"comments"));
        assert_eq!(state(&world, device, &id), Some(State::Agreed));
    }

    // While the employee is away, the consultant writes on; what was read before is not agreed to.
    world.offline(phone);
    world.fill(tablet, card, &format!("comments/{id}/comment"), "実は、もう決めておられます。");
    open(&mut world, tablet);
    assert!(!lists(&world, tablet).contains(&"comments"));
    assert_eq!(state(&world, tablet, &id), Some(State::Draft));
    sign(&mut world, tablet, card, &id);
    world.settle();
    assert!(export(&mut world, phone).contains("検討中"));
    world.online(phone);
    world.settle();
    assert!(!lists(&world, phone).contains(&"comments"));
    assert_eq!(state(&world, phone, &id), Some(State::Signed));
    let file = export(&mut world, phone);
    assert!(!file.contains("検討中") && !file.contains("決めておられます"));
}

#[test]
fn a_comment_is_signed_by_who_wrote_it_only() {
    let mut cast = cast(1216);
    let card = shown_card(&mut cast, "2026-06-30");
    let Cast { mut world, tablet, phone, .. } = cast;
    let id = comment(&mut world, tablet, card, "検討中です。");
    world.settle();

    sign(&mut world, phone, card, &id);
    world.settle();

    assert_eq!(view(&world, tablet).comments[0].state, State::Draft);
    act(&mut world, tablet, CardAct::AgreeComment { comment: id, words: Blob(vec![]) });
    world.settle();
    assert_eq!(view(&world, tablet).comments[0].state, State::Draft);
}

#[test]
fn preparation_is_counted_by_the_form_that_was_sent_and_paper_holds_nothing_up() {
    let Cast { mut world, tablet, phone, second, case } = cast(1220);
    let prep = |world: &World, device: DeviceNo| world.on(device).screen.home.cards[0].prep;
    let card = begin(&mut world, phone);
    assert_eq!(prep(&world, phone), Prep::NotStarted);
    world.fill(phone, card, "strengths", "異音");
    add_job(&mut world, phone, card, "みなと精工");
    world.add(phone, card, "licences");
    assert_eq!(prep(&world, phone), Prep::InProgress(20));

    // The consultant sends the official sheets; the employee takes the short form all the same.
    world.ask(tablet, Command::Open(case));
    world.set(tablet, case, "card_form", Value::Code("mhlw_full".to_owned()));
    world.settle();
    assert_eq!(view(&world, phone).form, "mhlw_full");
    assert_eq!(prep(&world, phone), Prep::InProgress(2 * 100 / 18));
    world.set(phone, card, "form", Value::Code("short".to_owned()));
    assert_eq!(view(&world, phone).form, "short");

    act(&mut world, phone, CardAct::Ready(true));
    world.settle();
    assert_eq!((prep(&world, phone), prep(&world, second)), (Prep::Ready, Prep::Ready));
    assert_eq!(world.on(tablet).screen.home.cards, [], "whose card is not shown is not counted");
    show(&mut world, phone, case, &["plan"], "2026-06-30");
    world.settle();
    assert_eq!(prep(&world, tablet), Prep::Ready);
    act(&mut world, second, CardAct::Ready(false));
    world.settle();
    assert_eq!(prep(&world, tablet), Prep::InProgress(20));

    world.set(tablet, case, "card_paper", Value::Code("reviewed".to_owned()));
    world.settle();
    assert_eq!((prep(&world, tablet), prep(&world, phone)), (Prep::Reviewed, Prep::Reviewed));
}

#[test]
fn a_card_on_paper_is_noted_without_a_card() {
    let Cast { mut world, tablet, phone, case, .. } = cast(1221);
    world.ask(tablet, Command::Open(case));

    world.set(tablet, case, "card_paper", Value::Code("brought".to_owned()));
    world.settle();

    for device in [tablet, phone] {
        let row = &world.on(device).screen.home.cards[0];
        let paper = (None, Some(case), Prep::BroughtOnPaper);
        assert_eq!((row.document, row.case, row.prep), paper);
    }
}

#[test]
fn a_card_that_was_destroyed_makes_room_for_another() {
    let Cast { mut world, phone, second, .. } = cast(1222);
    let first = begin(&mut world, phone);
    world.fill(phone, first, "strengths", "消す言葉。");
    world.settle();
    world.ask(phone, Command::Shred(first));
    world.settle();
    assert_eq!(world.on(second).screen.home.cards, []);

    act(&mut world, second, CardAct::Begin);
    world.settle();

    let again = open(&mut world, phone);
    assert_ne!(again, first);
    assert_eq!(open(&mut world, second), again);
    assert_eq!(text(&world, phone, "strengths"), "");
    let field = Field::top("strengths");
    assert_eq!(world.on(phone).screen.text(again, &field), "");
}
