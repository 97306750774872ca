//! Whom a company asks to be invited, and who comes by themself.

use super::*;

#[test]
fn a_list_with_anything_wrong_in_it_is_shown_and_not_kept() {
    let mut firm = firm(630);
    import(&mut firm, "氏名,対象層\n佐伯 悠真,中堅\n小田切 ひより,役員\n", false);
    let seen = firm.world.on(firm.lead).screen.plan.import.clone().expect("an import");
    assert_eq!(seen.complaints, [(3, "segment".into(), "no_segment".into())]);
    assert!(!seen.is_kept && rows(&firm).is_empty());
    let home = &firm.world.on(firm.lead).screen.plan.home;
    assert_eq!((seen.roster, home.companies[0].roster), (firm.roster, Some(firm.roster)));

    let list = "氏名,所属,対象層\n渡邉 光,製造,中堅\n渡邉 光,検査,中堅\n";
    import(&mut firm, list, true);
    let seen = firm.world.on(firm.lead).screen.plan.import.clone().expect("an import");
    assert_eq!((seen.names.len(), seen.is_kept), (2, false));
    assert!(rows(&firm).is_empty(), "a trial keeps nothing");
    import(&mut firm, list, false);
    import(&mut firm, &format!("{list}森,,\n"), false);
    let seen = firm.world.on(firm.lead).screen.plan.import.clone().expect("an import");
    assert_eq!((seen.names, seen.known, seen.is_kept), (vec!["森".to_owned()], 2, true));
    assert_eq!(rows(&firm).len(), 3);
    let sjis = Blob(b"\x8E\x81\x96\xBC\n".to_vec());
    let wish =
        PlanAct::ImportRoster { company: firm.company, csv: sjis, words: words(), is_trial: false };
    done(&mut firm.world, firm.lead, wish);
    let seen = firm.world.on(firm.lead).screen.plan.import.clone().expect("an import");
    assert_eq!(seen.complaints, [(0, String::new(), "not_utf8".into())]);
}

fn invitation(firm: &Firm, row: &str) -> String {
    let rows = &firm.world.on(firm.lead).screen.plan.rosters[&firm.roster];
    rows.iter().find(|it| it.row == row).expect("a row").invitation.clone()
}

#[track_caller]
fn link(firm: &mut Firm, row: &str) -> String {
    firm.world.on_mut(firm.lead).screen.invitation = None;
    let wish = PlanAct::InviteRow { company: firm.company, row: row.into(), days: 30 };
    done(&mut firm.world, firm.lead, wish);
    firm.world.settle();
    firm.world.on_mut(firm.lead).screen.invitation.take().expect("an invitation").fragment
}

fn use_link(firm: &mut Firm, link: &str, name: &str) -> DeviceNo {
    let phone = firm.world.device(&format!("{name}のスマートフォン"));
    firm.world.arrive(phone, link, name);
    firm.world.settle();
    phone
}

#[test]
fn an_invitation_is_issued_handed_over_and_used_by_whichever_of_its_links() {
    let mut firm = firm(631);
    import(&mut firm, "氏名,対象層\n佐伯 悠真,中堅\n小田切 ひより,中堅\n", false);
    let slots = wave(&mut firm);
    let all = rows(&firm);
    let company = firm.company;
    let mark = |row: &str, state: &str| PlanAct::MarkInvitation {
        company,
        row: row.into(),
        state: state.into(),
    };
    assert_eq!(invitation(&firm, &all[0]), "");
    act(&mut firm.world, firm.lead, mark(&all[0], "opened"));
    assert_eq!(firm.world.on(firm.lead).screen.plan.lacks, ["invitation"]);

    let earlier = link(&mut firm, &all[0]);
    assert_eq!(invitation(&firm, &all[0]), "issued");
    done(&mut firm.world, firm.lead, mark(&all[0], "opened"));
    let _sent_again = link(&mut firm, &all[0]);
    assert_eq!(invitation(&firm, &all[0]), "issued");
    act(&mut firm.world, firm.lead, mark(&all[0], "activated"));
    assert_eq!(firm.world.on(firm.lead).screen.plan.lacks, ["invitation"], "the log says that");

    // The letter that was thought lost turns up.
    let phone = use_link(&mut firm, &earlier, "佐伯 悠真");
    assert_eq!(invitation(&firm, &all[0]), "activated");
    see(&mut firm.world, phone, slots);
    act(&mut firm.world, firm.lead, PlanAct::InviteRow { company, row: all[0].clone(), days: 30 });
    assert_eq!(firm.world.on(firm.lead).screen.plan.lacks, ["invitation"]);
    firm.world.ask(firm.lead, Command::Open(slots));
    assert_eq!(firm.world.on(firm.lead).screen.plan.slots[&slots].invited, 1);

    // What was revoked may still make an account, and that is let into nothing.
    let revoked = link(&mut firm, &all[1]);
    done(&mut firm.world, firm.lead, mark(&all[1], "revoked"));
    let stranger = use_link(&mut firm, &revoked, "だれか");
    assert!(firm.world.on(stranger).screen.is_open());
    assert_eq!(invitation(&firm, &all[1]), "revoked");
    assert!(firm.world.on(stranger).screen.plan.home.slots.is_empty());
    assert_eq!(firm.world.on(firm.lead).screen.plan.slots[&slots].invited, 1);
    // Once it has expired nobody joins by it.
    let late = link(&mut firm, &all[1]);
    firm.world.wait_ms(31 * DAY_MS);
    firm.world.settle();
    firm.world.ask(firm.lead, Command::Open(firm.roster));
    let phone = use_link(&mut firm, &late, "小田切 ひより");
    assert!(!firm.world.on(phone).screen.is_open());
}

#[test]
fn who_comes_by_the_poster_books_and_stands_in_no_document_of_the_company() {
    let mut firm = firm(632);
    let venue = room(&mut firm);
    let company = firm.company;
    let changes = |firm: &Firm| {
        let screen = &firm.world.on(firm.lead).screen;
        (screen.plan.companies[&company].clone(), screen.plan.rosters[&firm.roster].clone())
    };
    let before = changes(&firm);
    let wish = PlanAct::MakePoster { company, alias: "みなと".into(), uses: 2, days: 60 };
    done(&mut firm.world, firm.lead, wish);
    firm.world.settle();
    let poster = firm.world.on_mut(firm.lead).screen.invitation.take().expect("a poster");
    assert_eq!(poster.purpose, engine::view::InvitationFor::Poster);
    let poster = poster.fragment;

    let phone = use_link(&mut firm, &poster, "匿名さん");
    let other = use_link(&mut firm, &poster, "別の人");
    let third = use_link(&mut firm, &poster, "三人目");

    assert!(!firm.world.on(third).screen.is_open(), "a poster for two");
    let home = firm.world.on(firm.lead).screen.plan.home.clone();
    assert_eq!(home.newcomers.len(), 2);
    assert!(home.newcomers.iter().all(|it| it.alias == "みなと" && it.name.is_empty()));
    let slots = home.slots[0].document;
    assert_eq!(home.slots[0].wave, "");
    firm.world.ask(firm.lead, Command::Open(slots));
    let ids = publish(&mut firm, slots, &venue, &[10, 13]);
    for device in [phone, other] {
        see(&mut firm.world, device, slots);
    }
    done(&mut firm.world, phone, PlanAct::Claim { slots, slot: ids[0].clone() });
    firm.world.settle();
    let seen = row(&firm.world, firm.lead, slots, &ids[0]);
    assert_eq!((seen.booking, seen.name.as_str()), (Booking::Booked, ""));
    let account = seen.account.expect("who it is");
    let Firm { world, lead, .. } = &mut firm;
    // Before they say what they are called, there is no case.
    world.ask(*lead, Command::OpenCase(account));
    assert_eq!(world.on(*lead).screen.home.cases.len(), 0);
    done(world, *lead, PlanAct::NamePerson { account, name: "匿名 希望".into() });
    world.ask(*lead, Command::OpenCase(account));
    done(world, *lead, PlanAct::NamePerson { account, name: "松本 葵".into() });
    world.settle();
    assert_eq!(world.on(*lead).screen.home.cases[0].employee_name, "松本 葵");
    let told = &world.on(phone).screen.plan.home.appointments;
    assert_eq!((told.len(), told[0].length_min), (1, 75));

    assert_eq!(changes(&firm), before, "the company's documents say nothing of it");
}

#[test]
fn more_people_than_one_document_holds_choose_from_several() {
    let mut firm = firm(633);
    let company = firm.company;
    let wish = PlanAct::MakePoster { company, alias: "みなと".into(), uses: 60, days: 60 };
    done(&mut firm.world, firm.lead, wish);
    firm.world.settle();
    let poster = firm.world.on_mut(firm.lead).screen.invitation.take().expect("a poster").fragment;

    let phones: Vec<DeviceNo> =
        (0..49).map(|at| use_link(&mut firm, &poster, &format!("社員{at}"))).collect();

    let home = firm.world.on(firm.lead).screen.plan.home.clone();
    assert_eq!(home.slots.len(), 2);
    let mut invited = vec![];
    for slots in &home.slots {
        firm.world.ask(firm.lead, Command::Open(slots.document));
        invited.push(firm.world.on(firm.lead).screen.plan.slots[&slots.document].invited);
    }
    invited.sort_unstable();
    assert_eq!(invited, [1, 48]);
    for phone in phones {
        assert_eq!(firm.world.on(phone).screen.plan.home.slots.len(), 1);
    }
}

#[test]
fn slots_for_whoever_asks_go_on_in_a_new_document_after_a_month() {
    let mut firm = firm(634);
    let venue = room(&mut firm);
    let (company, consultant) = (firm.company, account(&firm.world, firm.lead));
    let wish = PlanAct::MakePoster { company, alias: "みなと".into(), uses: 2, days: 60 };
    done(&mut firm.world, firm.lead, wish);
    firm.world.settle();
    let poster = firm.world.on_mut(firm.lead).screen.invitation.take().expect("a poster").fragment;
    let phone = use_link(&mut firm, &poster, "匿名さん");
    let first = firm.world.on(firm.lead).screen.plan.home.slots[0].document;
    firm.world.ask(firm.lead, Command::Open(first));
    publish(&mut firm, first, &venue, &[10]);

    let Firm { mut world, lead, .. } = firm;
    for device in [lead, phone] {
        world.offline(device);
    }
    let later = world.now().plus_ms(38 * DAY_MS);
    world.wait_until(later);
    for device in [lead, phone] {
        world.online(device);
    }
    world.settle();
    let wishes = vec![super::wish(at(&world, 10), &venue, consultant)];
    done(&mut world, lead, PlanAct::PublishSlots { slots: first, wishes });
    assert!(world.on(lead).screen.plan.is_published);
    world.settle();

    let known: Vec<DocumentId> =
        world.on(phone).screen.plan.home.slots.iter().map(|it| it.document).collect();
    let next = *known.iter().find(|it| **it != first).expect("a new document");
    assert_eq!(known.len(), 2);
    for device in [lead, phone] {
        see(&mut world, device, first);
        see(&mut world, device, next);
    }
    let count = |slots| world.on(phone).screen.plan.slots[&slots].slots.len();
    assert_eq!((count(first), count(next)), (1, 1));
}
