//! Matters that need the employee's consent, from the first word to the last follow-up.

use engine::{
    casework::rule::{disclosure::table::Row, retention::Class},
    view::LineKind,
};

use super::*;

/// Example 2: harassment, from a refusal to a change in the whole organisation.
#[test]
fn harassment_that_the_employee_first_kept_to_herself_is_told_in_her_words_to_whom_she_chose() {
    const APPROVED: &str = "利用者の前で職員が繰り返し叱責される場面があると聞いています。個人や部署の\
        特定につながる調査はお控えいただき、申し送りや指導の場の持ち方を法人全体で確認していただくよう\
        お願いします。(相談者の同意に基づきお伝えしています)";
    let mut cast = cast(701);
    let (tablet, phone) = (cast.tablet, cast.phone);

    // 09-08 10:40: she does not want it told.
    cast.until(at("2026-09-08", 10, 40));
    let refused = Begun {
        spoken: Consent::Refused,
        ..begun(Category::Harassment, Recipient::Personnel, "法人", "")
    };
    let kept = cast.begin(refused);
    assert_eq!(cast.state(tablet, kept), State::Refused);
    assert_eq!((cast.judged(kept).row, cast.judged(kept).permit), (Row::R8, None));
    assert_eq!(cast.transmit(kept, Means::Spoken), Some(not_done("not_permitted", &["r8"])));
    cast.done(kept, note(Ground::WindowsGiven, "社内・行政・弁護士の窓口の一覧"));
    cast.done(kept, MatterStep::Decline);
    cast.world.settle();
    let line = &cast.lines(phone)[0];
    assert_eq!((line.kind, line.reason.as_str()), (LineKind::Declined, "r8"));
    assert_eq!(line.at, at("2026-09-08", 10, 40));

    // 09-24 10:50: anonymously, to the head office. The first window is her superior's own.
    cast.until(at("2026-09-24", 10, 50));
    let local =
        cast.begin(begun(Category::Harassment, Recipient::Window, "施設の相談窓口", APPROVED));
    assert_eq!((cast.judged(local).row, cast.state(tablet, local)), (Row::R7, State::Drafted));
    cast.done(local, reassess(Recipient::Window, Conflict::InLine, Consent::Given));
    assert_eq!(cast.state(tablet, local), State::Blocked);
    assert_eq!(cast.judged(local).reason, "r7_conflict");
    assert_eq!(cast.send(local), Some(not_done("not_now", &[])));
    let blocked = Some(not_done("not_permitted", &["r7_conflict"]));
    assert_eq!(cast.transmit(local, Means::Written), blocked);
    cast.done(local, MatterStep::Decline);

    // 10:58: to the head office.
    cast.until(at("2026-09-24", 10, 58));
    let head =
        cast.begin(begun(Category::Harassment, Recipient::Window, "法人本部 相談窓口", APPROVED));
    assert_eq!(cast.judged(head).unmet.len(), 3);
    cast.done(head, reassess(Recipient::Window, Conflict::Clear, Consent::Given));
    cast.done(head, note(Ground::ReporterLaw, "公益通報者の保護を説明した"));
    assert_eq!(cast.send(head), None);
    assert_eq!(cast.transmit(head, Means::Written), Some(not_done("unmet", &["approval"])));
    cast.world.settle();
    assert_eq!(cast.state(tablet, head), State::SentToEmployee);
    let shown = cast.row(phone, head);
    assert_eq!(
        (shown.text.as_str(), shown.recipient_name.as_str()),
        (APPROVED, "法人本部 相談窓口")
    );
    assert_eq!((shown.identity, shown.state), (Identity::Anonymous, State::SentToEmployee));
    assert_eq!(shown.judged, None);
    assert_eq!(cast.view(phone).matters.len(), 1, "what was never shown to her is not");
    assert_eq!(cast.world.on(phone).screen.due.matters, [cast.case]);

    // 09-25 21:14: she approves on her phone.
    cast.until(at("2026-09-25", 21, 14));
    assert_eq!(cast.answer(head, Answer::Approved, ""), None);
    cast.world.settle();
    for device in [tablet, cast.laptop, phone] {
        assert_eq!(cast.state(device, head), State::Approved);
    }
    assert_eq!(cast.world.on(phone).screen.due.matters, []);
    assert_eq!(cast.world.on(tablet).screen.due.matters, [cast.case]);

    told_and_followed_up(&mut cast, head, APPROVED);
    cast.check_hidden(&["利用者", "法人本部", "申し送り", "小田切"]);
}

/// The approved words go out, and something comes of them.
#[expect(clippy::expect_used, reason = "a test's own steps")]
fn told_and_followed_up(cast: &mut Cast, head: MatterId, approved: &str) {
    let (tablet, phone) = (cast.tablet, cast.phone);
    // 09-28 09:30: in writing.
    cast.until(at("2026-09-28", 9, 30));
    assert_eq!(cast.transmit(head, Means::Written), None);
    cast.world.settle();
    let line = cast.lines(phone).last().expect("a line");
    let sent = line.sent.as_ref().expect("what was sent");
    assert_eq!((line.at, line.name.as_str()), (at("2026-09-28", 9, 30), "法人本部 相談窓口"));
    assert_eq!((sent.text.as_str(), sent.row, sent.means), (approved, Row::R7, Means::Written));
    assert_eq!((sent.class, sent.identity), (Class::Disclosure, Identity::Anonymous));

    // 10-06: what came of it.
    cast.until(at("2026-10-06", 11, 0));
    let response = "全ユニットで申し送りの場の運用を見直す研修";
    cast.done(head, MatterStep::Acknowledge);
    cast.done(head, MatterStep::FollowUp(response.to_owned()));
    cast.world.settle();
    assert_eq!(cast.state(phone, head), State::FollowedUp);
    let line = cast.lines(phone).last().expect("a line");
    assert_eq!(line.response, Some((at("2026-10-06", 11, 0), response.to_owned())));
    let kinds: Vec<LineKind> = cast.lines(phone).iter().map(|it| it.kind).collect();
    assert_eq!(kinds, [LineKind::Declined, LineKind::Declined, LineKind::Sent]);
    assert_eq!(cast.lines(phone), cast.lines(tablet));
}

#[test]
fn the_employee_asks_for_other_words_and_approves_those_and_no_others() {
    let mut cast = cast(702);
    let (tablet, phone) = (cast.tablet, cast.phone);
    let wish = cast.begin(begun(
        Category::Benefit,
        Recipient::Personnel,
        "人事課",
        "異動を希望しています。",
    ));
    assert_eq!(cast.send(wish), None);
    cast.world.settle();
    let old = cast.words(phone, wish);
    assert_eq!(cast.answer(wish, Answer::ChangesAsked, "時期も入れてほしい"), None);
    cast.world.settle();
    assert_eq!(cast.state(tablet, wish), State::ChangesAsked);
    assert_eq!(cast.row(tablet, wish).comments, ["時期も入れてほしい"]);

    cast.done(wish, redraft("人事課", "来年四月の異動を希望しています。", Identity::Named));
    assert_eq!(cast.state(tablet, wish), State::Drafted);
    cast.world.settle();
    let late = MatterStep::Answer { words: old, answer: Answer::Approved, comment: String::new() };
    assert_eq!(cast.step(phone, wish, late.clone()), Some(not_done("not_now", &[])));
    let unread = MatterStep::Send(old);
    assert_eq!(cast.step(tablet, wish, unread), Some(not_done("other_words", &[])));
    assert_eq!(cast.send(wish), None);
    cast.world.settle();
    assert_eq!(cast.step(phone, wish, late), Some(not_done("not_now", &[])));
    assert_eq!(cast.answer(wish, Answer::Approved, ""), None);
    cast.world.settle();
    let forged = MatterStep::Transmit { words: old, means: Means::Spoken };
    assert_eq!(cast.step(tablet, wish, forged), Some(not_done("other_words", &[])));

    // Another recipient, or other words, were never approved.
    cast.done(wish, reassess(Recipient::Superior, Conflict::Unchecked, Consent::Given));
    assert_eq!(cast.transmit(wish, Means::Spoken), Some(not_done("unmet", &["approval"])));
    cast.done(wish, redraft("人事課", "来年四月の異動を強く希望しています。", Identity::Named));
    assert_eq!(cast.transmit(wish, Means::Spoken), Some(not_done("unmet", &["approval"])));
    assert_eq!(cast.lines(tablet), []);
}

#[test]
fn a_wish_that_is_withdrawn_before_it_was_sent_stays_in_the_room() {
    let mut cast = cast(703);
    let (tablet, phone) = (cast.tablet, cast.phone);
    let wish = cast.begin(begun(
        Category::Benefit,
        Recipient::Personnel,
        "人事課",
        "異動を希望しています。",
    ));
    cast.send(wish);
    cast.world.settle();
    cast.answer(wish, Answer::Approved, "");
    cast.world.settle();
    assert_eq!(cast.state(tablet, wish), State::Approved);

    cast.answer(wish, Answer::Withdrawn, "");
    cast.world.settle();

    assert_eq!((cast.state(tablet, wish), cast.judged(wish).row), (State::Blocked, Row::R10));
    assert_eq!(cast.transmit(wish, Means::Spoken), Some(not_done("not_permitted", &["r10"])));
    assert_eq!(cast.answer(wish, Answer::Approved, ""), Some(not_done("not_now", &[])));
    cast.done(wish, MatterStep::Decline);
    assert_eq!(cast.step(tablet, wish, MatterStep::Decline), Some(not_done("not_now", &[])));
    cast.world.settle();
    assert_eq!(cast.lines(phone).len(), 1);
    assert_eq!(cast.lines(phone)[0].reason, "r10");
    // Asked about anew, in the same words, she may say yes.
    cast.done(wish, redraft("人事課", "異動を希望しています。", Identity::Anonymous));
    cast.send(wish);
    cast.world.settle();
    cast.answer(wish, Answer::Approved, "");
    cast.world.settle();
    assert_eq!(cast.transmit(wish, Means::Spoken), None);
}

#[test]
fn what_was_sent_and_then_withdrawn_is_marked_and_the_recipient_is_asked_to_stop() {
    let mut cast = cast(704);
    let (tablet, phone) = (cast.tablet, cast.phone);
    let wish = cast.begin(begun(
        Category::Benefit,
        Recipient::Personnel,
        "人事課",
        "異動を希望しています。",
    ));
    cast.send(wish);
    cast.world.settle();
    cast.answer(wish, Answer::Approved, "");
    cast.world.settle();
    let early = cast.step(tablet, wish, MatterStep::AskToStop);
    assert_eq!(early, Some(not_done("not_now", &[])));
    assert_eq!(cast.transmit(wish, Means::Written), None);
    cast.world.settle();

    assert_eq!(cast.answer(wish, Answer::Withdrawn, ""), None);
    cast.world.settle();

    assert_eq!(cast.state(tablet, wish), State::Withdrawn);
    assert_eq!(cast.world.on(tablet).screen.due.matters, [cast.case]);
    assert!(cast.lines(phone)[0].is_withdrawn);
    assert_eq!(cast.lines(phone)[0].stopped_at, None);
    cast.done(wish, MatterStep::AskToStop);
    let again = cast.step(tablet, wish, MatterStep::AskToStop);
    assert_eq!(again, Some(not_done("not_now", &[])));
    cast.world.settle();
    assert_eq!(cast.world.on(tablet).screen.due.matters, []);
    assert!(cast.lines(phone)[0].stopped_at.is_some());
}

#[test]
fn whoever_asks_about_one_person_gets_the_standard_reply_and_the_employee_is_told_next_time() {
    let mut cast = cast(705);
    let (tablet, phone, shared) = (cast.tablet, cast.phone, cast.case);
    let inquire = |category| MatterAct::Inquire {
        case: shared,
        category,
        asker: Recipient::Superior,
        name: "課長".to_owned(),
    };
    cast.world.ask(tablet, Command::Matter(inquire(Category::Benefit)));
    let notices = &cast.world.on(tablet).screen.notices;
    assert_eq!(notices.last(), Some(&not_done("other_way", &[])));
    cast.world.ask(phone, Command::Matter(inquire(Category::Inquiry)));
    cast.world.settle();
    assert_eq!(cast.lines(tablet), []);

    cast.world.ask(tablet, Command::Matter(inquire(Category::Inquiry)));
    cast.world.ask(tablet, Command::Matter(inquire(Category::AttendanceAsked)));
    cast.world.settle();

    let asked: Vec<MatterId> = cast.lines(tablet).iter().map(|it| it.matter).collect();
    assert_eq!(asked.len(), 2);
    assert!(cast.lines(tablet).iter().all(|it| it.kind == LineKind::Asked && !it.is_shown));
    assert_eq!(cast.lines(phone), []);
    assert_eq!(cast.world.on(tablet).screen.due.untold, [shared]);
    for matter in &asked {
        cast.done(*matter, MatterStep::Tell("2026-05-26".to_owned()));
    }
    let nonsense = cast.step(tablet, asked[0], MatterStep::Tell("きのう".to_owned()));
    assert_eq!(nonsense, Some(not_done("not_now", &[])));
    cast.world.settle();
    assert_eq!(cast.lines(phone).len(), 2);
    assert_eq!(cast.lines(phone)[0].told_on.as_deref(), Some("2026-05-26"));
    assert_eq!(cast.world.on(tablet).screen.due.untold, []);
}
