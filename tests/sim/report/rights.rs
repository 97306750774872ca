//! What an employee asks of their own data.

use engine::{
    command::{AnswerWish, ReportAct, SpanWish, TextWish},
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
    staff.meet(staff.lead, "森 光");
    let lead = staff.lead;
    let note = staff.world.add_interview(lead, person.case);
    staff.world.write(lead, note, "presenting_issue", "森さんの言い方がきつい。");
    staff.world.write(lead, note, "self_review", "逆転移に注意。");
    staff.world.settle();
    Case { staff, person, note }
}

impl Case {
    fn ask(&mut self, kind: &str) -> String {
        let (case, kind) = (self.person.case, kind.to_owned());
        let scope = String::from("面談の記録すべて");
        self.staff.act(self.person.phone, ReportAct::Request { case, kind, scope });
        self.staff.world.settle();
        let rights = self.staff.rights(self.staff.lead, self.person.case);
        rights.requests.last().expect("a request").request.clone()
    }

    fn identify(&mut self, request: &str) {
        let (case, request) = (self.person.case, request.to_owned());
        let how = String::from("面談で本人と確認");
        self.staff.act(self.staff.lead, ReportAct::Identify { case, request, how });
        self.staff.world.settle();
    }

    fn disclose(&mut self, request: &str, texts: Vec<TextWish>, is_looked_at: bool) {
        let (case, request) = (self.person.case, request.to_owned());
        let means = String::from("アプリ");
        let act = ReportAct::Disclose { case, request, texts, means, is_looked_at };
        self.staff.act(self.staff.lead, act);
        self.staff.world.settle();
    }

    fn answer(&mut self, request: &str, outcome: &str, reasons: &[&str], words: &str) {
        let answer = AnswerWish {
            outcome: outcome.to_owned(),
            reasons: reasons.iter().map(|it| (*it).to_owned()).collect(),
            words: words.to_owned(),
            means: String::from("アプリ"),
        };
        let (case, request) = (self.person.case, request.to_owned());
        self.staff.act(self.staff.lead, ReportAct::Answer { case, request, answer });
        self.staff.world.settle();
    }

    fn lacks(&self, what: &str) -> bool {
        self.staff.told(self.staff.lead) == Some(ReportNotice::Lacking(what.to_owned()))
    }
}

const ISSUE: &str = "1/presenting_issue";
const REVIEW: &str = "1/self_review";

fn masked() -> TextWish {
    let span = SpanWish { start: 0, end: 1, code: "harm".into(), by: String::new() };
    TextWish { place: ISSUE.into(), spans: vec![span], left_out: None }
}

fn left_out(words: &str) -> TextWish {
    let left_out = Some(("business".into(), words.into()));
    TextWish { place: REVIEW.into(), spans: vec![], left_out }
}

#[test]
fn an_employee_reads_their_notes_but_for_what_is_masked_with_a_reason() {
    let mut it = noted(830);
    let (lead, phone) = (it.staff.lead, it.person.phone);
    let request = it.ask("disclosure");
    assert_eq!(it.staff.rights(lead, it.person.case).requests[0].days_left, Some(14));

    it.disclose(&request, vec![], false);
    assert!(it.lacks("identified"));
    it.identify(&request);
    it.disclose(&request, vec![], false);
    assert!(it.lacks("undecided"), "the self-review is not handed out by itself");
    it.disclose(&request, vec![left_out(" ")], false);
    assert!(it.lacks("justification"));
    it.disclose(&request, vec![left_out("自己研鑽のため")], false);
    assert!(it.lacks("third_person"));
    it.disclose(&request, vec![masked(), left_out("自己研鑽のため")], false);

    let row = it.staff.rights(phone, it.person.case).requests[0].clone();
    assert_eq!((row.outcome.as_deref(), row.days_left), (Some("partial"), None));
    assert_eq!((row.number, row.words.as_str()), (1, "自己研鑽のため"));
    let package = row.package.expect("a package");
    it.staff.act(phone, ReportAct::Show(package));
    let pieces = it.staff.world.on(phone).screen.packages[&package].pieces.clone();
    let of = |place: &str| -> Vec<(String, Option<String>)> {
        let pieces = pieces.iter().filter(|it| it.0 == place);
        pieces.map(|it| (it.1.clone(), it.2.clone())).collect()
    };
    let harm = (String::new(), Some("harm".to_owned()));
    assert_eq!(of(ISSUE), [harm, ("さんの言い方がきつい。".to_owned(), None)]);
    assert_eq!(of(REVIEW), [(String::new(), Some("business".to_owned()))]);
    // Nobody but the two has it; the note itself stays with the consultant.
    for device in [it.staff.colleague, it.staff.admin, it.staff.supervisor] {
        assert!(!it.staff.world.can_open(device, package));
    }
    assert!(!it.staff.world.can_open(phone, it.note));
}

#[test]
fn an_admin_sees_nothing_of_a_request_not_even_that_there_is_one() {
    let mut it = noted(831);
    it.ask("disclosure");
    let admin = it.staff.admin;
    let consent = it.staff.part(it.person.phone, it.person.case, Kind::CaseConsent);
    let account = it.staff.account(admin);
    let (_, logs) = crate::removal::logs(&it.staff.world);
    assert_eq!(logs[&consent].access(account), None);
    for part in [consent, it.person.case] {
        assert!(!it.staff.world.can_open(admin, part));
        it.staff.act(admin, ReportAct::Show(part));
    }
    assert!(it.staff.world.on(admin).screen.rights.is_empty());
}

#[test]
fn a_refusal_gives_its_reason_and_an_erasure_leaves_a_certificate() {
    let mut it = noted(832);
    let request = it.ask("erasure");
    it.answer(&request, "whole", &[], "消去しました。");
    assert!(it.lacks("identified"));
    it.identify(&request);
    it.answer(&request, "refused", &[], "");
    assert!(it.lacks("justification"));

    let (lead, case) = (it.staff.lead, it.person.case);
    it.staff.act(lead, ReportAct::Hold { case, reason: "訴訟のため".into() });
    it.answer(&request, "whole", &[], "消去しました。");
    assert!(it.lacks("held"));
    it.staff.world.settle();
    let holds = it.staff.rights(it.person.phone, case).holds;
    assert_eq!((holds[0].reason.as_str(), holds[0].is_lifted), ("訴訟のため", false));
    it.staff.act(lead, ReportAct::Lift { case, hold: holds[0].hold.clone() });
    it.answer(&request, "whole", &[], "消去しました。");

    assert!(!it.staff.world.can_open(lead, it.note));
    let rights = it.staff.rights(it.person.phone, case);
    let gone: Vec<(&str, &str)> =
        rights.certificates.iter().map(|it| (it.kind.as_str(), it.reason.as_str())).collect();
    assert_eq!(gone, [("interview-note", "erasure"), ("case/private", "erasure")]);
    assert_eq!(rights.certificates[0].document, it.note);
    assert_eq!(rights.requests[0].outcome.as_deref(), Some("whole"));
}
