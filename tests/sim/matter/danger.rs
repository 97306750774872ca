//! Dangers: tonight, considerable, at work.

use engine::{
    casework::{
        field::{Field, Value},
        rule::{
            disclosure::{permit::Need, record::UNTOLD_DAYS_MAX, table::Row},
            retention::Class,
            risk::Lack,
        },
    },
    command::{PlanAct, ReportAct},
    view::OpinionView,
};
use shared::log::document::Life;

use super::*;

/// Example 3: tonight.
#[test]
fn tonight_the_sister_and_the_ambulance_are_told_what_they_need_and_nothing_else() {
    const WORDS: &str =
        "本日、ご本人の安全が心配な状態です。今いる場所は〇〇、すぐに付き添いが必要です";
    let mut cast = cast_at(711, at("2026-02-17", 9, 0));
    let (tablet, phone) = (cast.tablet, cast.phone);
    cast.until(at("2026-02-17", 18, 55));
    // No network in the room: an emergency does not wait for one.
    cast.world.offline(tablet);
    let facts = "今夜の具体的な手段に言及した。家に帰りたくないと話す。".to_owned();
    cast.assess(Assessment {
        facts,
        actions: vec![],
        second_opinion: Some(Signer::Lead),
        ..assessment(Level::Urgent)
    });
    let risk = &cast.world.on(tablet).screen.risks[&cast.private];
    assert_eq!(risk.lacks, [Lack::Actions, Lack::Recheck]);
    let by = at("2026-02-18", 18, 55);
    assert_eq!(risk.recheck_by, Some(by));
    assert_eq!(cast.world.on(tablet).screen.due.rechecks, [(cast.case, Level::Urgent, by)]);

    let named = |recipient, name: &str, text: &str| Begun {
        identity: Identity::Named,
        spoken: Consent::Refused,
        ..begun(Category::Danger, recipient, name, text)
    };
    let sister = cast.begin(named(Recipient::Family, "姉", &"危".repeat(121)));
    let judged = cast.judged(sister);
    let permit = judged.permit.unwrap();
    assert_eq!((judged.row, permit.chars_max), (Row::R1, 120));
    assert_eq!(judged.unmet, [Need::WhyNoConsent]);
    assert_eq!(cast.transmit(sister, Means::Spoken), Some(not_done("faulty", &["too_long"])));
    let copied = redraft("姉", "家に帰りたくないと話す。付き添いが必要です", Identity::Named);
    cast.done(sister, copied);
    assert_eq!(cast.transmit(sister, Means::Spoken), Some(not_done("faulty", &["copies_note"])));
    cast.done(sister, redraft("姉", WORDS, Identity::Named));
    let unmet = Some(not_done("unmet", &["why_no_consent"]));
    assert_eq!(cast.transmit(sister, Means::Spoken), unmet);
    cast.done(sister, note(Ground::WhyNoConsent, "拒否。生命の危険が切迫"));
    assert_eq!(cast.transmit(sister, Means::Spoken), None);
    let ambulance = cast.begin(named(Recipient::Ambulance, "119", WORDS));
    cast.done(ambulance, note(Ground::WhyNoConsent, "拒否。生命の危険が切迫"));
    assert_eq!(cast.transmit(ambulance, Means::Spoken), None);
    // Her superior is nobody who helps.
    let home = "体調のため本日は付き添いで帰宅、明日の連絡は本人の了解を得てから";
    let company = cast.begin(named(Recipient::Superior, "上司", home));
    assert_eq!(cast.judged(company).reason, "r19");
    assert_eq!(cast.transmit(company, Means::Spoken), Some(not_done("not_permitted", &["r19"])));
    let private = cast.step(tablet, company, MatterStep::Decline);
    assert_eq!(private, Some(not_done("not_now", &[])), "what is thought of a danger is private");
    cast.world.online(tablet);
    cast.world.settle();

    // She finds it when she was told in person.
    assert_eq!(cast.lines(phone), []);
    assert_eq!(cast.view(phone).matters, []);
    assert_eq!(cast.lines(tablet).len(), 2);
    assert!(cast.lines(tablet).iter().all(|it| !it.is_shown));
    assert_eq!(cast.world.on(tablet).screen.due.untold, [cast.case]);
    cast.until(at("2026-03-02", 10, 0));
    for matter in [sister, ambulance] {
        cast.done(matter, MatterStep::Tell("2026-03-02".to_owned()));
    }
    cast.world.settle();
    assert_eq!(cast.world.on(tablet).screen.due.untold, []);
    assert_eq!(cast.lines(phone).len(), 2);
    for (line, name) in cast.lines(phone).iter().zip(["姉", "119"]) {
        let sent = line.sent.as_ref().unwrap();
        assert_eq!((line.name.as_str(), sent.text.as_str()), (name, WORDS));
        assert_eq!((line.at, sent.row), (at("2026-02-17", 18, 55), Row::R1));
        assert_eq!((sent.class, sent.recheck_at), (Class::DisclosureLife, Some(by)));
        assert_eq!(line.told_on.as_deref(), Some("2026-03-02"));
    }
    cast.check_hidden(&["付き添い", "手段", "帰りたくない"]);
}

#[test]
fn whoever_was_never_told_in_person_finds_it_all_the_same_after_a_month() {
    let mut cast = cast(712);
    let phone = cast.phone;
    cast.assess(assessment(Level::Urgent));
    let words = "安全が心配な状態です。付き添いが必要です";
    let sister = cast.begin(begun(Category::Danger, Recipient::Family, "姉", words));
    assert_eq!(cast.transmit(sister, Means::Spoken), None);
    let told = cast.world.now();
    let open_after = |cast: &mut Cast, days: i64| {
        let day = Date::at(told).plus_days(days).start();
        cast.until(day.plus_ms(12 * HOUR_MS));
        cast.world.ask(phone, Command::Close(cast.disclosure));
        cast.world.ask(phone, Command::Open(cast.disclosure));
        cast.lines(phone).len()
    };

    assert_eq!(open_after(&mut cast, UNTOLD_DAYS_MAX), 0);
    assert_eq!(open_after(&mut cast, UNTOLD_DAYS_MAX + 1), 1);
}

#[test]
fn against_a_refusal_two_people_sign_and_the_second_never_comes_near_the_case() {
    const WORDS: &str = "ある方の体調が心配です。夜勤を外す配慮をお願いします。";
    let mut cast = cast(713);
    let (tablet, phone, supervisor) = (cast.tablet, cast.phone, cast.supervisor);
    cast.assess(assessment(Level::Concern));
    let matter = cast.begin(Begun {
        spoken: Consent::Refused,
        ..begun(Category::Danger, Recipient::SafetyContact, "安全衛生の担当", WORDS)
    });
    let needs = [Need::SecondOpinion, Need::TwoSignatures, Need::Intention, Need::WhyNoConsent];
    assert_eq!(
        (cast.judged(matter).row, cast.judged(matter).unmet.as_slice()),
        (Row::R3, &needs[..])
    );
    cast.done(matter, note(Ground::Intention, "伝えるつもりと話した"));
    cast.done(matter, note(Ground::WhyNoConsent, "会社に知られたくない"));
    let of = cast.supervisor_account();
    let ask = |cast: &mut Cast, facts: &str| {
        let words = cast.words(tablet, matter);
        let step = MatterStep::AskOpinion { words, of, facts: facts.to_owned() };
        let notice = cast.step(tablet, matter, step);
        cast.world.settle();
        notice
    };
    let unmet = Some(not_done("unmet", &["second_opinion", "two_signatures"]));

    let named = ask(&mut cast, "小田切さん、24歳。");
    assert_eq!(named, Some(not_done("faulty", &["names_employee"])));
    assert_eq!(ask(&mut cast, " "), Some(not_done("faulty", &["empty"])));
    assert_eq!(cast.world.on(supervisor).screen.due.opinions, []);
    assert_eq!(ask(&mut cast, "二十代。先週から眠れていない。"), None);
    assert_eq!(cast.transmit(matter, Means::Spoken), unmet);
    let asked = open_opinion(&mut cast);
    assert_eq!((asked.question.text.as_str(), asked.question.row), (WORDS, Row::R3));
    assert!(asked.is_for_me);
    let case_documents = [cast.case, cast.disclosure, cast.private];
    for document in case_documents {
        assert!(!cast.world.can_open(supervisor, document));
    }

    // The supervisor does not sign these words, and says why.
    give(&mut cast, asked.document, false, "部署が分かる。もっと短く");
    let unsigned = Some(not_done("unmet", &["two_signatures"]));
    assert_eq!(cast.transmit(matter, Means::Spoken), unsigned);
    let said = &cast.judged(matter).opinions;
    assert!(said.contains(&(Signer::Supervisor, false, "部署が分かる。もっと短く".to_owned())));
    give(&mut cast, asked.document, true, "考え直した");
    assert_eq!(cast.transmit(matter, Means::Spoken), unsigned, "an answer is given once");

    cast.done(matter, redraft("安全衛生の担当", "体調に配慮をお願いします。", Identity::Anonymous));
    assert_eq!(ask(&mut cast, "二十代。先週から眠れていない。"), None);
    let asked = open_opinion(&mut cast);
    give(&mut cast, asked.document, true, "これなら");
    assert_eq!(cast.transmit(matter, Means::Spoken), None);
    cast.world.settle();

    let sent = cast.lines(phone)[0].sent.clone().unwrap();
    assert_eq!((sent.row, sent.class), (Row::R3, Class::DisclosureLife));
    assert_eq!(sent.signed_by, [Signer::Consultant, Signer::Supervisor]);
    assert_eq!(sent.text, "体調に配慮をお願いします。");
    cast.check_hidden(&["夜勤", "眠れていない", "これなら"]);
}

fn open_opinion(cast: &mut Cast) -> OpinionView {
    open_opinion_of(cast, cast.supervisor)
}

fn open_opinion_of(cast: &mut Cast, device: DeviceNo) -> OpinionView {
    let due = &cast.world.on(device).screen.due.opinions;
    let document = *due.first().expect("a question");
    cast.world.ask(device, Command::Open(document));
    cast.world.on(device).screen.opinions[&document].clone()
}

fn give(cast: &mut Cast, document: DocumentId, agrees: bool, advice: &str) {
    give_by(cast, cast.supervisor, document, (agrees, advice));
}

fn give_by(
    cast: &mut Cast,
    device: DeviceNo,
    document: DocumentId,
    (agrees, advice): (bool, &str),
) {
    let act = MatterAct::GiveOpinion { document, agrees, advice: advice.to_owned() };
    cast.world.ask(device, Command::Matter(act));
    cast.world.settle();
}

/// A colleague who is responsible for a company for which this consultant works.
fn a_lead(cast: &mut Cast) -> (DeviceNo, AccountId) {
    let lead = cast.world.hire(cast.admin, Role::Consultant, "田中 実", "田中のタブレット");
    cast.world.ask(lead, Command::Plan(PlanAct::OpenCompany("みなと精工".into())));
    cast.world.settle();
    let company = cast.world.on(lead).screen.plan.home.companies[0].document;
    let me = |device| {
        let people = &cast.world.on(device).screen.home.people;
        people.iter().find(|row| row.is_me).and_then(|row| row.account).expect("oneself")
    };
    let (account, assigned) = (me(lead), me(cast.tablet));
    cast.world.ask(lead, Command::Plan(PlanAct::Assign { company, account: assigned }));
    cast.world.settle();
    for device in [cast.tablet, cast.laptop] {
        cast.world.ask(device, Command::Open(cast.disclosure));
    }
    (lead, account)
}

/// A danger told against a refusal, with the lead's name beside the consultant's.
fn told_with_the_lead(cast: &mut Cast) -> (DeviceNo, MatterId, DocumentId) {
    let (lead, of) = a_lead(cast);
    cast.assess(assessment(Level::Concern));
    let matter = cast.begin(Begun {
        spoken: Consent::Refused,
        ..begun(
            Category::Danger,
            Recipient::SafetyContact,
            "安全衛生の担当",
            "体調に配慮をお願いします。",
        )
    });
    cast.done(matter, note(Ground::Intention, "伝えるつもりと話した"));
    cast.done(matter, note(Ground::WhyNoConsent, "会社に知られたくない"));
    let seconds = &cast.view(cast.tablet).seconds;
    assert!(seconds.contains(&(of, Signer::Lead)), "{seconds:?}");
    let words = cast.words(cast.tablet, matter);
    let facts = String::from("二十代。先週から眠れていない。");
    cast.done(matter, MatterStep::AskOpinion { words, of, facts });
    cast.world.settle();
    let asked = open_opinion_of(cast, lead);
    let unmet = Some(not_done("unmet", &["second_opinion", "two_signatures"]));
    assert_eq!(cast.transmit(matter, Means::Spoken), unmet);
    give_by(cast, lead, asked.document, (true, "これなら"));
    assert_eq!(cast.transmit(matter, Means::Spoken), None);
    cast.world.settle();
    (lead, matter, asked.document)
}

#[test]
fn the_lead_signs_second_where_there_is_no_supervisor_and_never_comes_near_the_case() {
    let mut cast = cast(718);
    let (lead, _, _) = told_with_the_lead(&mut cast);

    let sent = cast.lines(cast.phone)[0].sent.clone().unwrap();
    assert_eq!((sent.row, sent.signed_by), (Row::R3, vec![Signer::Consultant, Signer::Lead]));
    for document in [cast.case, cast.disclosure, cast.private] {
        assert!(!cast.world.can_open(lead, document));
    }
}

#[test]
fn what_was_signed_second_is_kept_as_long_as_what_was_told_and_no_longer() {
    let mut cast = cast(719);
    let tablet = cast.tablet;
    cast.world.add_interview(tablet, cast.case);
    let (lead, _, opinion) = told_with_the_lead(&mut cast);
    let consent = cast.world.on(tablet).screen.home.cases[0].consent.expect("consents");
    let life = |cast: &Cast| crate::removal::logs(&cast.world).1[&opinion].life();
    let pass = |cast: &mut Cast, days: u64| {
        for device in cast.world.devices() {
            cast.world.offline(device);
        }
        let later = cast.world.now().plus_ms(days * 24 * HOUR_MS);
        cast.world.wait_until(later);
        for device in cast.world.devices() {
            cast.world.online(device);
        }
        cast.world.settle();
        cast.world.invite(cast.admin, Role::Employee, "新しい人");
        cast.world.settle();
        cast.world.restart(tablet);
        cast.world.unlock(tablet);
        cast.world.settle();
    };

    // A life was at stake: ten years. The tablet is away for the last months of them.
    pass(&mut cast, 9 * 365);
    assert_eq!(life(&cast), Life::Open);
    let shared = cast.case;
    assert_eq!(crate::removal::logs(&cast.world).1[&shared].life(), Life::Shredded);
    let act = |cast: &mut Cast, act| cast.world.ask(tablet, Command::Report(act));
    act(&mut cast, ReportAct::Hold { case: shared, reason: "訴訟のため".into() });
    cast.world.settle();
    for device in [tablet, cast.laptop] {
        cast.world.ask(device, Command::Lock);
        cast.world.offline(device);
    }
    let later = cast.world.now().plus_ms(390 * 24 * HOUR_MS);
    cast.world.wait_until(later);
    cast.world.invite(cast.admin, Role::Employee, "次の人");
    cast.world.settle();
    cast.world.online(tablet);
    for _ in 0..2 {
        cast.world.restart(tablet);
        cast.world.unlock(tablet);
        cast.world.settle();
    }
    assert_eq!(life(&cast), Life::Open, "a legal hold");

    act(&mut cast, ReportAct::Show(consent));
    let hold = cast.world.on(tablet).screen.rights[&consent].holds[0].hold.clone();
    act(&mut cast, ReportAct::Lift { case: shared, hold });
    cast.world.settle();
    cast.world.restart(tablet);
    cast.world.unlock(tablet);
    cast.world.settle();
    assert_eq!(life(&cast), Life::Shredded);
    for device in [tablet, lead] {
        assert!(!cast.world.can_open(device, opinion));
    }
}

#[test]
fn with_consent_and_a_plan_the_physician_is_told_what_was_agreed() {
    let mut cast = cast(714);
    let (tablet, phone, shared) = (cast.tablet, cast.phone, cast.case);
    cast.assess(assessment(Level::Concern));
    let risk = |cast: &Cast| cast.world.on(tablet).screen.risks[&cast.private].clone();
    assert_eq!(risk(&cast).lacks, [Lack::Recheck, Lack::SafetyPlan]);
    let words = "睡眠について、産業医との面談を希望しています。";
    let matter = cast.begin(Begun {
        identity: Identity::Named,
        ..begun(Category::Danger, Recipient::Health, "産業医", words)
    });
    cast.done(matter, reassess(Recipient::Health, Conflict::Clear, Consent::Given));
    assert_eq!(cast.judged(matter).row, Row::R2);
    cast.send(matter);
    cast.world.settle();
    cast.answer(matter, Answer::Approved, "");
    cast.world.settle();
    assert_eq!(cast.transmit(matter, Means::Written), Some(not_done("unmet", &["safety_plan"])));

    // They write the plan together; the employee has it on the phone.
    cast.world.ask(tablet, Command::Open(shared));
    for (kind, text) in [("own_means", "灯りをつけて音楽を聴く"), ("contact", "夜間の相談窓口 119")]
    {
        let line = cast.world.add(tablet, shared, "safety_plan");
        cast.world.set(tablet, shared, &format!("{line}/kind"), Value::Code(kind.to_owned()));
        cast.world.fill(tablet, shared, &format!("{line}/text"), text);
    }
    cast.world.settle();
    assert!(cast.world.can_open(phone, shared));
    let lines = cast.world.on(phone).screen.items(shared, &Field::top("safety_plan"));
    assert_eq!(lines.len(), 2);
    assert!(risk(&cast).has_plan);
    assert_eq!(risk(&cast).lacks, [Lack::Recheck]);
    assert_eq!(cast.transmit(matter, Means::Written), None);
    cast.world.settle();
    assert_eq!(cast.lines(phone)[0].sent.as_ref().unwrap().row, Row::R2);
}

#[test]
fn an_assessment_is_never_changed_and_the_next_one_settles_it() {
    let mut cast = cast(715);
    let (tablet, laptop) = (cast.tablet, cast.laptop);
    cast.assess(assessment(Level::Concern));
    let by = cast.world.now().plus_ms(24 * HOUR_MS);
    cast.world.settle();
    assert_eq!(cast.world.on(laptop).screen.due.rechecks, [(cast.case, Level::Concern, by)]);

    let list = Field::top("risks");
    cast.world.ask(tablet, Command::AddItem { document: cast.private, list: list.clone() });
    let risk = |cast: &Cast| cast.world.on(tablet).screen.risks[&cast.private].clone();
    assert_eq!(risk(&cast).assessments.len(), 1);
    assert_eq!(
        cast.world.on(tablet).screen.items(cast.private, &list),
        [""; 0],
        "no form shows it"
    );
    cast.world.wait_ms(20 * HOUR_MS);
    let recheck_at = cast.world.now().plus_ms(7 * 24 * HOUR_MS);
    cast.assess(Assessment { recheck_at: Some(recheck_at), ..assessment(Level::Watch) });
    cast.world.settle();

    let now = risk(&cast);
    let levels: Vec<Level> = now.assessments.iter().map(|it| it.level).collect();
    assert_eq!(levels, [Level::Concern, Level::Watch]);
    assert_eq!(now.recheck_by, Some(recheck_at));
    let due = &cast.world.on(laptop).screen.due.rechecks;
    assert_eq!(*due, [(cast.case, Level::Watch, recheck_at)]);
    cast.assess(Assessment { recheck_at: None, ..assessment(Level::None) });
    cast.world.settle();
    assert_eq!(cast.world.on(laptop).screen.due.rechecks, []);
}

#[test]
fn a_hazard_at_work_is_told_without_the_person() {
    const WORDS: &str = "入浴介助のリフトの固定が緩んでいます。点検をお願いします。";
    let mut cast = cast(716);
    let (tablet, phone) = (cast.tablet, cast.phone);
    let hazard = cast.begin(Begun {
        identity: Identity::Named,
        spoken: Consent::Unknown,
        hazard: Judgement::Concern,
        ..begun(Category::Hazard, Recipient::SafetyContact, "安全衛生委員会", WORDS)
    });
    assert_eq!(cast.judged(hazard).row, Row::R5);
    let named = Some(not_done("faulty", &["not_anonymous"]));
    assert_eq!(cast.transmit(hazard, Means::Written), named);
    cast.done(hazard, redraft("安全衛生委員会", WORDS, Identity::Anonymous));
    let unread = Some(not_done("unmet", &["anonymity_check"]));
    assert_eq!(cast.transmit(hazard, Means::Written), unread);
    let words = cast.words(tablet, hazard);
    cast.done(hazard, MatterStep::Check(words));
    assert_eq!(cast.transmit(hazard, Means::Written), None);
    cast.world.settle();

    let line = &cast.lines(phone)[0];
    let sent = line.sent.as_ref().unwrap();
    assert_eq!(
        (sent.row, sent.identity, sent.text.as_str()),
        (Row::R5, Identity::Anonymous, WORDS)
    );
    assert_eq!(cast.world.on(tablet).screen.due.untold, []);
}
