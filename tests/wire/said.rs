//! Frozen vectors of what is signed inside documents: none of it is ever signed anew, so every later
//! program has to read it as it was.

use engine::{
    casework::{
        attest::Attested,
        consent::{self, Decision, Event, Ledger, Matter, Method, Scope, Told},
        field::{Field, Value as Held},
        matter::MatterId,
        opinion::{self, Answer},
        report::{self, Delivery, Issue, Opinion, Published, Word},
        rights::Certificate,
        rule::disclosure::decision::DraftHash,
        signature,
    },
    document::{
        chunk::actor,
        crdt::{Crdt, Writer},
        genesis::Kind,
        guard::Side,
    },
};
use serde_json::{Value, json};
use shared::{cbor, sign::Domain};

use crate::{
    cast::{CONSULTANT, DOCUMENT, EMPLOYEE, Person, START, SUPERVISOR},
    vector::hex,
};

/// Everything of this file.
pub(crate) fn vectors() -> Value {
    json!({
        "consent": consents(),
        "note": notes(),
        "opinion": opinions(),
        "report": reports(),
        "deletion": deletions(),
    })
}

fn told(name: &str, by: Person, bytes: &[u8]) -> Value {
    json!({
        "name": name,
        "signing_seed": hex(&[by.0 + 1; 32]),
        "author": hex(by.device_key().verify_key().as_bytes()),
        "bytes": hex(bytes),
    })
}

/// A new document in the hands of somebody.
pub(crate) fn begun(kind: Kind, by: Person) -> Crdt {
    let (mut crdt, _) = Crdt::begin(kind, by.device(), actor(by.device(), DOCUMENT, 1)).unwrap();
    for (person, side) in
        [(CONSULTANT, Side::Staff), (EMPLOYEE, Side::Employee), (SUPERVISOR, Side::Supervisor)]
    {
        crdt.introduce(person.device(), side);
    }
    crdt.grow();
    crdt
}

fn event(decision: Decision, scope: Scope) -> Event {
    Event {
        document: DOCUMENT,
        matter: Matter::Supervision,
        decision,
        scope,
        told: Told { version: 3, hash: [0x7E; 32] },
        at: START,
        server_at: Some(START.plus_ms(1)),
        place: String::from("会議室B"),
        method: Method::OwnPhone,
        by: EMPLOYEE.device(),
        after: vec![],
    }
}

fn consents() -> Value {
    let mut crdt = begun(Kind::CaseConsent, EMPLOYEE);
    let list = Field::top("events");
    let key = EMPLOYEE.device_key();
    let mut vectors = vec![];
    for (name, decision, scope) in [
        ("agreed", Decision::Agreed, Scope::Whole),
        ("this use alone refused", Decision::Refused, Scope::Exact([0x05; 32])),
        ("withdrawn", Decision::Withdrawn, Scope::Whole),
    ] {
        let signatory = consent::Signatory { key: key.verify_key(), side: Side::Employee };
        let ledger = Ledger::read(&crdt, DOCUMENT, |_| Some(signatory));
        let recorded = consent::sign(&ledger, event(decision, scope), &key);
        crdt.edit(START, |tx| recorded.attach(tx)).unwrap();
        let newest = crdt.items(&list).last().unwrap().clone();
        let signed = crdt.bytes(&list.child(&newest).child("signed")).unwrap();
        vectors.push(told(name, EMPLOYEE, &signed));
    }
    Value::from(vectors)
}

fn notes() -> Value {
    let mut note = begun(Kind::Note, CONSULTANT);
    let write = |tx: &mut Writer<'_, '_>| {
        tx.write(&Field::top("presenting_issue"), "係長の打診。𠮷田さん、か\u{3099}")?;
        let topics = Held::Codes(vec![String::from("balance"), String::from("career_plan")]);
        let shape = engine::casework::field::Shape::Many(engine::casework::note::TOPICS);
        tx.set(&Field::top("topics_other"), shape, &topics)?;
        tx.put(&Field::top("outcome_start"), 3)
    };
    let change = note.edit(START, write).unwrap().unwrap();
    let key = CONSULTANT.device_key();
    let signed = signature::sign(&note, DOCUMENT, CONSULTANT.device(), &key, START);
    let mut vector = told("a note", CONSULTANT, &cbor::to_vec(&signed));
    vector["change"] = hex(&change).into();
    vector["wording"] = hex(&signature::wording(&note)).into();
    json!([vector])
}

fn opinions() -> Value {
    let answer = Answer {
        document: DOCUMENT,
        question: [0x0A; 32],
        matter: MatterId([1; 16]),
        words: DraftHash([2; 32]),
        agrees: true,
        advice: String::from("最小限で"),
        at: START,
        by: SUPERVISOR.device(),
    };
    let signed = opinion::sign(&answer, &SUPERVISOR.device_key());
    json!([told("a supervisor agrees", SUPERVISOR, &signed.0)])
}

fn issue() -> Issue {
    Issue {
        report: DOCUMENT,
        period: (String::from("2026-04-01"), String::from("2026-09-30")),
        figures: Published {
            people: 12,
            groups: vec![(String::from("全員"), 12)],
            tables: vec![report::Shown {
                name: String::from("topic"),
                counts: vec![Some(9), None, Some(0)],
            }],
            means: vec![report::Average {
                name: String::from("satisfaction"),
                people: 12,
                tenths: 76,
            }],
        },
        texts: vec![(String::from("outline"), String::from("実施概要"))],
        statements: vec![String::from("学びの機会が話題になる。")],
    }
}

fn reports() -> Value {
    let signed = |name, word: &dyn Fn() -> Attested| told(name, CONSULTANT, &cbor::to_vec(&word()));
    let (key, by) = (CONSULTANT.device_key(), CONSULTANT.device());
    let opinion = |word| Opinion { digest: issue().digest(), word, at: START };
    let said = |word| Attested::new(Domain::Report, &opinion(word), by, &key);
    let delivery = Delivery { issue: issue(), at: START };
    json!([
        signed("passed", &|| said(Word::Passed)),
        signed("failed", &|| said(Word::Failed)),
        signed("looked at", &|| said(Word::Looked(3))),
        signed("delivered", &|| Attested::new(Domain::Report, &delivery, by, &key)),
    ])
}

fn deletions() -> Value {
    let certificate = Certificate {
        consent: DOCUMENT,
        document: DOCUMENT,
        kind: Kind::Note.as_str().to_owned(),
        content: [0xDE; 32],
        reason: String::from("term"),
        since: START,
        at: START.plus_ms(1),
    };
    let (key, by) = (CONSULTANT.device_key(), CONSULTANT.device());
    let attested = Attested::new(Domain::Deletion, &certificate, by, &key);
    json!([told("a note is gone", CONSULTANT, &cbor::to_vec(&attested))])
}
