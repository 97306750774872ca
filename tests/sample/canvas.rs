//! What people draw in the interview.

use super::{
    fragment::{below, one, shuffle},
    person::Person,
};
use crate::seed::Dice;

/// How many of each kind there are.
pub const COUNTS: [(&str, usize); 5] =
    [("lifeline", 31), ("will_can_must", 24), ("values", 12), ("relation", 7), ("scale", 54)];

/// Something on a canvas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Across.
    pub x: i64,
    /// Up.
    pub y: i64,
    /// A region or a curve.
    pub group: &'static str,
    /// What it says.
    pub text: String,
}

/// A canvas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canvas {
    /// A kind of the schema's.
    pub kind: &'static str,
    /// In the order drawn.
    pub marks: Vec<Mark>,
    /// What the employee said of it.
    pub remark: String,
}

const EVENTS: [&str; 14] = [
    "入社",
    "はじめての担当",
    "異動",
    "資格を取る",
    "夜勤が続く",
    "後輩ができる",
    "表彰",
    "体調を崩す",
    "上長が替わる",
    "子どもが生まれる",
    "大きな失敗",
    "任される",
    "担当替え",
    "今",
];
const REMARKS: [&str; 5] = [
    "上がるときは、任されているときだと思う",
    "下がったあとに、必ず人に助けられている",
    "思ったより平らだった",
    "これからも描き足していきたい",
    "異動のたびに上がっている",
];
const CARDS: [(&str, &str); 12] = [
    ("will", "後輩が育つのを見る"),
    ("will", "腕を磨き続ける"),
    ("will", "家族との時間"),
    ("can", "段取りを組む"),
    ("can", "人の話を聞く"),
    ("can", "手順を図にする"),
    ("must", "課の目標"),
    ("must", "期日を守る"),
    ("must", "安全の確認"),
    ("will_can", "教える"),
    ("can_must", "点検の手順書"),
    ("will_must", "標準を教材にする"),
];
const VALUES: [&str; 12] = [
    "正確さ",
    "役に立つ",
    "落ち着き",
    "成長",
    "仲間",
    "自由",
    "公平",
    "挑戦",
    "家族",
    "創る",
    "安定",
    "信頼",
];
const RELATIONS: [&str; 6] = ["上長", "同僚A", "同僚B", "後輩", "家族", "友人"];

fn number(below: usize) -> i64 {
    i64::try_from(below).unwrap_or(0)
}

fn mark(x: i64, y: i64, group: &'static str, text: &str) -> Mark {
    Mark { x, y, group, text: text.to_owned() }
}

/// A canvas of a kind, as somebody would draw it.
pub(super) fn draw(dice: &mut Dice, person: &Person, kind: &'static str, year: i64) -> Canvas {
    let marks = match kind {
        "lifeline" => lifeline(dice, person, year),
        "will_can_must" => {
            let mut cards = CARDS.to_vec();
            shuffle(dice, &mut cards);
            cards.truncate(6);
            cards.into_iter().map(|(region, text)| mark(0, 0, region, text)).collect()
        }
        "values" => {
            let mut values = VALUES.to_vec();
            shuffle(dice, &mut values);
            values.truncate(5);
            (1..).zip(values).map(|(rank, text)| mark(rank, 0, "", text)).collect()
        }
        "relation" => RELATIONS
            .map(|text| mark(number(below(dice, 100)), number(below(dice, 100)), "", text))
            .to_vec(),
        _ => {
            let start = 2 + number(below(dice, 4));
            vec![mark(start, (start + number(below(dice, 5))).min(10), "", "見通しの明るさ")]
        }
    };
    let remark = if kind == "lifeline" { one(dice, &REMARKS) } else { "" };
    Canvas { kind, marks, remark: remark.to_owned() }
}

fn lifeline(dice: &mut Dice, person: &Person, year: i64) -> Vec<Mark> {
    let (from, ..) = person.hired.numbers();
    let steps = (year - from).clamp(3, 8);
    let point = |step: i64, dice: &mut Dice| {
        let at = from + (year - from) * step / steps;
        let height = number(below(dice, 17)) * 10 - 80;
        let event = match step {
            0 => "入社",
            _ if step == steps => "今",
            _ => one(dice, &EVENTS),
        };
        mark(at, height, "work", event)
    };
    (0..=steps).map(|step| point(step, dice)).collect()
}
