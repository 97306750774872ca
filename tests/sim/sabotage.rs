//! Each check of the random worlds is shown a world in which its promise is broken.

use engine::view::{Notice, View};
use harness::{
    insider::Insider,
    sim::{Kind, Run, Size, Stage},
    world::{Seen, Tamper},
};
use shared::{
    envelope::Kind::Attachment,
    id::{DocumentId, EnvelopeId, Number},
    sync::WrapTo,
};

/// A quiet firm at work: a note with text on it, everything sent.
fn stage() -> Stage {
    Stage::set(77, Size { acts: 0 })
}

#[track_caller]
fn check(run: Run, expected: Kind) {
    let findings = run.outcome().findings;
    assert!(findings.iter().any(|it| it.kind == expected), "{expected:?} in {findings:?}");
}

#[test]
fn the_stage_itself_is_in_order() {
    let Stage { mut run, .. } = stage();

    run.heal();
    run.check_end();

    assert_eq!(run.outcome().findings, []);
}

#[test]
fn a_server_that_forgets_what_it_acknowledged_is_found() {
    let Stage { mut run, tablet, note, .. } = stage();
    run.world.tamper = Some(Tamper::ServerForgets(tablet));
    run.write(tablet, note, "消える");
    run.rest();
    run.world.tamper = None;

    run.lose(tablet);
    run.heal();
    run.check_end();

    check(run, Kind::Lost);
}

#[test]
fn a_disk_that_only_says_saved_is_found() {
    let Stage { mut run, tablet, note, .. } = stage();
    run.world.offline(tablet);
    run.world.tamper = Some(Tamper::DiskLies);
    run.write(tablet, note, "書いたはず");
    run.rest();
    run.world.tamper = None;

    run.world.restart(tablet);
    run.heal();
    run.check_end();

    check(run, Kind::Lost);
}

#[test]
fn a_device_from_which_the_server_keeps_something_is_found() {
    let Stage { mut run, tablet, laptop, note, .. } = stage();
    run.world.tamper = Some(Tamper::ServerWithholds(laptop));
    run.write(tablet, note, "届かない");
    run.rest();

    run.heal();
    run.check_end();

    check(run, Kind::Diverged);
}

#[test]
fn a_screen_that_shows_a_note_to_a_stranger_is_found() {
    let Stage { mut run, tablet, admin, note, .. } = stage();
    let view = run.world.on(tablet).screen.notes[&note].clone();

    run.world.on_mut(admin).screen.show(View::Note(view));
    run.see(Seen::Moved(admin));

    check(run, Kind::Unauthorised);
}

#[test]
fn a_word_that_nobody_wrote_is_found() {
    let Stage { mut run, tablet, note, .. } = stage();

    run.world.write(tablet, note, "presenting_issue", "偽");
    run.heal();
    run.check_end();

    check(run, Kind::Forged);
}

#[test]
fn a_key_or_an_envelope_on_its_way_to_a_stranger_is_found() {
    for is_key in [true, false] {
        let Stage { mut run, admin, note, account, .. } = stage();
        let to = WrapTo::Account { account, document: note, epoch: shared::id::Epoch(0) };

        run.see(if is_key { Seen::Wraps(admin, vec![to]) } else { Seen::Envelopes(admin, note) });

        check(run, Kind::Unauthorised);
    }
}

#[test]
fn a_deleted_word_that_comes_back_is_found() {
    let Stage { mut run, tablet, note, .. } = stage();
    run.write(tablet, note, "消した");
    run.rest();
    run.model_forgets_nothing_of(note);

    run.heal();
    run.check_end();

    check(run, Kind::Resurrected);
}

#[test]
fn an_alarm_without_a_cause_is_found() {
    let Stage { mut run, tablet, .. } = stage();

    run.world.on_mut(tablet).screen.show(View::Notice(Notice::UpdateNeeded));
    run.see(Seen::Moved(tablet));

    check(run, Kind::FalseAlarm);
}

#[test]
fn a_readable_word_at_the_server_is_found() {
    let Stage { mut run, .. } = stage();
    run.world.told.extend_from_slice("佐伯 悠真".as_bytes());

    run.check_end();

    check(run, Kind::Leaked);
}

#[test]
fn a_cursor_or_a_number_that_goes_back_is_found() {
    let document = DocumentId::new([5; 16]);
    let envelope = EnvelopeId::new([6; 32]);
    for is_cursor in [true, false] {
        let Stage { mut run, tablet, .. } = stage();
        for number in [Number(9), Number(8)] {
            run.see(if is_cursor {
                Seen::Pull(tablet, document, number)
            } else {
                Seen::Stored(tablet, envelope, number)
            });
        }
        check(run, Kind::WentBack);
    }
}

#[test]
fn a_changed_entry_of_the_org_log_is_found() {
    let Stage { run, .. } = stage();
    let entries = run.world.store().reader().org_entries(0).unwrap().items;
    let mut entries: Vec<Vec<u8>> = entries.into_iter().map(|it| it.0).collect();
    assert!(harness::sim::replay_org(&entries).is_some());

    let middle = entries[1].len() / 2;
    entries[1][middle] ^= 1;

    assert!(harness::sim::replay_org(&entries).is_none());
}

#[test]
fn an_error_in_the_servers_log_is_found() {
    let Stage { mut run, .. } = stage();

    tracing::error!("planted");
    run.observe();

    check(run, Kind::ErrorLogged);
}

#[test]
fn an_edit_that_is_never_sent_is_found() {
    let Stage { mut run, tablet, note, .. } = stage();
    run.heal();
    run.world.offline(tablet);
    run.write(tablet, note, "留まる");
    run.rest();

    run.check_end();

    check(run, Kind::Stuck);
}

#[test]
fn a_device_that_does_not_open_any_more_is_found() {
    let Stage { mut run, tablet, .. } = stage();
    run.world.crash(tablet);
    run.observe();

    run.check_end();

    check(run, Kind::LockedOut);
}

#[test]
fn a_device_that_retires_although_nobody_copied_it_is_found() {
    let Stage { mut run, tablet, note, .. } = stage();
    // Behind the model's back.
    let copy = run.world.clone_device(tablet, "写し");
    run.world.unlock(copy);
    run.rest();

    run.world.ask(copy, engine::command::Command::Open(note));
    run.world.write(copy, note, "presenting_issue", "偽");
    run.rest();
    run.heal();

    check(run, Kind::FalseAlarm);
}

#[test]
fn what_a_copied_device_called_saved_and_lost_is_found() {
    for loses in [false, true] {
        let Stage { mut run, tablet, note, .. } = stage();
        let copy = run.clone_of(tablet);
        run.rest();
        run.world.offline(tablet);
        run.show(copy, note);
        run.write(copy, note, "先");
        run.rest();
        run.show(tablet, note);
        run.world.tamper = loses.then_some(Tamper::DiskLies);
        run.write(tablet, note, "残るはず");
        run.rest();
        run.world.tamper = None;
        run.world.restart(tablet);

        run.heal();
        run.check_end();

        let findings = run.outcome().findings;
        assert_eq!(findings.iter().any(|it| it.kind == Kind::Lost), loses, "{findings:?}");
        assert_eq!(findings.is_empty(), !loses, "{findings:?}");
    }
}

#[test]
fn a_text_of_a_later_version_that_somebody_drops_is_found() {
    let Stage { mut run, tablet, note, .. } = stage();
    run.model_sends_later(tablet, note, "後");

    run.heal();
    run.check_end();

    check(run, Kind::Lost);
}

#[test]
fn an_envelope_that_is_set_aside_although_nobody_died_is_found() {
    let Stage { mut run, tablet, note, .. } = stage();
    let mut insider = Insider::open(&run.world.on(tablet).disk, note);
    let (_, (key, value)) = insider.seal(Attachment, vec![0xA0], &mut run.world.dice);
    run.world.on_mut(tablet).disk.insert(key, value);

    run.world.restart(tablet);
    run.heal();

    check(run, Kind::FalseAlarm);
}
