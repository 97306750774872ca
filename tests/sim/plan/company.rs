//! Contract, plan, waves and rooms.

use super::*;

#[test]
fn a_contract_says_what_it_lacks_and_changes_nothing_until_it_has_it() {
    let mut world = World::seeded(seed_or(600));
    let admin = world.device("管理パソコン");
    world.found(admin);
    let lead = world.hire(admin, Role::Consultant, "佐藤 恵", "タブレット");
    done(&mut world, lead, PlanAct::OpenCompany("みなと精工".into()));
    let company = world.on(lead).screen.plan.home.companies[0].document;
    world.ask(lead, Command::Open(company));
    let state = |world: &World| world.on(lead).screen.plan.companies[&company].state.clone();

    act(&mut world, lead, PlanAct::MoveContract { company, to: "signed".into() });

    let lacks = ["period", "contract_kind", "continuation", "contacts", "disclosure_rules"];
    assert_eq!(world.on(lead).screen.plan.lacks, lacks);
    assert_eq!(state(&world), "draft");
    // Nor can it be filled in by hand.
    world.set(lead, company, "state", Value::Code("active".into()));
    world.set(lead, company, "group_min", Value::Number(5));
    assert_eq!(state(&world), "draft");
    assert_eq!(world.on(lead).screen.plan.companies[&company].group_min, 10);

    sign_contract(&mut world, lead, company);
    assert_eq!(state(&world), "signed");
    act(&mut world, lead, PlanAct::MoveContract { company, to: "active".into() });
    assert_eq!(world.on(lead).screen.plan.lacks, ["plan"]);
    draw_up_plan(&mut world, lead, company);
    done(&mut world, lead, PlanAct::MoveContract { company, to: "active".into() });
    assert_eq!(state(&world), "active");
    done(&mut world, lead, PlanAct::MovePlan { company, to: "running".into() });
    let rule = rule("young", "on_request", "", 0);
    act(&mut world, lead, PlanAct::AddRule { company, rule });
    assert_eq!(world.on(lead).screen.plan.lacks, ["step"], "a running plan is not redrawn");
}

#[test]
fn rules_changed_behind_the_signatures_are_not_in_force() {
    let Firm { mut world, lead, company, .. } = firm(601);
    let in_force =
        |world: &World| world.on(lead).screen.plan.companies[&company].rules_in_force.clone();
    assert!(in_force(&world).is_some_and(|words| words.contains("本人の同意なく")));

    let list = Field::top("disclosure_rules");
    let rules = world.on(lead).screen.items(company, &list)[0].clone();
    world.write(lead, company, &format!("disclosure_rules/{rules}/text"), "ただし人事を除く。");

    assert_eq!(in_force(&world), None);
}

#[test]
fn a_colleague_works_for_a_company_while_assigned_and_answers_for_nothing() {
    let mut firm = firm(602);
    let Firm { world, lead, colleague, company, .. } = &mut firm;
    let account = account(world, *colleague);
    assert!(world.on(*colleague).screen.plan.home.companies.is_empty());

    done(world, *lead, PlanAct::Assign { company: *company, account });
    world.settle();

    let companies = &world.on(*colleague).screen.plan.home.companies;
    assert_eq!((companies[0].name.as_str(), companies[0].is_lead), ("みなと精工", false));
    let consultants = &world.on(*lead).screen.plan.companies[company].consultants;
    let names: Vec<&str> = consultants.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(names, ["佐藤 恵", "田中 実"]);
    act(world, *colleague, PlanAct::MoveContract { company: *company, to: "closing".into() });
    assert_eq!(world.on(*colleague).screen.plan.lacks, ["lead"]);

    done(world, *lead, PlanAct::Unassign { company: *company, account });
    world.settle();
    world.ask(*lead, Command::Open(*company));
    let consultants = &world.on(*lead).screen.plan.companies[company].consultants;
    assert_eq!(consultants.len(), 1);
}

#[test]
fn a_wave_invites_whom_the_rules_make_due_and_says_how_many_and_never_who() {
    let mut firm = firm(603);
    let list = "氏名,対象層\n佐伯 悠真,中堅\n小田切 ひより,中堅\n森,volunteer\n光,senior\n";
    import(&mut firm, list, false);
    let (company, now) = (firm.company, firm.world.now());
    let period = || (day(now, 0), day(now, 60));

    let (from, to) = period();
    let wish = PlanAct::MakeWave { company, from, to, is_trial: true };
    done(&mut firm.world, firm.lead, wish);
    let due: Vec<u32> =
        firm.world.on(firm.lead).screen.plan.due.iter().map(|(_, due)| *due).collect();
    assert_eq!(due, [2, 0, 0], "whoever asks is not counted");
    let view = &firm.world.on(firm.lead).screen.plan.companies[&company];
    assert!(view.waves.is_empty() && view.rules[0].due == 2);

    let slots = wave(&mut firm);
    let view = &firm.world.on(firm.lead).screen.plan.companies[&company];
    assert_eq!((view.waves[0].invitees, view.waves[0].state.as_str()), (2, "inviting"));
    assert_eq!(view.rules[0].due, 0, "nobody is invited twice for one day");
    assert_eq!(firm.world.on(firm.lead).screen.plan.slots[&slots].invited, 0);
    let (from, to) = period();
    let wish = PlanAct::MakeWave { company, from, to, is_trial: false };
    act(&mut firm.world, firm.lead, wish);
    assert_eq!(firm.world.on(firm.lead).screen.plan.lacks, ["nobody"]);
}

#[test]
fn no_slot_is_published_where_a_voice_carries_or_nobody_has_looked_for_six_months() {
    let mut firm = firm(604);
    import(&mut firm, "氏名,対象層\n佐伯 悠真,中堅\n", false);
    let slots = wave(&mut firm);
    let venue = room(&mut firm);
    let Firm { world, lead, company, .. } = &mut firm;
    let (company, lead) = (*company, *lead);
    let consultant = account(world, lead);
    let try_at = |world: &mut World, start: UnixMillis| {
        let wishes = vec![wish(start, &venue, consultant)];
        act(world, lead, PlanAct::PublishSlots { slots, wishes });
        let screen = &world.on(lead).screen.plan;
        assert!(!screen.is_published || screen.trial[0].1.is_empty());
        (screen.is_published, screen.trial[0].1.clone())
    };
    let problem = |world: &World| {
        let venue = &world.on(lead).screen.plan.companies[&company].venues[0];
        (venue.result.clone(), venue.problem.clone())
    };
    assert_eq!(problem(world), ("ok".into(), String::new()));

    let late = at(world, 13).plus_ms(200 * DAY_MS);
    assert_eq!(try_at(world, late), (false, vec!["venue_expired".into()]));
    let held = vec!["no_view".into(), "no_microphone".into(), "no_visitor".into()];
    done(world, lead, PlanAct::CheckVenue { company, venue: venue.clone(), held });
    assert_eq!(problem(world), ("ng".into(), "venue_not_quiet".into()));
    let next_week = at(world, 13);
    assert_eq!(try_at(world, next_week), (false, vec!["venue_not_quiet".into()]));
    let held: Vec<String> = CHECKS.iter().map(|it| (*it).into()).collect();
    done(world, lead, PlanAct::CheckVenue { company, venue: venue.clone(), held });
    assert_eq!(try_at(world, next_week), (true, vec![]));
    assert_eq!(world.on(lead).screen.plan.slots[&slots].slots.len(), 1);
}
