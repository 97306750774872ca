//! Supervision: a copy without the person, and what becomes of it when the employee says no.

use engine::{
    casework::consent::{Decision, Matter, Scope},
    command::{Command, ReportAct},
    document::genesis::Kind,
    view::ReportNotice,
};
use shared::id::DocumentId;

use super::{Person, Staff, staff};

const WORDS: &str = "佐伯 悠真さんは、佐藤 恵に係長の打診を断りたいと話す。";

struct Case {
    staff: Staff,
    person: Person,
    note: DocumentId,
}

fn noted(seed: u64, decision: Decision) -> Case {
    let mut staff = staff(seed);
    let person = staff.meet(staff.lead, "佐伯 悠真");
    staff.decide(person, Matter::Supervision, decision, Scope::Whole);
    let note = staff.note(staff.lead, person.case, "promotion", WORDS);
    Case { staff, person, note }
}

impl Case {
    /// The consultant makes a copy as proposed, and reads it through.
    fn copy(&mut self) -> DocumentId {
        let lead = self.staff.lead;
        self.staff.act(lead, ReportAct::MakeCopy { note: self.note, texts: vec![] });
        let copy = self.staff.world.on(lead).screen.went_to.expect("a copy to go to");
        self.staff.act(lead, ReportAct::CheckCopy(copy));
        copy
    }

    fn share(&mut self, copy: DocumentId) {
        let supervisor = self.staff.account(self.staff.supervisor);
        self.staff.act(self.staff.lead, ReportAct::ShareCopy { copy, supervisor });
    }

    fn supervised(&mut self) -> Vec<DocumentId> {
        self.staff.documents(self.staff.supervisor, Kind::Supervision)
    }

    fn last_notice(&self) -> Option<ReportNotice> {
        self.staff.told(self.staff.lead)
    }
}

#[test]
fn a_supervisor_reads_a_copy_without_the_person_and_comments() {
    let mut it = noted(810, Decision::Agreed);
    let (lead, supervisor) = (it.staff.lead, it.staff.supervisor);
    let copy = it.copy();
    it.staff.world.settle();
    assert_eq!(it.supervised(), []);
    it.share(copy);
    it.staff.world.settle();

    let [shared] = it.supervised()[..] else { panic!("one copy") };
    assert_ne!(shared, copy, "what was drafted is in nobody's hands");
    let read = it.staff.form_text(supervisor, shared, "presenting_issue");
    assert_eq!(read, "Aさんは、Bに係長の打診を断りたいと話す。");
    // Both find it among what waits.
    for device in [lead, supervisor] {
        assert_eq!(it.staff.world.on(device).screen.due.copies, [shared]);
    }
    // Nothing else of the case, not even its name.
    for (document, is_read) in [(it.note, false), (it.person.case, false), (shared, true)] {
        assert_eq!(it.staff.world.can_open(supervisor, document), is_read);
    }
    it.staff.world.ask(supervisor, Command::Open(shared));
    let comment = it.staff.world.add(supervisor, shared, "comments");
    it.staff.world.fill(
        supervisor,
        shared,
        &format!("{comment}/text"),
        "面談の目的に戻りましょう。",
    );
    it.staff.world.write(supervisor, shared, "presenting_issue", "書き換え");
    it.staff.world.settle();
    it.staff.world.ask(lead, Command::Open(shared));
    assert_eq!(
        it.staff.world.reads(lead, shared, &format!("{comment}/text")),
        "面談の目的に戻りましょう。"
    );
    assert_eq!(it.staff.world.reads(lead, shared, "presenting_issue"), read);
}

#[test]
fn no_change_that_a_supervisor_gets_ever_held_a_name() {
    let mut it = noted(811, Decision::Agreed);
    let copy = it.copy();
    // Somebody overlooked it, wrote it in, and took it out again.
    it.staff.world.ask(it.staff.lead, Command::Open(copy));
    it.staff.world.fill(it.staff.lead, copy, "outline", "佐伯 悠真");
    it.share(copy);
    assert_eq!(it.last_notice(), Some(ReportNotice::Lacking("redaction_checked".into())));
    it.staff.act(it.staff.lead, ReportAct::CheckCopy(copy));
    it.share(copy);
    assert_eq!(it.last_notice(), Some(ReportNotice::Lacking("names_person".into())));
    it.staff.world.fill(it.staff.lead, copy, "outline", "三十代の技術職");
    it.staff.act(it.staff.lead, ReportAct::CheckCopy(copy));
    it.staff.world.settle();
    it.share(copy);
    it.staff.world.settle();

    let shared = it.supervised()[0];
    let disk = &it.staff.world.on(it.staff.supervisor).disk;
    let plaintexts = harness::insider::Insider::open(disk, shared).plaintexts();
    let holds = |text: &str| {
        plaintexts.iter().any(|it| it.windows(text.len()).any(|part| part == text.as_bytes()))
    };
    assert!(holds("三十代の技術職") && !holds("佐伯") && !holds("悠真"));
}

/// S2.
#[test]
fn s2_a_copy_drafted_offline_while_the_employee_withdraws_is_blocked_after_the_sync() {
    let mut it = noted(812, Decision::Agreed);
    let lead = it.staff.lead;
    it.staff.world.offline(lead);
    it.staff.decide(it.person, Matter::Supervision, Decision::Withdrawn, Scope::Whole);
    it.staff.world.settle();
    let copy = it.copy();
    it.share(copy);
    assert_eq!(it.last_notice(), Some(ReportNotice::Awaiting));
    it.staff.world.settle();

    it.staff.world.online(lead);
    it.staff.world.settle();

    assert_eq!(it.supervised(), []);
    assert!(matches!(it.last_notice(), Some(ReportNotice::NotAgreed(_))));
    assert!(!it.staff.world.can_open(lead, copy), "the draft is gone as well");
    let rights = it.staff.rights(it.person.phone, it.person.case);
    assert_eq!(rights.certificates.len(), 1);
    assert_eq!(
        (rights.certificates[0].kind.as_str(), rights.certificates[0].reason.as_str()),
        ("supervision", "withdrawn")
    );
    // And a new one is not even begun.
    it.staff.act(lead, ReportAct::MakeCopy { note: it.note, texts: vec![] });
    assert!(matches!(it.last_notice(), Some(ReportNotice::NotAgreed(_))));
}

#[test]
fn a_supervisor_who_has_a_copy_loses_it_when_the_employee_withdraws() {
    let mut it = noted(813, Decision::Agreed);
    let copy = it.copy();
    it.staff.world.settle();
    it.share(copy);
    it.staff.world.settle();
    let shared = it.supervised()[0];

    it.staff.world.offline(it.staff.supervisor);
    it.staff.decide(it.person, Matter::Supervision, Decision::Withdrawn, Scope::Whole);
    it.staff.world.settle();
    it.staff.world.online(it.staff.supervisor);
    it.staff.world.settle();

    assert_eq!(it.supervised(), []);
    assert!(!it.staff.world.can_open(it.staff.supervisor, shared));
    let rights = it.staff.rights(it.person.phone, it.person.case);
    assert_eq!(rights.certificates[0].document, shared);
}

#[test]
fn who_is_asked_each_time_says_yes_to_one_use_and_to_no_other() {
    let mut it = noted(814, Decision::AskEachTime);
    let (lead, phone) = (it.staff.lead, it.person.phone);
    let supervisor = it.staff.account(it.staff.supervisor);
    let copy = it.copy();
    it.staff.world.settle();
    it.share(copy);
    assert!(matches!(it.last_notice(), Some(ReportNotice::NotAgreed(_))));
    it.staff.act(lead, ReportAct::AskUse { copy, supervisor });
    it.staff.world.settle();

    let asks = it.staff.rights(phone, it.person.case).asks;
    assert_eq!((asks.len(), asks[0].is_answered), (1, false));
    let scope = Scope::Exact(asks[0].scope);
    it.staff.decide(it.person, Matter::Supervision, Decision::Agreed, scope);
    it.staff.world.settle();
    assert!(it.staff.rights(phone, it.person.case).asks[0].is_answered);
    it.share(copy);
    it.staff.world.settle();
    assert_eq!(it.supervised().len(), 1);

    let other = it.copy();
    it.staff.world.settle();
    it.share(other);
    it.staff.world.settle();
    assert_eq!(it.supervised().len(), 1);
    assert!(matches!(it.last_notice(), Some(ReportNotice::NotAgreed(_))));
}

#[test]
fn a_proposed_copy_tells_days_ages_and_places_no_finer_than_a_reader_needs() {
    let mut it = noted(815, Decision::Agreed);
    let words = "34歳の佐伯 悠真さんは、2026年2月20日から横浜市の工場にいる。";
    it.note = it.staff.note(it.staff.lead, it.person.case, "promotion", words);

    it.staff.act(it.staff.lead, ReportAct::ProposeCopy(it.note));
    let parts = &it.staff.world.on(it.staff.lead).screen.parts;
    let part = parts.as_ref().expect("a proposal").parts.iter();
    let spans = part.clone().find(|it| it.place == "presenting_issue").map(|it| it.spans.clone());
    let codes: Vec<String> = spans.into_iter().flatten().map(|it| it.code).collect();
    assert_eq!(codes, ["age", "person", "date", "place"]);

    let copy = it.copy();
    let read = it.staff.form_text(it.staff.lead, copy, "presenting_issue");
    assert_eq!(read, "30代のAさんは、約3か月前からある地域の工場にいる。");
}
