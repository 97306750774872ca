//! What breaks programs: letters, names, dates and lengths that are rare and real.

use std::fmt::Write as _;

use engine::casework::field::Value;

use super::{
    card::CardRow,
    note::{Note, Row},
    person::Person,
};
use crate::seed::Dice;

/// Who wrote the longest note, and in which of their interviews.
pub const LONG_NOTE: (&str, usize) = ("B-0036", 5);
/// Letters of it.
pub const LONG_CHARS: usize = 12_000;
/// Whose scribbles have the most points, and in which interview.
pub const INK: (&str, usize) = ("A-0104", 0);
/// Points of it.
pub const INK_POINTS: usize = 1_500;
/// Who spoke in pictures, and in which interview.
pub const MOOD: (&str, usize) = ("B-0038", 1);
/// Their words.
pub const MOOD_WORDS: &str = "今日の気分は🙂→😮‍💨→😴。家族👨‍👩‍👧の夕食が支え";
/// Whose notes say no more than they agreed to (C6).
pub const MINIMAL: [&str; 3] = ["A-0123", "B-0039", "C-0007"];
/// Letters of a pasted address: half-width kana and full-width digits.
pub const PASTED: &str = "ﾐﾅﾄｼ ｶｲｶﾞﾝﾄﾞｵﾘ １２３−４５ ｺｰﾎﾟ髙﨑 １０１";
/// Kana with marks of their own, as some keyboards make them.
pub const COMBINING: &str = "か\u{3099}んば\u{309a}った";

const ELEVEN: [(&str, &str, &str); 11] = [
    ("1986-04", "1990-03", "港南運輸株式会社"),
    ("平成2年4月", "平成5年9月", "株式会社東浜製作所"),
    ("1993-10", "1996-03", "三条金属株式会社"),
    ("1996-04", "1998-12", "有限会社まるた工業"),
    ("平成11年1月", "平成13年3月", "株式会社みどり印刷"),
    ("2001-04", "2004-06", "北風フーズ株式会社"),
    ("2004-07", "2007-03", "株式会社ハルカゼ"),
    ("2007-04", "2010-09", "合同会社ななつ星"),
    ("2010-10", "2014-03", "株式会社うみねこ情報"),
    ("2014-04", "平成31年1月", "株式会社あおぞら商店"),
    ("2019-02", "", "株式会社みなと精工"),
];

/// How many rows somebody's sheet has, if that is told.
pub(super) fn rows(person: &Person, list: &str) -> Option<usize> {
    match (person.number, list) {
        ("A-0112", "jobs") => Some(ELEVEN.len()),
        ("A-0107", "jobs" | "licences") => Some(2),
        ("A-0107", _) => Some(1),
        ("A-0111", "jobs") => Some(3),
        _ => None,
    }
}

fn job(from: &str, to: &str, company: &str, duties: &str, learned: &str) -> CardRow {
    let mut row = vec![("from", from.to_owned())];
    if !to.is_empty() {
        row.push(("to", to.to_owned()));
    }
    row.extend([
        ("company", company.to_owned()),
        ("duties", duties.to_owned()),
        ("learned", learned.to_owned()),
    ]);
    row
}

/// Rows that are told word for word.
pub(super) fn card_rows(person: &Person, list: &str) -> Option<Vec<CardRow>> {
    let text = |pairs: &[(&'static str, &str)]| -> CardRow {
        pairs.iter().map(|(field, text)| (*field, (*text).to_owned())).collect()
    };
    match (person.number, list) {
        ("A-0112", "jobs") => {
            let row = |(from, to, company): &(&str, &str, &str)| {
                job(from, to, company, "倉庫と配送の仕事。", "記録は次の人のために書くこと。")
            };
            Some(ELEVEN.iter().map(row).collect())
        }
        // Two at a time, and one of them still.
        ("A-0111", "jobs") => Some(vec![
            job("2005-04", "2008-03", "株式会社あおぞら商店", "売場の担当。", "早めの相談。"),
            job("2006-01", "2012-03", "家業(飲食)", "週末の手伝い。", "段取り。"),
            job("2008-04", "", "株式会社みなと精工", "寸法の検査。", "基本の動作。"),
        ]),
        ("A-0107", "jobs") => Some(vec![
            job(
                "2015-04",
                "2019-03",
                "株式会社みなと精工 保全係",
                "設備の点検・修理。",
                "原因を三つ以上挙げてから触る",
            ),
            job(
                "2019-04",
                "",
                "株式会社みなと精工 生産技術課",
                "治具設計、改善活動の推進。",
                "現場の言葉で提案すると通る",
            ),
        ]),
        ("A-0107", "licences") => Some(vec![
            text(&[
                ("name", "第二種電気工事士"),
                ("acquired", "2018-09"),
                ("issuer", "電気技術者試験センター"),
            ]),
            text(&[("name", "機械保全技能士2級"), ("acquired", "2020-03")]),
        ]),
        ("A-0107", "trainings") => {
            Some(vec![text(&[("from", "2023-06"), ("course", "社内改善リーダー研修")])])
        }
        _ => None,
    }
}

/// Texts of sheet 1 that are told word for word.
pub(super) fn card_texts(person: &Person, texts: &mut Vec<(&'static str, String)>) {
    let told: &[(&'static str, &str)] = match person.number {
        "A-0107" => &[
            (
                "values_interests",
                "自分の手で直したものが動く瞬間が好き。人に教えるのも嫌いではない。",
            ),
            (
                "strengths",
                "設備の異音で不具合が分かる。図面を読むのが速い。苦手は人前の説明で、朝礼の当番を引き受けて慣らしている。",
            ),
            (
                "future_work",
                "現場に近い技術者でいたい。ただ、四十代でも同じことをしていられるのか不安。",
            ),
            ("next_actions", "電気系の資格。英語の取扱説明書を自力で読む。"),
            ("wish_to_discuss", "係長の打診があったが迷っている"),
        ],
        "C-0009" => &[("values_interests", "食事の介助で表情が変わるのがうれしい")],
        "A-0106" => &[("other_pr", COMBINING)],
        _ => &[],
    };
    for (field, text) in told {
        texts.retain(|(it, _)| it != field);
        texts.push((field, (*text).to_owned()));
    }
}

/// An address; one was pasted.
pub(super) fn address(person: &Person) -> String {
    if person.number == "A-0103" {
        return PASTED.to_owned();
    }
    format!("港市緑町{}丁目{}番", 1 + person.index % 7, 1 + person.index)
}

/// A phone number; one was pasted.
pub(super) fn phone(person: &Person) -> String {
    if person.number == "A-0103" {
        return person.phone().chars().map(wide).collect();
    }
    person.phone()
}

fn wide(letter: char) -> char {
    let digit = letter.to_digit(10).and_then(|digit| char::from_u32(0xFF10 + digit));
    digit.unwrap_or(letter)
}

/// A month; some people count years by the emperor's reign.
pub(super) fn month(dice: &mut Dice, year: i64, month: i64) -> String {
    match (dice.one_in(4), year) {
        (true, 2019..) => format!("令和{}年{month}月", year - 2018),
        (true, 1989..) => format!("平成{}年{month}月", year - 1988),
        _ => format!("{year}-{month:02}"),
    }
}

/// Changes a note into the one that is told of somebody's interview.
pub(super) fn bend(number: &str, which: usize, note: &mut Note) {
    if MINIMAL.contains(&number) {
        note.top.texts.clear();
        let is_kept = |field: &str| {
            matches!(
                field,
                "stage" | "referral_path" | "risk_level" | "topic_main" | "topics_other"
            )
        };
        note.top.values.retain(|(field, _)| is_kept(field));
        note.lists.clear();
    }
    if (number, which) == LONG_NOTE {
        lengthen(note);
    }
    if (number, which) == MOOD {
        let quotes = note.lists.iter_mut().find(|(list, _)| *list == "quotes");
        let row = Row::of("text", MOOD_WORDS).value("at_s", Value::Number(120));
        if let Some((_, rows)) = quotes {
            rows.push(row);
        }
    }
}

/// A whole afternoon, told from its beginning.
fn lengthen(note: &mut Note) {
    let so_far = note.chars();
    let Some((_, text)) = note.top.texts.iter_mut().find(|(it, _)| *it == "context_work") else {
        return;
    };
    let mut missing = LONG_CHARS.saturating_sub(so_far);
    let mut passage = 1;
    while missing > 0 {
        let mut words = String::new();
        let kanji = ["開発", "運用", "設計", "引継ぎ", "評価", "育成", "採用"];
        let about = kanji.get(passage % kanji.len()).copied().unwrap_or("開発");
        write!(
            words,
            "\n{passage}. {about}のことを順に話された。はじめは出来事だけを、次にそのときの気持ちを、\
             最後にこれからどうしたいかを。途中で言い直された言葉も、そのまま書き留める。"
        )
        .unwrap_or_default();
        let taken: String = words.chars().take(missing).collect();
        missing -= taken.chars().count();
        text.push_str(&taken);
        passage += 1;
    }
}

/// A drawn line as points.
pub fn ink() -> String {
    let mut points = String::new();
    for at in 0..INK_POINTS {
        let wave = (at * 37 % 200).abs_diff(100);
        write!(points, "{},{wave} ", at * 2).unwrap_or_default();
    }
    points.trim_end().to_owned()
}
