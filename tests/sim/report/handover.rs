//! S6: a case in the hands of the next consultant, with and without the employee's consent.

use engine::{
    casework::consent::{Decision, Matter, Scope},
    command::ReportAct,
    document::genesis::Kind,
    view::ReportNotice,
};
use shared::id::DocumentId;

use super::{Person, Staff, staff};

struct Case {
    staff: Staff,
    person: Person,
    note: DocumentId,
}

fn noted(seed: u64) -> Case {
    let mut staff = staff(seed);
    let person = staff.meet(staff.lead, "佐伯 悠真");
    let note = staff.note(staff.lead, person.case, "promotion", "係長の打診。");
    Case { staff, person, note }
}

impl Case {
    fn hand_over(&mut self) {
        let successor = self.staff.account(self.staff.colleague);
        let case = self.person.case;
        self.staff.act(self.staff.lead, ReportAct::HandOver { case, successor });
        self.staff.world.settle();
    }

    fn agree(&mut self, decision: Decision) {
        let successor = self.staff.account(self.staff.colleague);
        self.staff.decide(self.person, Matter::HandOver, decision, Scope::To(successor));
        self.staff.world.settle();
    }

    fn colleague_reads(&mut self) -> [bool; 3] {
        let lead = self.staff.lead;
        let private = self.staff.part(lead, self.person.case, Kind::CasePrivate);
        [self.note, private, self.person.case]
            .map(|id| self.staff.world.can_open(self.staff.colleague, id))
    }
}

#[test]
fn s6_with_consent_the_successor_reads_what_was_written_and_what_is_yet_to_be() {
    let mut it = noted(820);
    it.agree(Decision::Agreed);
    it.hand_over();
    assert_eq!(it.colleague_reads(), [true; 3]);

    let later = it.staff.note(it.staff.lead, it.person.case, "skills", "研修の希望。");
    assert!(it.staff.world.can_open(it.staff.colleague, later));
    let rights = it.staff.rights(it.person.phone, it.person.case);
    let successors: Vec<_> = rights.successors.iter().map(|(account, _)| *account).collect();
    assert_eq!(successors, [it.staff.account(it.staff.colleague)]);
}

#[test]
fn s6_without_consent_there_is_what_the_employee_tells_again_and_nothing_else() {
    let mut it = noted(821);
    it.hand_over();
    assert_eq!(it.colleague_reads(), [false; 3]);
    assert!(matches!(it.staff.told(it.staff.lead), Some(ReportNotice::NotAgreed(_))));

    // A yes to somebody else is none.
    let other = it.staff.account(it.staff.admin);
    it.staff.decide(it.person, Matter::HandOver, Decision::Agreed, Scope::To(other));
    it.staff.world.settle();
    it.hand_over();
    assert_eq!(it.colleague_reads(), [false; 3]);
    assert_eq!(it.staff.rights(it.person.phone, it.person.case).successors, []);
}

#[test]
fn a_consent_withdrawn_while_the_consultant_is_offline_lets_nobody_in() {
    let mut it = noted(822);
    it.agree(Decision::Agreed);
    it.staff.world.offline(it.staff.lead);
    it.agree(Decision::Withdrawn);
    it.hand_over();
    assert_eq!(it.staff.told(it.staff.lead), Some(ReportNotice::Awaiting));

    it.staff.world.online(it.staff.lead);
    it.staff.world.settle();

    assert_eq!(it.colleague_reads(), [false; 3]);
    assert!(matches!(it.staff.told(it.staff.lead), Some(ReportNotice::NotAgreed(_))));
}

#[test]
fn a_successor_whom_the_employee_no_longer_wants_reads_nothing_new() {
    let mut it = noted(823);
    it.agree(Decision::Agreed);
    it.hand_over();
    assert_eq!(it.colleague_reads(), [true; 3]);

    it.agree(Decision::Withdrawn);

    let account = it.staff.account(it.staff.colleague);
    let (_, logs) = crate::removal::logs(&it.staff.world);
    assert_eq!(logs[&it.note].access(account), None);
    let later = it.staff.note(it.staff.lead, it.person.case, "skills", "研修の希望。");
    assert!(!it.staff.world.can_open(it.staff.colleague, later));
    assert_eq!(it.staff.rights(it.person.phone, it.person.case).successors, []);
}
