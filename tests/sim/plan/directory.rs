//! Who the consultants are, and what employees are told.

use super::*;

fn texts(word: &str) -> Vec<String> {
    (1..=11).map(|at| format!("C{at} {word}")).collect()
}

fn staff(seed: u64) -> (World, DeviceNo, DeviceNo, DeviceNo) {
    let mut world = World::seeded(seed_or(seed));
    let admin = world.device("管理パソコン");
    world.found(admin);
    let sato = world.hire(admin, Role::Consultant, "佐藤 恵", "タブレット");
    let tanaka = world.hire(admin, Role::Consultant, "田中 実", "田中のタブレット");
    (world, admin, sato, tanaka)
}

#[test]
fn the_first_who_needs_the_directory_makes_it_and_later_colleagues_are_let_in() {
    let (mut world, admin, sato, tanaka) = staff(610);
    done(&mut world, sato, PlanAct::OpenDirectory);
    world.settle();
    done(&mut world, tanaka, PlanAct::OpenDirectory);
    world.settle();
    let later = world.hire(admin, Role::Consultant, "鈴木 葵", "鈴木のタブレット");
    let supervisor = world.hire(admin, Role::Supervisor, "高橋 彩", "高橋のパソコン");
    world.settle();

    let of = |world: &World, device: DeviceNo| world.on(device).screen.plan.home.directory;
    let directory = of(&world, sato).expect("a directory");
    for device in [tanaka, later, supervisor] {
        assert_eq!(of(&world, device), Some(directory));
    }
    assert_eq!(of(&world, admin), None, "an admin reads no names");
    world.ask(later, Command::Open(directory));
    let view = world.on(later).screen.plan.directory.clone().expect("the directory");
    let mut names: Vec<String> = view.profiles.into_iter().map(|(_, name)| name).collect();
    names.sort();
    assert_eq!(names, ["佐藤 恵", "田中 実", "高橋 彩"]);
    // A supervisor is in it by name, and does not say what employees are told.
    let (language, texts, valid_from) = ("ja".to_owned(), texts("高橋"), day(world.now(), 0));
    done(&mut world, supervisor, PlanAct::PublishTemplate { language, texts, valid_from });
    world.settle();
    assert_eq!(world.on(later).screen.plan.directory.clone().expect("it").templates.len(), 2);
    // What the program brings is read out until the firm has worded it otherwise.
    let current: Vec<(u32, &str)> = view
        .templates
        .iter()
        .filter(|it| it.is_current)
        .map(|it| (it.told.version, it.language.as_str()))
        .collect();
    assert_eq!(current, [(1, "ja"), (1, "en")]);
    assert!(view.templates[0].texts[0].contains("第30条の27"));
}

#[test]
fn two_directories_begun_at_once_are_read_together_and_one_of_them_is_written_to() {
    let (mut world, _, sato, tanaka) = staff(611);
    for device in [sato, tanaka] {
        world.offline(device);
        done(&mut world, device, PlanAct::OpenDirectory);
        let language = "ja".to_owned();
        let texts = texts(if device == sato { "佐藤" } else { "田中" });
        let valid_from = day(world.now(), 0);
        done(&mut world, device, PlanAct::PublishTemplate { language, texts, valid_from });
    }
    for device in [sato, tanaka] {
        world.online(device);
    }
    world.settle();

    let home = |world: &World, device: DeviceNo| world.on(device).screen.plan.home.clone();
    assert_eq!(home(&world, sato).directory, home(&world, tanaka).directory);
    assert_eq!(home(&world, sato).other_directories, 1);
    let directory = home(&world, sato).directory.expect("a directory");
    let mut seen = vec![];
    for device in [sato, tanaka] {
        world.ask(device, Command::Open(directory));
        let view = world.on(device).screen.plan.directory.clone().expect("the directory");
        assert_eq!(view.profiles.len(), 2, "nobody's profile is lost");
        let current = view.templates.into_iter().find(|it| it.is_current && it.language == "ja");
        seen.push(current.expect("a wording").texts[0].clone());
    }
    // Sato joined first.
    assert_eq!(seen, ["C1 佐藤", "C1 佐藤"]);
    let (language, texts) = ("ja".to_owned(), texts("二人"));
    let valid_from = day(world.now(), 0);
    done(&mut world, tanaka, PlanAct::PublishTemplate { language, texts, valid_from });
    world.settle();
    let view = world.on(sato).screen.plan.directory.clone().expect("the directory");
    let newest = &view.templates[0];
    assert_eq!((newest.told.version, newest.texts[0].as_str()), (3, "C1 二人"));
}

#[test]
fn s7_a_wording_published_while_a_tablet_is_away_leaves_what_was_told_by_the_earlier_one() {
    let (mut world, _, sato, tanaka) = staff(612);
    let publish = |world: &mut World, device: DeviceNo, word: &str, days: i64| {
        let (language, texts) = ("ja".to_owned(), texts(word));
        let valid_from = day(world.now(), days);
        done(world, device, PlanAct::PublishTemplate { language, texts, valid_from });
    };
    publish(&mut world, sato, "二版", 0);
    world.settle();
    let directory = world.on(tanaka).screen.plan.home.directory.expect("a directory");
    for device in [sato, tanaka] {
        world.ask(device, Command::Open(directory));
    }
    let view = |world: &World, device: DeviceNo| {
        world.on(device).screen.plan.directory.clone().expect("the directory")
    };
    world.offline(sato);
    publish(&mut world, tanaka, "三版", 0);
    publish(&mut world, tanaka, "四版", 30);
    world.settle();

    let told = |world: &World, device: DeviceNo| {
        let templates = view(world, device).templates;
        templates.into_iter().find(|it| it.is_current).expect("a wording").told
    };
    let told_away = told(&world, sato);
    assert_eq!((told_away.version, told(&world, tanaka).version), (2, 3));
    world.online(sato);
    world.settle();

    // Back again, the tablet reads out the third, says that a fourth is to come, and still has the
    // very words of the second.
    let templates = view(&world, sato).templates;
    let versions: Vec<(u32, bool)> =
        templates.iter().map(|it| (it.told.version, it.is_current)).collect();
    assert_eq!(versions[..3], [(4, false), (3, true), (2, false)]);
    let told = templates.iter().find(|it| it.told == told_away).expect("the words of then");
    assert_eq!(told.texts, texts("二版"));
    // Words that somebody was told are nobody's to change.
    let field = format!("templates/{}-ja/c1", told_away.version);
    world.ask(
        sato,
        Command::EditText {
            document: directory,
            field: Field::top(&field),
            revision: 0,
            splice: engine::command::Splice { at: 0, delete: 0, insert: "変更".into() },
        },
    );
    assert!(view(&world, sato).templates.iter().any(|it| it.told == told_away));
    act(
        &mut world,
        sato,
        PlanAct::PublishTemplate {
            language: "ja".into(),
            texts: texts("短い")[1..].to_vec(),
            valid_from: "2026-06-01".into(),
        },
    );
    assert_eq!(world.on(sato).screen.plan.lacks, ["meaning"]);
}
