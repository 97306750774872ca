//! The firm as JSON, for whoever wants to look at it or to test without an engine.

use engine::casework::{consent::Decision, field::Value};
use serde_json::{Map, Value as Json, json};

use super::{
    calendar::local,
    canvas::Canvas,
    card::JobCard,
    consent::{Covers, Decided, WITHDRAWN},
    firm::Firm,
    interview::Interview,
    matter::{DISCLOSURES, REPORTS, REQUESTS, danger},
    note::{Note, Row},
    person::{Person, STAFF, TABLETS},
    place::{CONTRACTS, VENUES},
    slot::{Outcome, Slot},
};

/// Every file of the fixtures: its name and what is in it.
pub fn files(firm: &Firm) -> Vec<(&'static str, String)> {
    let all = [
        ("staff.json", staff()),
        ("companies.json", companies()),
        ("people.json", firm.people.iter().map(|it| person(firm, it)).collect()),
        ("slots.json", firm.slots.iter().map(slot).collect()),
        ("interviews.json", firm.interviews.iter().map(|it| interview(firm, it)).collect()),
        ("decisions.json", firm.decisions.iter().map(|it| decided(firm, it)).collect()),
        ("matters.json", matters(firm)),
    ];
    let written = |(name, value): (_, Json)| {
        (name, serde_json::to_string_pretty(&value).unwrap_or_default() + "\n")
    };
    all.map(written).to_vec()
}

/// Tells whether two made the same firm: SHA-256 over all files.
pub fn hash(files: &[(&'static str, String)]) -> String {
    let parts: Vec<&[u8]> =
        files.iter().flat_map(|(name, text)| [name.as_bytes(), text.as_bytes()]).collect();
    shared::id::hex(&shared::hash::sha256(&parts))
}

fn staff() -> Json {
    let people = STAFF.iter().map(|it| {
        json!({
            "name": it.name, "name_kana": it.kana, "role": format!("{:?}", it.role),
            "registration_no": it.registration, "learning": it.learning,
            "specialities": it.specialities, "greeting": it.greeting,
        })
    });
    let tablets = TABLETS.iter().map(|it| {
        json!({
            "name": it.name, "owner": owner(it.owner), "from": it.from,
            "until": it.until.map(|(at, _)| at), "end": it.until.map(|(_, end)| format!("{end:?}")),
        })
    });
    json!({ "people": people.collect::<Json>(), "tablets": tablets.collect::<Json>() })
}

fn owner(index: usize) -> &'static str {
    STAFF.get(index).map_or("", |it| it.name)
}

fn companies() -> Json {
    let contracts = CONTRACTS.iter().map(|it| {
        json!({
            "name": it.name, "name_kana": it.kana, "industry": it.industry, "size": it.size,
            "heads": it.heads, "vision": it.vision, "kind": it.kind, "from": it.from, "to": it.to,
            "continuation": it.continuation, "interviews_max": it.interviews_max,
            "units": it.units, "contacts": it.contacts,
        })
    });
    let venues = VENUES.iter().map(|it| {
        json!({
            "name": it.name, "kind": it.kind, "address": it.address,
            "company": it.company.map(|it| it.contract().name),
            "has_no_network": it.has_no_network, "is_quiet": it.is_quiet,
        })
    });
    json!({ "contracts": contracts.collect::<Json>(), "venues": venues.collect::<Json>() })
}

fn person(firm: &Firm, it: &Person) -> Json {
    json!({
        "number": it.number, "company": it.company.contract().name, "name": it.name,
        "name_kana": it.kana, "born_on": it.born.to_string(), "hired_on": it.hired.to_string(),
        "department": it.department, "job": it.job, "employment": it.employment,
        "segment": it.segment, "mail": it.mail(), "phone": it.phone(),
        "has_phone": it.has_phone(), "prep": format!("{:?}", it.prep), "bucket": it.bucket(),
        "job_card": firm.cards.get(&it.index).map(card),
    })
}

fn card(it: &JobCard) -> Json {
    let mut whole = texts(&it.texts);
    whole.extend(it.dates.iter().map(|(id, on)| ((*id).to_owned(), json!(on.to_string()))));
    for (id, rows) in &it.lists {
        let rows = rows.iter().map(|row| Json::Object(texts(row)));
        whole.insert((*id).to_owned(), rows.collect());
    }
    Json::Object(whole)
}

fn texts(of: &[(&'static str, String)]) -> Map<String, Json> {
    of.iter().map(|(id, text)| ((*id).to_owned(), json!(text))).collect()
}

fn number(firm: &Firm, person: usize) -> &'static str {
    firm.people.get(person).map_or("", |it| it.number)
}

fn slot(it: &Slot) -> Json {
    let outcome = match it.outcome {
        Outcome::Ended(interview) => json!({ "ended": interview }),
        Outcome::NoShow(person) => json!({ "no_show": person }),
        Outcome::Cancelled(by, person) => json!({ "cancelled": person, "by": format!("{by:?}") }),
        Outcome::Open => json!("open"),
        Outcome::Booked(person) => json!({ "booked": person }),
    };
    json!({
        "wave": it.wave(), "start": local(it.start), "length_min": it.length_min,
        "venue": VENUES.get(it.venue).map(|it| it.name), "consultant": owner(it.consultant),
        "outcome": outcome,
    })
}

fn value(of: &Value) -> Json {
    match of {
        Value::Unset => Json::Null,
        Value::Code(code) => json!(code),
        Value::Codes(codes) => json!(codes),
        Value::Number(number) => json!(number),
        Value::Flag(flag) => json!(flag),
        Value::When(when) => json!(when),
    }
}

fn row(it: &Row) -> Map<String, Json> {
    let mut whole = texts(&it.texts);
    whole.extend(it.values.iter().map(|(id, of)| ((*id).to_owned(), value(of))));
    whole
}

fn note(it: &Note) -> Json {
    let mut whole = row(&it.top);
    for (list, rows) in &it.lists {
        whole.insert((*list).to_owned(), rows.iter().map(|it| Json::Object(row(it))).collect());
    }
    Json::Object(whole)
}

fn canvas(it: &Canvas) -> Json {
    let marks = it
        .marks
        .iter()
        .map(|mark| json!({ "x": mark.x, "y": mark.y, "group": mark.group, "text": mark.text }));
    json!({ "kind": it.kind, "marks": marks.collect::<Json>(), "remark": it.remark })
}

fn interview(firm: &Firm, it: &Interview) -> Json {
    json!({
        "case": number(firm, it.person), "ordinal": it.ordinal,
        "consultant": owner(it.consultant), "venue": VENUES.get(it.venue).map(|it| it.name),
        "start": local(it.start), "started_at": local(it.started_at),
        "ended_at": local(it.ended_at), "signed_at": local(it.signed_at), "risk": it.risk,
        "amendment": it.amendment.map(|(at, text)| json!({ "at": local(at), "text": text })),
        "note": note(&it.note), "canvases": it.canvases.iter().map(canvas).collect::<Json>(),
        "survey": it.survey, "continue_wish": it.continue_wish,
    })
}

fn decision(of: Decision) -> &'static str {
    match of {
        Decision::Withdrawn => "withdrawn",
        Decision::Refused => "refused",
        Decision::AskEachTime => "ask_each_time",
        Decision::Explained => "explained",
        Decision::Agreed => "agreed",
    }
}

fn decided(firm: &Firm, it: &Decided) -> Json {
    let covers = match &it.covers {
        Covers::Whole => Json::Null,
        Covers::Words(words) => json!(words),
        Covers::Codes(codes) => json!(codes),
        Covers::Successor(index) => json!(owner(*index)),
        Covers::Disclosure(index) => json!({ "disclosure": index }),
    };
    json!({
        "case": number(firm, it.person), "matter": it.matter.code(), "at": local(it.at),
        "decision": decision(it.decision), "covers": covers, "how": format!("{:?}", it.how),
    })
}

fn matters(firm: &Firm) -> Json {
    let dangers = firm.interviews.iter().filter(|it| it.risk != "none").map(|it| {
        let danger = danger(it.risk);
        json!({
            "case": number(firm, it.person), "ordinal": it.ordinal, "level": it.risk,
            "kind": danger.kind, "facts": danger.facts, "asked": danger.asked,
            "protective": danger.protective, "consent": danger.consent,
            "consent_why": danger.consent_why, "opinion": danger.opinion,
            "actions": danger.actions, "recheck_hours": danger.recheck_hours,
        })
    });
    let disclosures = DISCLOSURES.iter().map(|it| {
        json!({
            "case": it.number, "row": it.row, "at": it.at, "category": it.category,
            "recipient": it.recipient, "text": it.text, "identity": it.identity,
            "basis": it.basis, "second_opinion": it.second, "course": format!("{:?}", it.course),
            "told_at": it.told_at, "follow_up": it.follow_up,
        })
    });
    let copies = firm.copies.iter().map(|it| {
        let of = firm.interviews.get(it.interview);
        json!({
            "case": of.map(|of| number(firm, of.person)), "ordinal": of.map(|of| of.ordinal),
            "at": local(it.at), "is_allowed": it.is_allowed,
        })
    });
    let requests = REQUESTS.iter().map(|(number, wish, asked, answered)| {
        json!({
            "case": number, "wish": format!("{wish:?}"), "asked": asked, "answered": answered,
        })
    });
    let reports = REPORTS.iter().map(|it| {
        json!({
            "name": it.name, "from": it.from, "to": it.to, "people": firm.counted(it).len(),
            "passes": it.passes,
        })
    });
    let withdrawals = WITHDRAWN.iter().map(|(number, matter, at)| {
        let matter = matter.map_or("job_card", |it| it.code());
        json!({ "case": number, "of": matter, "at": at })
    });
    json!({
        "dangers": dangers.collect::<Json>(), "disclosures": disclosures.collect::<Json>(),
        "supervision": copies.collect::<Json>(), "requests": requests.collect::<Json>(),
        "reports": reports.collect::<Json>(), "withdrawals": withdrawals.collect::<Json>(),
    })
}
