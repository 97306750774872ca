//! Interview notes, put together from fragments.

use engine::casework::{date::Date, field::Value};

use super::{
    fragment::{Deck, one},
    person::Person,
    topic::OrganisationMark,
};
use crate::seed::Dice;

/// An item of a list, or the whole note: texts and values by field.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// What is written.
    pub texts: Vec<(&'static str, String)>,
    /// What is chosen.
    pub values: Vec<(&'static str, Value)>,
}

/// What a consultant writes down, under the names of the note's fields.
#[derive(Clone, Debug, Default)]
pub struct Note {
    /// Outside of lists.
    pub top: Row,
    /// Lists and their items.
    pub lists: Vec<(&'static str, Vec<Row>)>,
}

/// Shortest note that is put together.
pub const CHARS_MIN: usize = 600;
/// Longest note that is put together.
pub const CHARS_MAX: usize = 1_800;

/// What the fragments of a note are chosen by.
pub(super) struct Occasion<'a> {
    pub(super) person: &'a Person,
    pub(super) on: Date,
    pub(super) ordinal: usize,
    pub(super) main: &'static str,
    pub(super) others: &'a [&'static str],
    pub(super) marks: &'a [OrganisationMark],
    pub(super) risk: &'static str,
}

const FEELINGS: [&str; 7] =
    ["不安", "焦り", "迷い", "もどかしさ", "心細さ", "戸惑い", "割り切れなさ"];

/// A code as a value.
pub fn code(code: &str) -> Value {
    Value::Code(code.to_owned())
}

/// Codes as a value.
pub fn codes(codes: &[&str]) -> Value {
    Value::Codes(codes.iter().map(|code| (*code).to_owned()).collect())
}

impl Row {
    /// A row of one text.
    pub fn of(field: &'static str, text: &str) -> Self {
        Self { texts: vec![(field, text.to_owned())], values: vec![] }
    }

    /// The row with one more text.
    #[must_use]
    pub fn text(mut self, field: &'static str, text: &str) -> Self {
        self.texts.push((field, text.to_owned()));
        self
    }

    /// The row with one more value.
    #[must_use]
    pub fn value(mut self, field: &'static str, value: Value) -> Self {
        self.values.push((field, value));
        self
    }
}

impl Note {
    /// Letters of everything written.
    pub fn chars(&self) -> usize {
        let rows = self.lists.iter().flat_map(|(_, rows)| rows).chain([&self.top]);
        rows.flat_map(|row| &row.texts).map(|(_, text)| text.chars().count()).sum()
    }

    /// The rows of a list.
    pub fn list(&self, id: &str) -> &[Row] {
        self.lists.iter().find(|(it, _)| *it == id).map_or(&[], |(_, rows)| rows)
    }

    /// A text outside of lists.
    pub fn text(&self, id: &str) -> &str {
        self.top.texts.iter().find(|(it, _)| *it == id).map_or("", |(_, text)| text)
    }
}

/// How long somebody has been at their company, as they would say it.
pub(super) fn tenure(person: &Person, on: Date) -> String {
    match person.tenure(on) {
        0 => String::from("半年あまり"),
        years => format!("{years}年"),
    }
}

/// Draws fragments and fills them in.
struct Pen<'a, 'd> {
    deck: &'d mut Deck,
    dice: &'d mut Dice,
    occasion: &'a Occasion<'a>,
}

impl Pen<'_, '_> {
    fn about(&mut self, code: &'static str, label: &'static str) -> String {
        let words = self.deck.draw(code, label);
        let Occasion { person, on, .. } = self.occasion;
        words
            .replace("{職種}", person.job)
            .replace("{勤続}", &tenure(person, *on))
            .replace("{気持ち}", one(self.dice, &FEELINGS))
    }

    fn main(&mut self, label: &'static str) -> String {
        self.about(self.occasion.main, label)
    }

    fn mark_codes(&self) -> Vec<&'static str> {
        self.occasion.marks.iter().map(|mark| mark.code).collect()
    }
}

/// A whole note.
pub(super) fn compose(deck: &mut Deck, dice: &mut Dice, occasion: &Occasion<'_>) -> Note {
    let mut pen = Pen { deck, dice, occasion };
    let top = texts(&mut pen);
    let lists = vec![
        ("quotes", quotes(&mut pen)),
        ("marks", marks(&mut pen)),
        ("evidence", evidence(&mut pen)),
        ("goals", goals(&mut pen)),
        ("interventions", interventions(&mut pen)),
        ("homework", homework(&mut pen)),
        ("organisation_codes", organisation(occasion.marks)),
        ("summary_decided", lines(&[pen.main("目標"), pen.main("課題")])),
        ("summary_homework", lines(&[pen.main("課題")])),
    ];
    Note { top: Row { texts: top, values: values(&mut pen) }, lists }
}

fn texts(pen: &mut Pen<'_, '_>) -> Vec<(&'static str, String)> {
    let marks = pen.mark_codes();
    let mut work = pen.main("仕事");
    let mut assessment = pen.main("見立");
    for mark in marks {
        work.push_str(&pen.about(mark, "仕事"));
        assessment.push_str(&pen.about(mark, "見立"));
    }
    let other = pen.occasion.others.first().copied();
    let mut presenting = pen.main("主訴");
    if let Some(other) = other {
        presenting.push_str("あわせて話されたこと: ");
        presenting.push_str(&pen.about(other, "主訴"));
    }
    vec![
        ("purpose", purpose(pen.occasion.main).to_owned()),
        ("referral_text", referral_text(pen.occasion).to_owned()),
        ("presenting_issue", presenting),
        ("observation", pen.main("様子")),
        ("context_work", work),
        ("context_home", pen.main("家庭")),
        ("issue_by_client", pen.main("本人")),
        ("issue_by_consultant", assessment),
        ("resources", pen.main("資源")),
        ("response", pen.main("反応")),
        ("outcome_text", String::from("見通しの明るさを本人の言葉で0から10で示した。")),
        ("self_review", pen.main("自己")),
        ("summary_talked", pen.main("話した")),
        ("summary_insight", pen.main("気づき")),
    ]
}

fn values(pen: &mut Pen<'_, '_>) -> Vec<(&'static str, Value)> {
    let Occasion { ordinal, main, others, risk, .. } = *pen.occasion;
    let stages: &[&str] = match ordinal {
        0 => &["rapport", "problem", "goal"],
        1 => &["problem", "goal", "action"],
        _ => &["action", "evaluation"],
    };
    let start = i64::try_from(2 + pen.dice.below(4)).unwrap_or(2);
    let gain = i64::try_from(pen.dice.below(5)).unwrap_or(0);
    let path = match (ordinal, pen.occasion.person.segment) {
        (0, "volunteer") => "self",
        (0, "new_hire" | "middle") => "training",
        (0, _) => "company",
        _ => "continued",
    };
    vec![
        ("stage", codes(stages)),
        ("referral_path", code(path)),
        ("outcome_start", Value::Number(start)),
        ("outcome_end", Value::Number((start + gain).min(10))),
        ("risk_level", code(risk)),
        ("topic_main", code(main)),
        ("topics_other", codes(others)),
    ]
}

fn quotes(pen: &mut Pen<'_, '_>) -> Vec<Row> {
    let mut at = 240;
    let mut said: Vec<String> = (0..2).map(|_| pen.main("発言")).collect();
    for mark in pen.mark_codes() {
        said.push(pen.about(mark, "発言"));
    }
    said.into_iter()
        .map(|words| {
            at += 200 + i64::try_from(pen.dice.below(500)).unwrap_or(0);
            Row::of("text", &words).value("at_s", Value::Number(at))
        })
        .collect()
}

fn marks(pen: &mut Pen<'_, '_>) -> Vec<Row> {
    let kinds = ["notable", "feeling", "insight", "promise"];
    let mut at = 300;
    kinds
        .into_iter()
        .map(|kind| {
            at += 300 + i64::try_from(pen.dice.below(400)).unwrap_or(0);
            Row::default().value("at_s", Value::Number(at)).value("kind", code(kind))
        })
        .collect()
}

fn evidence(pen: &mut Pen<'_, '_>) -> Vec<Row> {
    let sources = ["quote", "job_card"];
    sources.map(|it| Row::of("text", &pen.main("根拠")).value("source", code(it))).to_vec()
}

fn goals(pen: &mut Pen<'_, '_>) -> Vec<Row> {
    let due = [("short", 45), ("middle", 180)];
    due.map(|(term, days)| {
        let by = pen.occasion.on.plus_days(days).to_string();
        Row::of("text", &pen.main("目標"))
            .value("term", code(term))
            .value("by", Value::When(by))
            .value("agreed", Value::Flag(true))
    })
    .to_vec()
}

fn interventions(pen: &mut Pen<'_, '_>) -> Vec<Row> {
    let mut rows = vec![
        Row::of("text", &pen.main("質問")).value("kind", code("question")),
        Row::of("text", &pen.main("情報")).value("kind", code("information")),
    ];
    if pen.occasion.main != "health" {
        rows.push(Row::of("text", &pen.main("道具")).value("kind", code("tool")));
    }
    rows
}

fn homework(pen: &mut Pen<'_, '_>) -> Vec<Row> {
    let by = pen.occasion.on.plus_days(30).to_string();
    (0..2)
        .map(|_| Row::of("text", &pen.main("課題")).value("by", Value::When(by.clone())))
        .collect()
}

/// Rows of a list of codes.
pub(super) fn organisation(marks: &[OrganisationMark]) -> Vec<Row> {
    let row = |mark: &OrganisationMark| {
        Row::default()
            .value("code", code(mark.code))
            .value("direction", code(mark.direction))
            .value("strength", Value::Number(mark.strength))
    };
    marks.iter().map(row).collect()
}

/// Rows of a list of lines.
pub(super) fn lines(texts: &[String]) -> Vec<Row> {
    texts.iter().map(|text| Row::of("text", text)).collect()
}

/// What an interview about something is for (C2).
pub(super) fn purpose(main: &str) -> &'static str {
    match main {
        "career_plan" => "これからの働き方について、大事にしたいことを言葉にする",
        "skills" => "学びたいことと、続けられる学び方を整理する",
        "conditions" => "今の働き方の困りごとを分けて、確かめる先を決める",
        "aptitude" => "力が出る場面と疲れる場面を見分ける",
        "relations" => "職場で起きていることを整理し、これからを自分で選べるようになる",
        "balance" => "仕事と家のことの段取りを見えるようにする",
        "transfer" => "異動をどう受けとめるかを、急がずに考える",
        "promotion" => "役割の打診について、迷いの中身を並べる",
        "leaving" => "移ることと残ることを、同じ物差しで考える",
        "health" => "体の調子と仕事のことを分けて、今の続け方を考える",
        _ => "仕事のことをゆっくり話す",
    }
}

fn referral_text(occasion: &Occasion<'_>) -> &'static str {
    match (occasion.ordinal, occasion.person.segment) {
        (0, "volunteer") => "本人からの希望。掲示の案内を見て申し込んだ。",
        (0, "new_hire") => "入社後の面談として案内。本人は初めてで緊張していると話す。",
        (0, "middle") => "キャリア研修のあとの面談として案内。",
        (0, "senior") => "節目の年の面談として案内。",
        (0, _) => "会社の実施計画による案内。参加は本人が決めた。",
        (1, _) => "前回の終わりに本人が続けることを希望。",
        _ => "継続。前回からの宿題を持参。",
    }
}
