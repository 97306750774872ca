use shared::{
    id::{DocumentId, Number},
    log::org::{Enrols, Role},
    refusal::Reason,
    sync::{ClientMessage, ServerMessage},
};

use super::reason;
use crate::service::{
    Who,
    fixture::{Firm, grant_of, push},
};

const NOTE: DocumentId = DocumentId::new([0xD0; 16]);

fn pull(document: DocumentId, after: u64) -> ClientMessage {
    ClientMessage::Pull { document, after: Number(after), at_snapshot: None, unfit: None }
}

/// Pulls until there is no more, and says how many batches it took.
fn pull_all(firm: &mut Firm, mut after: u64) -> (Vec<Vec<u8>>, usize) {
    let mut pulled = Vec::new();
    for batches in 1.. {
        let reply = firm.reply(firm.sato.who(), pull(NOTE, after));
        let ServerMessage::Batch { first, envelopes, more, .. } = reply else {
            panic!("{reply:?}")
        };
        assert_eq!(first, Number(after + 1));
        after += u64::try_from(envelopes.len()).unwrap();
        pulled.extend(envelopes.into_iter().map(|envelope| envelope.0));
        if !more {
            return (pulled, batches);
        }
    }
    unreachable!()
}

#[test]
fn a_document_comes_back_as_it_was_sent_from_any_number_on() {
    let mut firm = Firm::new();
    firm.document_appended(firm.sato.who(), &firm.sato.create(NOTE));
    let chain = firm.sato.chain(NOTE, 150);
    for part in chain.chunks(7) {
        firm.say(firm.sato.who(), push(part));
    }
    let sent: Vec<_> = chain.iter().map(|envelope| envelope.as_bytes().to_vec()).collect();

    for after in [0, 1, 6, 7, 8, 100, 149, 150] {
        let (pulled, _) = pull_all(&mut firm, after);
        assert_eq!(pulled, sent[usize::try_from(after).unwrap()..], "after {after}");
    }
    assert_eq!(pull_all(&mut firm, 0).1, 3);
}

#[test]
fn nobody_reads_what_is_not_theirs() {
    let mut firm = Firm::new();
    firm.document_appended(firm.sato.who(), &firm.sato.create(NOTE));
    let log = ClientMessage::PullLog { document: Some(NOTE), from: 0 };

    for message in [pull(NOTE, 0), pull(DocumentId::new([0; 16]), 0), log] {
        assert_eq!(reason(&firm.reply(firm.admin.who(), message)), Reason::UnknownDocument);
    }
}

#[test]
fn a_guest_reads_the_org_log_and_nothing_else() {
    let mut firm = Firm::new();
    firm.grant(20, Enrols::Account(Role::Employee), 1);
    let org = ClientMessage::PullLog { document: None, from: 1 };

    let entries = firm.reply(grant_of(20), org.clone());

    assert!(matches!(
        entries,
        ServerMessage::LogBatch { document: None, from: 1, entries, more: false }
            if entries.len() == 3
    ));
    assert_eq!(reason(&firm.reply(grant_of(20), pull(NOTE, 0))), Reason::NotLoggedIn);
    assert_eq!(reason(&firm.reply(grant_of(20), ClientMessage::Subscribe)), Reason::NotLoggedIn);
    assert_eq!(reason(&firm.reply(Who::Bootstrap, org)), Reason::NotLoggedIn);
}

#[test]
fn the_index_lists_what_an_account_has() {
    let mut firm = Firm::new();
    firm.document_appended(firm.sato.who(), &firm.sato.create(NOTE));
    firm.document_appended(firm.admin.who(), &firm.admin.create(DocumentId::new([9; 16])));
    let chain = firm.sato.chain(NOTE, 4);
    firm.say(firm.sato.who(), push(&chain));

    let index = firm.reply(firm.sato.who(), ClientMessage::Subscribe);

    let ServerMessage::Index { documents, more: false } = index else { panic!("{index:?}") };
    assert_eq!(documents.len(), 1);
    assert_eq!(documents[0].document, NOTE);
    assert_eq!((documents[0].log_length, documents[0].last), (1, Number(4)));
}
