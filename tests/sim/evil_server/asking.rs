//! What a device asks for: what it lacks, once, and nothing more however the server presses it.

use engine::view::AlarmKind;
use harness::captive::Captive;
use shared::{
    Blob,
    id::{DocumentId, Number},
    sync::{ClientMessage, DocumentState, Event, ServerMessage},
};

use super::stage::{FIELD, SINCE, Stage, THEN};

/// What a device says to something it hears.
pub(super) fn answers(captive: &mut Captive, said: ServerMessage) -> Vec<ClientMessage> {
    let before = captive.told.len();
    captive.hear(said);
    captive.told[before..].to_vec()
}

pub(super) fn pull(document: DocumentId, after: u64) -> ClientMessage {
    ClientMessage::Pull { document, after: Number(after), at_snapshot: None, unfit: None }
}

/// That a document's newest envelope is this one; its log is as the device knows it.
pub(super) fn speak_of(stage: &Stage, last: u64) -> ServerMessage {
    let (_, log_length) = stage.log(stage.note);
    let told = DocumentState { document: stage.note, log_length, last: Number(last) };
    ServerMessage::Event(Event::Document(told))
}

/// A server speaks of an envelope again and again, hands out what nobody asked for, and then has
/// none. Harmless: one question is on its way at a time, and a server without an answer is not
/// asked again.
#[test]
fn a_device_asks_for_what_it_lacks_and_does_not_ask_twice() {
    let stage = Stage::set(221);
    let (first, envelopes) = stage.since(stage.note);
    let one = |at: usize| vec![envelopes[at].clone()];
    let batch = |first, envelopes| Stage::batch(stage.note, Number(first), envelopes);
    let (mut captive, first) = (stage.captive(stage.phone, 1), first.0);

    assert_eq!(answers(&mut captive, speak_of(&stage, first - 1)), [], "it has that");
    let asked = answers(&mut captive, speak_of(&stage, first));
    assert_eq!(asked, [pull(stage.note, first - 1)]);
    assert_eq!(answers(&mut captive, speak_of(&stage, first + 1)), [], "it has asked");
    assert_eq!(answers(&mut captive, batch(first + 3, one(3))), [], "that is no answer");

    let asked = answers(&mut captive, batch(first, one(0)));
    assert_eq!(asked, [pull(stage.note, first)], "there is more, as was said");
    assert_eq!(answers(&mut captive, batch(first + 1, vec![])), [], "or is there");
    assert_eq!(answers(&mut captive, speak_of(&stage, first)), []);
    let asked = answers(&mut captive, speak_of(&stage, first + 1));
    assert_eq!(asked, [pull(stage.note, first)], "but what is spoken of anew is asked for");
    assert_eq!(captive.reads(stage.note, FIELD), format!("{THEN}{}", SINCE[0]));
}

/// A server speaks of documents that cannot be opened, speaks before anybody has logged in, and
/// goes on after it was caught lying. Harmless: none of it is asked for.
#[test]
fn a_device_asks_for_nothing_that_it_could_not_take() {
    let stage = Stage::set(222);
    let (first, envelopes) = stage.since(stage.note);
    let mut captive = stage.captive(stage.phone, 1);
    let document = DocumentId::new([0xD9; 16]);
    let unknown = |log_length| {
        let told = DocumentState { document, log_length, last: Number(5) };
        ServerMessage::Event(Event::Document(told))
    };

    assert_eq!(answers(&mut captive, unknown(0)), []);
    let log = ClientMessage::PullLog { document: Some(document), from: 0 };
    assert_eq!(answers(&mut captive, unknown(2)), [log], "its log says who may open it");

    captive.hang_up();
    assert_eq!(answers(&mut captive, speak_of(&stage, first.0)), []);

    let mut captive = stage.captive(stage.phone, 2);
    let mut forged = envelopes[0].0.clone();
    *forged.last_mut().unwrap() ^= 1;
    captive.hear(speak_of(&stage, first.0));
    captive.hear(Stage::batch(stage.note, first, vec![Blob(forged)]));
    assert!(!captive.screen.alarms.is_empty());
    assert_eq!(answers(&mut captive, speak_of(&stage, first.0 + 1)), [], "from a liar");
}

/// A server says what it has in pieces, repeats what wraps there are, and names a snapshot where
/// none is needed. Harmless: only a whole index tells that something is gone, and envelopes that
/// follow what the device has are taken as they are.
#[test]
fn a_device_draws_no_conclusion_before_it_has_heard_all() {
    let stage = Stage::set(223);
    let (first, envelopes) = stage.since(stage.note);
    let mut captive = stage.captive(stage.phone, 1);
    let known = captive.told.iter().rev().find_map(|message| match message {
        ClientMessage::PullWraps { after } => Some(*after),
        _ => None,
    });
    let known = known.expect("every login asks for wraps");
    let (_, length) = stage.org();
    let org = |length| ServerMessage::Event(Event::Org(length));
    assert_eq!(answers(&mut captive, org(length)), []);
    let asked = answers(&mut captive, org(length + 1));
    assert_eq!(asked, [ClientMessage::PullLog { document: None, from: length }]);
    let wraps = |last| ServerMessage::Event(Event::Wraps(last));
    assert_eq!(answers(&mut captive, wraps(known)), []);
    let asked = answers(&mut captive, wraps(known + 1));
    assert_eq!(asked, [ClientMessage::PullWraps { after: known }]);

    let (document, envelopes) = (stage.note, vec![envelopes[0].clone()]);
    captive.hear(ServerMessage::Batch { document, first, envelopes, more: false, base: Some(0) });
    assert_eq!(captive.reads(stage.note, FIELD), format!("{THEN}{}", SINCE[0]));
    assert!(captive.screen.alarms.is_empty());

    captive.hear(ServerMessage::Index { documents: vec![], more: true });
    assert!(captive.screen.alarms.is_empty(), "the rest may follow");
    captive.hear(ServerMessage::Index { documents: vec![], more: false });
    let kinds: Vec<AlarmKind> = captive.screen.alarms.iter().map(|row| row.matter.kind).collect();
    assert!(kinds.contains(&AlarmKind::RolledBack), "{kinds:?}");
}
