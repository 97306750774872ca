//! Devices that were apart when somebody changed their mind.

use engine::casework::rule::disclosure::table::Row;

use super::*;

const WISH: &str = "来年四月の異動を希望しています。";

/// A wish that the employee approved, everywhere.
fn approved(seed: u64) -> (Cast, MatterId) {
    let mut cast = cast(seed);
    let wish = cast.begin(begun(Category::Benefit, Recipient::Personnel, "人事課", WISH));
    assert_eq!(cast.send(wish), None);
    cast.world.settle();
    assert_eq!(cast.answer(wish, Answer::Approved, ""), None);
    cast.world.settle();
    assert_eq!(cast.state(cast.tablet, wish), State::Approved);
    (cast, wish)
}

/// S11: approved, then withdrawn before it was told.
#[test]
fn s11_what_is_withdrawn_on_a_phone_without_network_is_not_told_by_a_tablet_without_one() {
    let (mut cast, wish) = approved(721);
    let (tablet, phone) = (cast.tablet, cast.phone);
    cast.world.offline(tablet);
    cast.world.offline(phone);
    assert_eq!(cast.answer(wish, Answer::Withdrawn, ""), None);
    assert_eq!(cast.state(tablet, wish), State::Approved, "it cannot know");

    assert_eq!(cast.transmit(wish, Means::Spoken), Some(Notice::NeedsNetwork));
    cast.world.online(phone);
    cast.world.settle();
    cast.world.online(tablet);
    assert_eq!(cast.transmit(wish, Means::Spoken), Some(Notice::NeedsNetwork), "not yet heard");
    cast.world.settle();

    assert_eq!((cast.state(tablet, wish), cast.judged(wish).row), (State::Blocked, Row::R10));
    assert_eq!(cast.transmit(wish, Means::Spoken), Some(not_done("not_permitted", &["r10"])));
    cast.world.settle();
    for device in [tablet, cast.laptop, phone] {
        assert_eq!(cast.lines(device), []);
        assert_eq!(cast.state(device, wish), State::Blocked);
    }
}

/// S11, when it was too late.
#[test]
fn s11_what_was_told_meanwhile_is_recorded_as_withdrawn_and_the_recipient_hears_of_it() {
    let (mut cast, wish) = approved(722);
    let (tablet, phone) = (cast.tablet, cast.phone);
    cast.world.offline(phone);
    assert_eq!(cast.answer(wish, Answer::Withdrawn, ""), None);
    assert_eq!(cast.state(phone, wish), State::Blocked);
    assert_eq!(cast.transmit(wish, Means::Written), None);

    cast.world.online(phone);
    cast.world.settle();

    for device in [tablet, cast.laptop, phone] {
        assert_eq!(cast.state(device, wish), State::Withdrawn);
        assert!(cast.lines(device)[0].is_withdrawn);
    }
    assert_eq!(cast.world.on(cast.laptop).screen.due.matters, [cast.case]);
    cast.done(wish, MatterStep::AskToStop);
    cast.world.settle();
    assert!(cast.lines(phone)[0].stopped_at.is_some());
}

#[test]
fn a_conflict_that_one_device_found_stops_what_another_was_about_to_tell() {
    let mut cast = cast(723);
    let (tablet, laptop) = (cast.tablet, cast.laptop);
    let told = "叱責の場面があると聞いています。";
    let matter = cast.begin(begun(Category::Harassment, Recipient::Window, "相談窓口", told));
    cast.done(matter, note(Ground::ReporterLaw, "説明した"));
    cast.world.settle();
    cast.world.offline(laptop);
    let in_line = reassess(Recipient::Window, Conflict::InLine, Consent::Given);
    assert_eq!(cast.step(laptop, matter, in_line), None);
    cast.done(matter, reassess(Recipient::Window, Conflict::Clear, Consent::Given));
    assert_eq!(cast.send(matter), None);
    cast.world.settle();
    cast.answer(matter, Answer::Approved, "");
    cast.world.settle();
    assert_eq!(cast.state(tablet, matter), State::Approved);

    cast.world.online(laptop);
    cast.world.settle();

    for device in [tablet, laptop] {
        assert_eq!(cast.state(device, matter), State::Blocked);
    }
    let blocked = Some(not_done("not_permitted", &["r7_conflict"]));
    assert_eq!(cast.transmit(matter, Means::Written), blocked);
}

#[test]
fn two_devices_word_a_matter_apart_and_only_what_was_approved_is_told() {
    let mut cast = cast(724);
    let (tablet, laptop, phone) = (cast.tablet, cast.laptop, cast.phone);
    let wish = cast.begin(begun(Category::Benefit, Recipient::Personnel, "人事課", WISH));
    cast.world.settle();
    cast.world.offline(laptop);
    let other = redraft("人事課", "研修を希望しています。", Identity::Named);
    assert_eq!(cast.step(laptop, wish, other), None);
    cast.done(wish, redraft("人事課", "配慮を希望しています。", Identity::Anonymous));
    cast.send(wish);
    cast.world.settle();
    cast.answer(wish, Answer::Approved, "");
    cast.world.online(laptop);
    cast.world.settle();

    let (on_tablet, on_laptop) = (cast.row(tablet, wish).clone(), cast.row(laptop, wish).clone());
    assert_eq!(on_tablet, on_laptop);
    let approved = cast.row(phone, wish).clone();
    assert_eq!(
        (approved.state, approved.text.as_str()),
        (State::Approved, "配慮を希望しています。")
    );
    if on_tablet.words == approved.words {
        assert_eq!(cast.transmit(wish, Means::Spoken), None);
    } else {
        assert_eq!(on_tablet.state, State::Drafted);
        assert_eq!(cast.transmit(wish, Means::Spoken), Some(not_done("unmet", &["approval"])));
    }
}

#[test]
fn nobody_does_what_is_somebody_elses_to_do() {
    let (mut cast, wish) = approved(725);
    let (tablet, phone, admin, supervisor, shared) =
        (cast.tablet, cast.phone, cast.admin, cast.supervisor, cast.case);
    let words = cast.words(tablet, wish);
    for device in [phone, admin, supervisor] {
        for step in [
            MatterStep::Transmit { words, means: Means::Spoken },
            redraft("人事課", "別の文面", Identity::Named),
            MatterStep::Decline,
            MatterStep::AskToStop,
        ] {
            assert_eq!(cast.step(device, wish, step), None);
        }
        for act in [
            MatterAct::Assess { case: shared, assessment: assessment(Level::Urgent) },
            MatterAct::Begin {
                case: shared,
                begun: begun(Category::Benefit, Recipient::Personnel, "", ""),
            },
        ] {
            cast.world.ask(device, Command::Matter(act));
        }
    }
    // A consultant does not answer for the employee.
    let answer = MatterStep::Answer { words, answer: Answer::Refused, comment: String::new() };
    assert_eq!(cast.step(tablet, wish, answer), None);
    cast.world.settle();

    assert_eq!(cast.state(tablet, wish), State::Approved);
    assert_eq!(cast.words(tablet, wish), words);
    assert_eq!(cast.lines(phone), []);
    assert_eq!(cast.view(tablet).matters.len(), 1);
    assert_eq!(cast.world.on(tablet).screen.due.rechecks, []);
    assert_eq!(cast.transmit(wish, Means::Spoken), None);
}
