//! What authors say that they had read, and what logs and indexes say, held against what is here.

use engine::{
    command::Command,
    document::chunk::{Chunk, Seen},
    view::AlarmKind,
};
use harness::{captive::Captive, insider::Insider};
use shared::{
    Blob,
    envelope::{Envelope, Kind},
    id::{EntryHash, EnvelopeId, Number, Seq, ServerEpoch},
    log::{Head, LogId},
    refusal::{Reason, Refusal},
    sync::{Ack, ClientMessage, DocumentState, ServerMessage},
};

use super::{
    alarms::{index, kinds, number_of},
    asking::answers,
    dice,
    stage::{FIELD, Stage},
};

/// The owner's other device, which writes what it likes.
pub(super) struct Author {
    pub(super) stage: Stage,
    pub(super) first: Number,
}

impl Author {
    pub(super) fn set(seed: u64) -> Self {
        let stage = Stage::set(seed);
        let (first, _) = stage.since(stage.note);
        Self { stage, first }
    }

    /// As an honest one who has seen what the device has.
    pub(super) fn honest(&self, captive: &Captive) -> Chunk {
        let mut chunk = Insider::chunk(captive.now, vec![]);
        chunk.org = self.stage.logs_then(self.stage.note).0.head();
        chunk.server = Some(self.stage.world.server_epoch());
        chunk
    }

    /// What a device says to the next envelope of the owner's tablet.
    pub(super) fn tell(&self, captive: &mut Captive, chunk: &Chunk) -> Vec<ClientMessage> {
        let mut insider = self.stage.insider(self.stage.tablet, self.stage.note);
        let (_, envelope) = insider.envelope(Kind::Changes, chunk.to_bytes(), &mut dice(250, 0));
        let envelopes = vec![Blob(envelope.as_bytes().to_vec())];
        answers(captive, Stage::batch(self.stage.note, self.first, envelopes))
    }

    pub(super) fn captive(&self) -> Captive {
        self.stage.captive(self.stage.phone, 1)
    }
}

fn asks_for_log(said: &[ClientMessage]) -> bool {
    said.iter().any(|it| matches!(it, ClientMessage::PullLog { .. }))
}

/// A server shows one device another past than the author had read. Detected by what the author
/// signed: what is claimed of an envelope that is here and another, of one that is not here, and of
/// the firm's log. The control is an honest frontier, which asks for nothing.
#[test]
fn what_an_author_had_read_is_held_against_what_is_shown() {
    let author = Author::set(251);
    let (tablet, stranger) =
        (author.stage.id(author.stage.tablet), author.stage.id(author.stage.colleague));
    let seen = |device, seq| vec![Seen { device, seq: Seq(seq), prefix: [9; 8] }];
    let mut captive = author.captive();
    let honest = author.honest(&captive);
    let said = author.tell(&mut captive, &honest);
    assert!(!asks_for_log(&said), "{said:?}");
    assert_eq!(kinds(&captive), []);

    for (frontier, expected) in [
        (seen(tablet, 1), vec![AlarmKind::Equivocation]),
        (seen(stranger, 1), vec![AlarmKind::Withheld]),
        (seen(stranger, 0), vec![]),
    ] {
        let mut captive = author.captive();
        author.tell(&mut captive, &Chunk { frontier, ..honest.clone() });
        assert_eq!(kinds(&captive), expected);
    }

    let other = EntryHash::new([9; 32]);
    let forked = Head { hash: other, ..honest.org };
    let longer = Head { length: honest.org.length + 1, hash: other };
    for (org, expected, is_asked) in
        [(forked, vec![AlarmKind::Forked], false), (longer, vec![], true)]
    {
        let mut captive = author.captive();
        let said = author.tell(&mut captive, &Chunk { org, ..honest.clone() });
        assert_eq!(kinds(&captive), expected);
        assert_eq!(asks_for_log(&said), is_asked, "{said:?}");
    }
}

/// A server, or whoever holds a key, shows a second envelope for a place. Detected with the right
/// name: only what its author signed is the author's; what another signed is the server's.
#[test]
fn a_second_envelope_for_a_place_is_called_what_it_is() {
    let author = Author::set(252);
    let stage = &author.stage;
    let twofold = |is_signed: bool| {
        let mut insider = stage.insider(stage.tablet, stage.note);
        insider.follow(Seq(0), EnvelopeId::NONE, 1);
        let plaintext = Insider::chunk(stage.world.now(), vec![]).to_bytes();
        let (_, envelope) = insider.envelope(Kind::Changes, plaintext, &mut dice(252, 0));
        let mut bytes = envelope.as_bytes().to_vec();
        if !is_signed {
            *bytes.last_mut().expect("a signature") ^= 1;
        }
        Stage::batch(stage.note, author.first, vec![Blob(bytes)])
    };

    let mut captive = author.captive();
    captive.hear(twofold(false));
    assert_eq!(kinds(&captive), [AlarmKind::Tampered]);

    let mut captive = author.captive();
    captive.hear(twofold(true));
    assert_eq!(kinds(&captive), [AlarmKind::Equivocation]);
    // What comes later does not clear it.
    captive.hang_up();
    captive.log_in(stage.world.server_epoch());
    captive.serve(&mut stage.world.back_up(), stage.who(stage.phone));
    assert!(kinds(&captive).contains(&AlarmKind::Equivocation), "{:?}", kinds(&captive));
}

/// A server shows a device what its own hand wrote and it did not. Detected: somebody copied the
/// device, which then writes no more; also where the first of two is kept back.
#[test]
fn a_device_knows_its_own_hand() {
    let author = Author::set(253);
    let stage = &author.stage;
    for skipped in [0, 1] {
        let mut insider = stage.insider(stage.phone, stage.note);
        let mut envelopes = vec![];
        for _ in 0..=skipped {
            let plaintext = Insider::chunk(stage.world.now(), vec![]).to_bytes();
            let (_, envelope) = insider.envelope(Kind::Changes, plaintext, &mut dice(253, 0));
            envelopes = vec![Blob(envelope.as_bytes().to_vec())];
        }
        let mut captive = author.captive();

        captive.hear(Stage::batch(stage.note, author.first, envelopes));

        assert_eq!(kinds(&captive), [AlarmKind::Twice], "{skipped} kept back");
        let number = number_of(&captive, AlarmKind::Twice);
        captive.ask(Command::Acknowledge(number));
        assert!(!captive.screen.alarms[0].is_seen, "that is for good");
        let before = captive.told.len();
        captive.write(stage.other, FIELD, "六。");
        let is_push = |it: &ClientMessage| matches!(it, ClientMessage::Push { .. });
        assert!(!captive.told[before..].iter().any(is_push));
    }
}

/// A server says that a log ends elsewhere than the device knows. Detected once it shows the entry:
/// the device asks for the one that would be another, and for what follows where the ends agree.
#[test]
fn another_end_of_a_log_is_asked_for() {
    let author = Author::set(254);
    let stage = &author.stage;
    let (_, log) = stage.logs_then(stage.note);
    let head = log.head();
    let moved = |head| ServerMessage::HeadMoved { log: LogId::Document(stage.note), head };
    let other = Head { hash: EntryHash::new([9; 32]), ..head };
    let ask = |from| vec![ClientMessage::PullLog { document: Some(stage.note), from }];

    let mut captive = author.captive();
    assert_eq!(answers(&mut captive, moved(head)), ask(head.length));
    assert_eq!(answers(&mut captive, moved(other)), ask(head.length - 1));
    let less = Head { length: head.length - 1, ..other };
    assert_eq!(answers(&mut captive, moved(less)), [], "it forgot, and is given the rest");
}

/// A server shows an entry of one log in another, in another place, or one that nobody signed.
/// Detected as tampering: a fork is only what somebody of the firm signed for this very place.
#[test]
fn a_fork_is_only_what_was_signed_for_its_place() {
    let author = Author::set(255);
    let stage = &author.stage;
    let (entries, length) = stage.log(stage.note);
    let (others, _) = stage.log(stage.other);
    let at = usize::try_from(length).expect("a short log");
    let show = |from: u64, entry: &Blob| ServerMessage::LogBatch {
        document: Some(stage.note),
        from,
        entries: vec![entry.clone()],
        more: false,
    };
    // What follows is the next entry; it is shown where one is already, and one too far.
    let next = entries[at].clone();
    let mut forged = entries[0].clone();
    *forged.0.last_mut().expect("a signature") ^= 1;
    for (from, entry) in [(0, &next), (length + 1, &next), (0, &others[0]), (0, &forged)] {
        let mut captive = author.captive();
        captive.hear(show(from, entry));
        let told = kinds(&captive);
        assert!(!told.contains(&AlarmKind::Forked), "{from}: {told:?}");
    }
    let mut captive = author.captive();
    captive.hear(show(0, &others[0]));
    assert_eq!(kinds(&captive), [AlarmKind::Tampered]);
}

/// A server has less of one document than it had. Detected by what it says of it, by its log and by
/// its envelopes; what a log that is yet to come may explain waits for it.
#[test]
fn less_of_one_document_is_a_server_put_back() {
    let author = Author::set(256);
    let stage = &author.stage;
    let (entries, _) = stage.log(stage.note);
    let length = u64::try_from(entries.len()).expect("a short log");
    let last = u64::try_from(stage.since(stage.note).1.len()).expect("few") + author.first.0 - 1;
    let told = |log_length, last| {
        let note = DocumentState { document: stage.note, log_length, last: Number(last) };
        // The others as they are.
        let others = [stage.other, stage.case].map(|document| DocumentState {
            document,
            log_length: 99,
            last: Number(999),
        });
        ServerMessage::Index { documents: [&[note][..], &others].concat(), more: true }
    };
    for (log_length, last, expected) in [
        (length, last, vec![]),
        (length - 1, last, vec![AlarmKind::RolledBack]),
        (length, last - 1, vec![AlarmKind::RolledBack]),
        (length + 1, last - 1, vec![]),
    ] {
        let mut captive = stage.captive_now(stage.phone, 1);
        captive.hear(told(log_length, last));
        assert_eq!(kinds(&captive), expected, "{log_length} of {length}, {last}");
    }
    // A server that was restored has less, and that is what it says.
    let mut captive = stage.captive_now(stage.phone, 1);
    captive.hang_up();
    captive.log_in(ServerEpoch::new([0xE7; 16]));
    captive.hear(told(length - 1, last - 1));
    captive.hear(index(&[]));
    assert_eq!(kinds(&captive), []);
}

/// A server asks for an envelope again that it has acknowledged. Detected: it was put back. What it
/// never had it may ask for.
#[test]
fn who_asks_for_what_it_acknowledged_was_put_back() {
    let author = Author::set(257);
    let stage = &author.stage;
    let acked = stage.insider(stage.tablet, stage.note).last().0.0;
    for (reason, asked, is_told) in [
        (Reason::SequenceGap, acked, true),
        (Reason::SequenceGap, 1, true),
        (Reason::SequenceGap, 0, false),
        (Reason::SequenceGap, acked + 1, false),
        (Reason::Malformed, acked, false),
    ] {
        let mut captive = stage.captive(stage.tablet, 1);
        captive.write(stage.note, FIELD, "六。");
        let pushed = captive.told.iter().rev().find_map(|it| match it {
            ClientMessage::Push { envelopes, .. } => envelopes.first().cloned(),
            _ => None,
        });
        let pushed = Envelope::parse(pushed.expect("what was written").0).expect("an envelope");
        let refusal = if reason == Reason::SequenceGap {
            Refusal::sequence_gap(Seq(asked))
        } else {
            Refusal::new(reason)
        };

        captive.hear(ServerMessage::Acks { acks: vec![(pushed.id(), Ack::Refused(refusal))] });

        let is_alarmed = kinds(&captive).contains(&AlarmKind::RolledBack);
        assert_eq!(is_alarmed, is_told, "{reason:?} {asked}: {:?}", kinds(&captive));
    }
}
