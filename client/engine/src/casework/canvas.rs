//! Canvases: what the two draw, as data. The picture and the table are both made from it, so the
//! text alternative is always in step.

use shared::order;
use shared::{Decode, Encode, id::DeviceId};

use crate::{
    casework::{
        field::{Field, Shape, Spec, Value, spec},
        item::{add, all, code},
        job_card::{Card, month::months},
    },
    document::{
        crdt::{Crdt, EditError, Writer},
        guard::{BOTH, EMPLOYEE, Guard, guard},
    },
};

/// What is stored. A timeline is drawn from the JOB card and stored nowhere.
pub const KINDS: &[&str] = &["lifeline", "will_can_must", "values", "scale", "relation"];
/// Where a card of Will-Can-Must lies, overlaps included.
pub const REGIONS: &[&str] =
    &["will", "can", "must", "will_can", "will_must", "can_must", "will_can_must"];
/// Which curve of a lifeline a point is on.
pub const CURVES: &[&str] = &["work", "private"];

/// A canvas: marks on it, each with a place and words.
pub const CANVAS: &[Spec] =
    &[spec("marks", Shape::List(&[])), spec("remark", Shape::Long), spec("shown", Shape::Flag)];

/// The employee's own drawings, and those that both work on.
pub const GUARDS: &[Guard] = &[guard("canvases", BOTH), guard("drawings", EMPLOYEE)];

/// Whose hands a canvas is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Owner {
    /// Both write.
    #[n(0)]
    Both,
    /// The employee alone.
    #[n(1)]
    Employee,
}

impl Owner {
    fn list(self) -> &'static str {
        match self {
            Self::Both => "canvases",
            Self::Employee => "drawings",
        }
    }
}

/// One thing on a canvas. What the numbers mean depends on the kind: year or age and satisfaction
/// from −100 to 100 on a lifeline; the rank on values; start and end on a scale from 0 to 10;
/// hundredths of width and height on a relation chart.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct Mark {
    /// Its item.
    #[n(0)]
    pub id: String,
    /// Across.
    #[n(1)]
    pub x: i64,
    /// Up.
    #[n(2)]
    pub y: i64,
    /// A region or a curve.
    #[n(3)]
    pub group: String,
    /// What it says.
    #[n(4)]
    pub text: String,
}

/// A canvas, read.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct Canvas {
    /// Its item.
    #[n(0)]
    pub id: String,
    /// One of [`KINDS`].
    #[n(1)]
    pub kind: String,
    /// Whose.
    #[n(2)]
    pub owner: Owner,
    /// In the order drawn.
    #[n(3)]
    pub marks: Vec<Mark>,
    /// What the employee said of the whole.
    #[n(4)]
    pub remark: String,
}

/// Most marks that one wish draws: a line that a finger drew for a quarter of a minute.
pub const STROKE_MARKS_MAX: usize = 2_000;
/// Marks written by one change.
pub const LOT_MARKS: usize = 200;
/// Longest text of a mark, in letters.
pub const MARK_LETTERS_MAX: usize = 500;

/// Whether a mark can be on a canvas of a kind.
pub fn admits(kind: &str, mark: &Mark) -> bool {
    let is_within = match kind {
        "lifeline" => (0..=9999).contains(&mark.x) && (-100..=100).contains(&mark.y),
        "scale" => (0..=10).contains(&mark.x) && (0..=10).contains(&mark.y),
        "relation" => (0..=100).contains(&mark.x) && (0..=100).contains(&mark.y),
        _ => (0..=9999).contains(&mark.x) && (0..=9999).contains(&mark.y),
    };
    let is_placed = match kind {
        "lifeline" => CURVES.contains(&mark.group.as_str()),
        "will_can_must" => REGIONS.contains(&mark.group.as_str()),
        _ => mark.group.is_empty(),
    };
    is_within && is_placed && mark.text.chars().count() <= MARK_LETTERS_MAX
}

/// The kind of a canvas; `None` if there is none of this name.
pub fn kind(shared: &Crdt, owner: Owner, canvas: &str) -> Option<&'static str> {
    code(shared, &Field::top(owner.list()).child(canvas).child("kind"), KINDS)
}

/// The marks that a device drew last, by one wish: their ids begin alike.
pub fn last_stroke(
    shared: &Crdt,
    owner: Owner,
    canvas: &str,
    by: DeviceId,
) -> (Field, Vec<String>) {
    let marks = Field::top(owner.list()).child(canvas).child("marks");
    let items = shared.items(&marks);
    let stroke_of = |id: &str| id.split('-').next().map(String::from);
    let mut seen = None;
    // Who drew one mark of a stroke drew all of it, and looking that up takes its time.
    let newest = items.iter().rev().find(|id| {
        let stroke = stroke_of(id);
        let is_new = stroke != seen;
        seen = stroke;
        is_new && shared.author(&marks.child(id)) == Some(by)
    });
    let stroke = newest.map(|id| stroke_of(id));
    let ids = items.iter().filter(|id| Some(stroke_of(id)) == stroke).cloned().collect();
    (marks, ids)
}

/// Starts an empty canvas.
pub fn begin(tx: &mut Writer<'_, '_>, owner: Owner, id: &str, kind: &str) -> Result<(), EditError> {
    if !KINDS.contains(&kind) {
        return Err(EditError::NoSuchField);
    }
    add(tx, owner.list(), id, CANVAS, |tx, item| tx.put(&item.child("kind"), kind))
}

/// Says whether the employee is shown a canvas.
pub fn show(
    tx: &mut Writer<'_, '_>,
    owner: Owner,
    id: &str,
    is_shown: bool,
) -> Result<(), EditError> {
    tx.put(&Field::top(owner.list()).child(id).child("shown"), is_shown)
}

/// Whether the employee is shown a canvas: a relation chart is the consultant's view of people, and
/// is not until the consultant says so. The program keeps it back, not a key.
pub fn is_shown(shared: &Crdt, canvas: &Canvas) -> bool {
    let said = Field::top(canvas.owner.list()).child(&canvas.id).child("shown");
    match shared.value(&said, Shape::Flag) {
        Value::Flag(is_shown) => is_shown,
        Value::Unset | Value::Code(_) | Value::Codes(_) | Value::Number(_) | Value::When(_) => {
            canvas.owner == Owner::Employee || canvas.kind != "relation"
        }
    }
}

/// Puts something on a canvas.
pub fn draw(
    tx: &mut Writer<'_, '_>,
    owner: Owner,
    canvas: &str,
    mark: &Mark,
) -> Result<(), EditError> {
    let list = Field::top(owner.list()).child(canvas).child("marks");
    let values = vec![
        ("x", mark.x.into()),
        ("y", mark.y.into()),
        ("group", mark.group.as_str().into()),
        ("text", mark.text.as_str().into()),
    ];
    tx.add_values(&list, &mark.id, values)
}

/// Moves or renames something on a canvas.
pub fn redraw(
    tx: &mut Writer<'_, '_>,
    owner: Owner,
    canvas: &str,
    mark: &Mark,
) -> Result<(), EditError> {
    let list = Field::top(owner.list()).child(canvas).child("marks");
    place(tx, &list.child(&mark.id), mark)
}

fn place(tx: &mut Writer<'_, '_>, item: &Field, mark: &Mark) -> Result<(), EditError> {
    tx.put(&item.child("x"), mark.x)?;
    tx.put(&item.child("y"), mark.y)?;
    tx.put(&item.child("group"), mark.group.as_str())?;
    tx.put(&item.child("text"), mark.text.as_str())
}

/// Every canvas.
pub fn canvases(shared: &Crdt) -> Vec<Canvas> {
    let read = |owner: Owner| {
        all(shared, owner.list(), |id, item| {
            Some(Canvas {
                id: String::from(id),
                kind: String::from(code(shared, &item.child("kind"), KINDS)?),
                owner,
                marks: marks(shared, &item.child("marks")),
                remark: shared.text(&item.child("remark")).unwrap_or_default(),
            })
        })
    };
    [read(Owner::Both), read(Owner::Employee)].concat()
}

fn marks(shared: &Crdt, list: &Field) -> Vec<Mark> {
    shared.each(list, |id, item| {
        Some(Mark {
            id,
            x: item.number("x")?,
            y: item.number("y")?,
            group: item.plain("group")?,
            text: item.plain("text")?,
        })
    })
}

/// A line of the text alternative: a code that has words in the locale files, numbers, the text.
pub type Line = (String, Vec<i64>, String);

impl Canvas {
    /// The canvas as a table, in the order in which one would read it aloud.
    pub fn lines(&self) -> Vec<Line> {
        let mut marks: Vec<&Mark> = self.marks.iter().collect();
        let rank = |group: &str| REGIONS.iter().position(|it| *it == group);
        match self.kind.as_str() {
            "lifeline" => order::by(&mut marks, |a, b| (&b.group, a.x).cmp(&(&a.group, b.x))),
            "will_can_must" => order::by_key(&mut marks, |mark| rank(&mark.group)),
            _ => order::by_key(&mut marks, |mark| mark.x),
        }
        let numbers = |mark: &Mark| match self.kind.as_str() {
            "lifeline" | "scale" => vec![mark.x, mark.y],
            "values" => vec![mark.x],
            _ => vec![],
        };
        marks.iter().map(|mark| (mark.group.clone(), numbers(mark), mark.text.clone())).collect()
    }
}

/// The timeline: everything on the card whose beginning can be read, oldest first; the numbers are
/// months since the year 0, of the beginning and of the end if it has one.
pub fn timeline(card: &Card) -> Vec<Line> {
    let mut lines: Vec<Line> = card
        .rows()
        .filter_map(|row| {
            let numbers = [months(row.from), months(row.to)].into_iter().flatten().collect();
            months(row.from)?;
            Some((String::from(row.sheet), numbers, String::from(row.name)))
        })
        .collect();
    order::by(&mut lines, |a, b| a.1.cmp(&b.1));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casework::group::{EDGE, Group},
        document::{genesis::Kind, guard::Side},
    };

    const TABLET: usize = 0;
    const PHONE: usize = 1;

    fn mark(id: &str, x: i64, y: i64, group: &str, text: &str) -> Mark {
        Mark { id: id.into(), x, y, group: group.into(), text: text.into() }
    }

    fn group() -> Group {
        Group::new(Kind::CaseShared, &[Side::Staff, Side::Employee])
    }

    #[test]
    fn two_draw_on_one_lifeline_and_the_table_says_what_the_picture_shows() {
        let mut group = group();
        group.edit(TABLET, |tx| begin(tx, Owner::Both, "c", "lifeline")).unwrap();
        group.meet();
        let joined = mark("1", 2015, 10, "work", "入社");
        let prize = mark("2", 2021, 70, "work", EDGE);
        let child = mark("3", 2023, 55, "private", "子ども");
        group.edit(PHONE, |tx| draw(tx, Owner::Both, "c", &prize)).unwrap();
        group.edit(TABLET, |tx| draw(tx, Owner::Both, "c", &joined)).unwrap();
        group.edit(TABLET, |tx| draw(tx, Owner::Both, "c", &child)).unwrap();
        group.meet();
        let moved = Mark { y: -40, ..joined };
        group.edit(PHONE, |tx| redraw(tx, Owner::Both, "c", &moved)).unwrap();
        group.meet();

        let lines = |hand: usize| canvases(&group.0[hand].crdt).remove(0).lines();
        assert_eq!(lines(TABLET), lines(PHONE));
        let line = |curve: &str, x, y, text: &str| (curve.into(), vec![x, y], text.into());
        let expected = [
            line("work", 2015, -40, "入社"),
            line("work", 2021, 70, EDGE),
            line("private", 2023, 55, "子ども"),
        ];
        assert_eq!(lines(TABLET), expected);
    }

    #[test]
    fn the_employees_own_drawing_is_theirs_alone() {
        let mut group = group();
        group.edit(PHONE, |tx| begin(tx, Owner::Employee, "d", "values")).unwrap();
        let anchors = mark("1", 1, 0, "", "自律・独立");
        group.edit(PHONE, |tx| draw(tx, Owner::Employee, "d", &anchors)).unwrap();
        group.meet();

        let tampered = Mark { text: "管理職".into(), ..anchors };
        let redrawn = group.edit(TABLET, |tx| redraw(tx, Owner::Employee, "d", &tampered));
        assert_eq!(redrawn, Err(EditError::NotYours));
        let canvas = &canvases(&group.0[TABLET].crdt)[0];
        assert_eq!(canvas.lines(), [(String::new(), vec![1], "自律・独立".into())]);
        let unknown = group.edit(PHONE, |tx| begin(tx, Owner::Employee, "e", "horoscope"));
        assert_eq!(unknown, Err(EditError::NoSuchField));
    }

    #[test]
    fn circles_are_read_out_region_by_region_overlaps_last() {
        let marks = vec![
            mark("1", 0, 0, "can_must", "手順書"),
            mark("2", 0, 0, "will", "現場"),
            mark("3", 0, 0, "must", "法定点検"),
        ];
        let (id, remark) = (String::new(), String::new());
        let canvas = Canvas { id, kind: "will_can_must".into(), owner: Owner::Both, marks, remark };
        let regions: Vec<String> = canvas.lines().into_iter().map(|(region, ..)| region).collect();
        assert_eq!(regions, ["will", "must", "can_must"]);
    }

    #[test]
    fn a_scale_and_ranked_values_are_read_out_with_their_numbers_and_keep_within_them() {
        let canvas = |kind: &str, marks: &[Mark]| Canvas {
            id: String::new(),
            kind: kind.into(),
            owner: Owner::Both,
            marks: marks.to_vec(),
            remark: String::new(),
        };
        let hope = mark("1", 3, 6, "", "見通しの明るさ");
        let lines = canvas("scale", std::slice::from_ref(&hope)).lines();
        assert_eq!(lines, [(String::new(), vec![3, 6], "見通しの明るさ".into())]);
        let ranked = [mark("1", 2, 0, "", "安定"), mark("2", 1, 0, "", EDGE)];
        let told: Vec<(i64, String)> = canvas("values", &ranked)
            .lines()
            .into_iter()
            .map(|(_, numbers, text)| (numbers[0], text))
            .collect();
        assert_eq!(told, [(1, EDGE.into()), (2, "安定".into())]);

        let on_scale = |x, y| admits("scale", &Mark { x, y, ..hope.clone() });
        assert!(on_scale(0, 10) && !on_scale(0, 11) && !on_scale(-1, 10));
        let on_line = |y, group: &str| admits("lifeline", &mark("1", 2021, y, group, "転職"));
        assert!(on_line(100, CURVES[0]) && on_line(-100, CURVES[0]));
        assert!(!on_line(101, CURVES[0]) && !on_line(-101, CURVES[0]) && !on_line(0, "luck"));
        let long = |letters: usize| admits("values", &mark("1", 1, 0, "", &"森".repeat(letters)));
        assert!(long(MARK_LETTERS_MAX) && !long(MARK_LETTERS_MAX + 1));
    }

    #[test]
    fn the_timeline_follows_from_the_card_whatever_years_it_is_written_in() {
        let job = |from: &str, to: &str, company: &str| {
            vec![("from", from.into()), ("to", to.into()), ("company", company.into())]
        };
        let card = Card {
            texts: vec![],
            lists: vec![
                ("jobs", vec![job("令和元年4月", "", "B社"), job("2015-04", "平成31年3月", "A社")]),
                ("licences", vec![vec![("acquired", "2018-09".into()), ("name", "電工".into())]]),
            ],
        };
        let told: Vec<(String, usize, i64)> = timeline(&card)
            .into_iter()
            .map(|(_, numbers, name)| (name, numbers.len(), numbers[0] / 12))
            .collect();
        let expected = [("A社".into(), 2, 2015), ("電工".into(), 2, 2018), ("B社".into(), 1, 2019)];
        assert_eq!(told, expected);
    }
}
