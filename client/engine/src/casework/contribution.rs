//! Codes that cases add to a company's report, each under a pseudonym that only serves not to count
//! anybody twice.

use shared::{
    id::{DocumentId, hex},
    time::UnixMillis,
};

use crate::{
    casework::{
        field::{Field, Shape, Spec, Value, spec},
        item::{all, code, count, millis, text, time},
        note::{DIRECTIONS, ORGANISATION_CODES, TOPICS},
        rule::{
            contribution::{Contribution, Pseudonym, Statement},
            tendency::{Direction, Mark, Organisation, Tendencies, Topic},
        },
    },
    document::crdt::{Crdt, EditError, Writer},
};

/// Contributions of one consultant to one report.
pub const FIELDS: &[Spec] =
    &[spec("contributions", Shape::List(CONTRIBUTION)), spec("statements", Shape::List(STATEMENT))];

/// One case's; its id is the pseudonym.
pub const CONTRIBUTION: &[Spec] = &[
    spec("bucket", Shape::Short),
    spec("topic_main", Shape::One(TOPICS)),
    spec("topics_other", Shape::Many(TOPICS)),
    spec("organisation_codes", Shape::List(CODE)),
    spec("motivation_before", Shape::Number(0, 10)),
    spec("motivation_after", Shape::Number(0, 10)),
    spec("satisfaction", Shape::Number(0, 10)),
];

const CODE: &[Spec] = &[
    spec("code", Shape::One(ORGANISATION_CODES)),
    spec("direction", Shape::One(DIRECTIONS)),
    spec("strength", Shape::Number(1, 3)),
];

/// A general statement, and the pseudonyms of the cases behind it.
const STATEMENT: &[Spec] = &[spec("text", Shape::Long), spec("cases", Shape::List(CASE))];
const CASE: &[Spec] = &[];

/// Says to which report the contributions are.
pub fn begin(tx: &mut Writer<'_, '_>, report: DocumentId) -> Result<(), EditError> {
    tx.put(&Field::top("report"), report.to_hex())
}

/// To which report the contributions are.
pub fn report(crdt: &Crdt) -> Option<DocumentId> {
    DocumentId::from_hex(&crdt.plain(&Field::top("report"))?)
}

/// What a note, or a contribution, says of a case in codes; `None` without a main topic.
pub fn tendencies(crdt: &Crdt, at: impl Fn(&str) -> Field) -> Option<Tendencies> {
    let main = Topic::of(code(crdt, &at("topic_main"), TOPICS)?)?;
    let others = match crdt.value(&at("topics_other"), Shape::Many(TOPICS)) {
        Value::Codes(codes) => codes.iter().filter_map(|code| Topic::of(code)).collect(),
        Value::Unset | Value::Code(_) | Value::Number(_) | Value::Flag(_) | Value::When(_) => {
            vec![]
        }
    };
    let list = at("organisation_codes");
    let mark = |id: &String| {
        let item = list.child(id);
        let code_of = |id: &str, codes| code(crdt, &item.child(id), codes);
        Some(Mark {
            code: Organisation::of(code_of("code", ORGANISATION_CODES)?)?,
            direction: Direction::of(code_of("direction", DIRECTIONS)?)?,
            strength: number(crdt, &item.child("strength"), 3)?,
        })
    };
    let organisation = crdt.items(&list).iter().filter_map(mark).collect();
    Some(Tendencies { main, others, organisation })
}

/// A number from 0 to at most ten.
pub fn number(crdt: &Crdt, field: &Field, most: u8) -> Option<u8> {
    count(crdt, field).and_then(|it| u8::try_from(it).ok()).filter(|it| *it <= most)
}

/// Writes what a case adds, in the place of what it added before.
pub fn write(
    tx: &mut Writer<'_, '_>,
    contribution: &Contribution,
    at: UnixMillis,
) -> Result<(), EditError> {
    let Contribution { pseudonym, bucket, tendencies, change, satisfaction } = contribution;
    let list = Field::top("contributions");
    let id = hex(&pseudonym.0);
    let item = list.child(&id);
    if tx.has(&item) {
        tx.remove_item(&item)?;
    }
    tx.add_item(&list, &id, None, CONTRIBUTION)?;
    tx.put(&item.child("at"), millis(at))?;
    tx.write(&item.child("bucket"), bucket)?;
    tx.put(&item.child("topic_main"), tendencies.main.code())?;
    let others = tendencies.others.iter().map(|topic| String::from(topic.code())).collect();
    tx.set(&item.child("topics_other"), Shape::Many(TOPICS), &Value::Codes(others))?;
    let codes = item.child("organisation_codes");
    for (number, mark) in tendencies.organisation.iter().enumerate() {
        let id = number.to_string();
        tx.add_item(&codes, &id, None, CODE)?;
        let code = codes.child(&id);
        tx.put(&code.child("code"), mark.code.code())?;
        tx.put(&code.child("direction"), mark.direction.code())?;
        tx.put(&code.child("strength"), i64::from(mark.strength))?;
    }
    let numbers = [
        ("motivation_before", change.map(|it| it.0)),
        ("motivation_after", change.map(|it| it.1)),
        ("satisfaction", *satisfaction),
    ];
    for (id, number) in numbers {
        if let Some(number) = number {
            tx.put(&item.child(id), i64::from(number))?;
        }
    }
    Ok(())
}

/// Every contribution, and when it was made.
pub fn read(crdt: &Crdt) -> Vec<(UnixMillis, Contribution)> {
    all(crdt, "contributions", |id, item| {
        let said = |id: &str| number(crdt, &item.child(id), 10);
        let contribution = Contribution {
            pseudonym: pseudonym(id)?,
            bucket: text(crdt, &item.child("bucket")),
            tendencies: tendencies(crdt, |id| item.child(id))?,
            change: said("motivation_before").zip(said("motivation_after")),
            satisfaction: said("satisfaction"),
        };
        Some((time(crdt, &item.child("at"))?, contribution))
    })
}

fn pseudonym(id: &str) -> Option<Pseudonym> {
    DocumentId::from_hex(id).map(|id| Pseudonym(*id.as_bytes()))
}

/// Whether a case is counted or stands behind a statement here.
pub fn names(crdt: &Crdt, pseudonym: Pseudonym) -> bool {
    places(crdt, pseudonym).next().is_some()
}

/// Takes a case out, wherever it stands.
pub fn withdraw(tx: &mut Writer<'_, '_>, places: &[Field]) -> Result<(), EditError> {
    places.iter().try_for_each(|item| tx.remove_item(item).map(|_| ()))
}

/// Where a case stands.
pub fn places(crdt: &Crdt, pseudonym: Pseudonym) -> impl Iterator<Item = Field> {
    let id = hex(&pseudonym.0);
    let statements = Field::top("statements");
    let behind =
        crdt.items(&statements).into_iter().map(move |it| statements.child(&it).child("cases"));
    let lists = core::iter::once(Field::top("contributions")).chain(behind);
    let lists: Vec<Field> = lists.filter(|list| crdt.items(list).contains(&id)).collect();
    lists.into_iter().map(move |list| list.child(&id))
}

/// Writes a general statement.
pub fn add_statement(
    tx: &mut Writer<'_, '_>,
    id: &str,
    statement: &Statement,
) -> Result<(), EditError> {
    let list = Field::top("statements");
    tx.add_item(&list, id, None, STATEMENT)?;
    let item = list.child(id);
    tx.write(&item.child("text"), &statement.text)?;
    let cases = item.child("cases");
    statement.cases.iter().try_for_each(|it| tx.add_item(&cases, &hex(&it.0), None, CASE))
}

/// Every general statement.
pub fn statements(crdt: &Crdt) -> Vec<Statement> {
    all(crdt, "statements", |_, item| {
        let cases = crdt.items(&item.child("cases"));
        Some(Statement {
            text: text(crdt, &item.child("text")),
            cases: cases.iter().filter_map(|id| pseudonym(id)).collect(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casework::group::{EDGE, Group, NOW},
        document::{genesis::Kind, guard::Side},
    };

    fn contribution(byte: u8, main: Topic) -> Contribution {
        let mark = Mark { code: Organisation::Support, direction: Direction::Issue, strength: 2 };
        Contribution {
            pseudonym: Pseudonym([byte; 16]),
            bucket: EDGE.into(),
            tendencies: Tendencies { main, others: vec![Topic::Health], organisation: vec![mark] },
            change: Some((3, 8)),
            satisfaction: Some(9),
        }
    }

    #[test]
    fn a_case_stands_once_and_goes_with_its_statements() {
        let mut group = Group::new(Kind::Contribution, &[Side::Staff, Side::Staff]);
        let (one, two) = (contribution(1, Topic::Skills), contribution(2, Topic::Other));
        let again = contribution(1, Topic::Leaving);
        for (at, it) in [(0, &one), (1, &two), (2, &again)] {
            group.edit(0, |tx| write(tx, it, NOW.plus_ms(at))).unwrap();
        }
        let statement = Statement { text: EDGE.into(), cases: vec![one.pseudonym, two.pseudonym] };
        group.edit(0, |tx| add_statement(tx, "s", &statement)).unwrap();
        group.meet();

        let read_by_lead = read(&group.0[1].crdt);
        let expected = [(NOW.plus_ms(1), two.clone()), (NOW.plus_ms(2), again)];
        assert!(read_by_lead == expected);
        assert!(statements(&group.0[1].crdt) == [statement]);
        let places: Vec<Field> = places(&group.0[0].crdt, one.pseudonym).collect();
        assert_eq!(places.len(), 2);
        group.edit(0, |tx| withdraw(tx, &places)).unwrap();
        group.meet();
        for hand in &group.0 {
            assert!(!names(&hand.crdt, one.pseudonym) && names(&hand.crdt, two.pseudonym));
            assert_eq!(statements(&hand.crdt)[0].distinct_cases(), 1);
        }
    }
}
