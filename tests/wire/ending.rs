//! How a document ends: what its last envelopes are, for ever.

use shared::{
    envelope::Header,
    id::{EnvelopeId, Seq},
    limit::ENTRY_CUTS_MAX,
    log::{
        EntryError,
        document::{Cut, DocumentBody, Finalise, Inadmissible},
    },
};

use crate::{
    cast::{CONSULTANT, DAY_MS, DOCUMENT, EMPLOYEE, Firm, START, SUPERVISOR},
    removal::{cut, length, of, shared_paper, write},
};

fn end(covers: Option<Vec<Cut>>) -> DocumentBody {
    DocumentBody::Finalise(Finalise { successor: Some(DOCUMENT), covers })
}

fn devices(count: usize) -> Vec<Cut> {
    let cut_of = |number: usize| {
        let mut id = [0xDE; 16];
        id[0] = u8::try_from(number).unwrap();
        cut(shared::id::DeviceId::new(id), 1)
    };
    (0..count).map(cut_of).collect()
}

#[test]
fn an_end_names_each_device_once_and_not_more_than_it_may() {
    let firm = Firm::staffed();
    let say = |covers| {
        write(&mut shared_paper(&firm), &firm, CONSULTANT, length(&firm), &end(Some(covers)))
    };
    let one = cut(EMPLOYEE.device(), 3);

    assert_eq!(say(vec![one, one]), Err(EntryError::Contradiction));
    assert_eq!(say(vec![Cut { seq: Seq(0), ..one }]), Err(EntryError::Contradiction));
    assert_eq!(say(devices(ENTRY_CUTS_MAX + 1)), Err(EntryError::Contradiction));
    assert_eq!(say(devices(ENTRY_CUTS_MAX)), Ok(()));
    assert_eq!(say(vec![]), Ok(()));
}

#[test]
fn behind_an_end_nothing_counts_whoever_serves_it() {
    let firm = Firm::staffed();
    let mut paper = shared_paper(&firm);
    let last = cut(EMPLOYEE.device(), 3);
    let admits =
        |paper: &crate::cast::Paper, header: &Header, id| paper.log.admits(&firm.log, header, id);
    let other = EnvelopeId::new([6; 32]);
    let fourth = of(EMPLOYEE, 4, 1);
    assert_eq!(admits(&paper, &fourth, other), Ok(()), "while the document is open");

    write(&mut paper, &firm, CONSULTANT, length(&firm), &end(Some(vec![last]))).unwrap();

    assert_eq!(admits(&paper, &of(EMPLOYEE, 2, 1), other), Ok(()));
    assert_eq!(admits(&paper, &of(EMPLOYEE, 3, 1), last.envelope), Ok(()));
    for header in [of(EMPLOYEE, 3, 1), fourth, of(CONSULTANT, 1, 1)] {
        assert_eq!(admits(&paper, &header, other), Err(Inadmissible::CutOff), "{header:?}");
    }
    let is_past = |seq| paper.log.is_past_end(EMPLOYEE.device(), Seq(seq));
    assert_eq!((is_past(3), is_past(4)), (false, true));
    assert!(paper.log.is_past_end(SUPERVISOR.device(), Seq(1)));
}

#[test]
fn an_end_says_when_who_and_what_goes_on() {
    let firm = Firm::staffed();
    let mut paper = shared_paper(&firm);
    assert_eq!(paper.log.finale(), None);
    assert!(!paper.log.is_past_end(EMPLOYEE.device(), Seq(9)));

    write(&mut paper, &firm, CONSULTANT, length(&firm), &end(None)).unwrap();

    let finale = paper.log.finale().unwrap();
    assert_eq!((finale.at, finale.by), (START.plus_ms(DAY_MS), CONSULTANT.account()));
    assert_eq!(finale.successor, Some(DOCUMENT));
    let any = EnvelopeId::new([6; 32]);
    assert_eq!(paper.log.admits(&firm.log, &of(EMPLOYEE, 9, 1), any), Ok(()), "none is named");
    assert!(paper.log.is_past_end(EMPLOYEE.device(), Seq(9)), "but no further one is taken");
}
