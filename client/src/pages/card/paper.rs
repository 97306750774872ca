//! A JOB card on paper: the official sheets, A4, in Japanese whatever the language of the screen,
//! with days by the era. What is empty keeps its room, to be written by hand.
//!
//! 様式1-1, 1-2, 2, 3-1, 3-2 (厚生労働省, ジョブ・カード).

use engine::view::{CardView, Texts};

use crate::{
    text::{era, say::both},
    widgets::node::{Node, el, words},
};

/// The sheets of a form, in their order.
fn sheets(form: &str) -> [&'static str; 4] {
    if form == "mhlw_new" {
        ["plan_new", "licences", "training", ""]
    } else {
        ["plan", "career", "licences", "training"]
    }
}

/// The long fields of the plan of who has worked, and of who has not yet.
const PLAN: [&str; 5] =
    ["values_interests", "strengths", "future_work", "next_actions", "other_pr"];
const PLAN_NEW: [&str; 9] = [
    "school_focus",
    "extra_learning",
    "values_interests",
    "good_at",
    "not_good_at",
    "future_work",
    "goal",
    "next_actions",
    "other_pr",
];

/// The sheets that this person sees; `None` if that is none.
pub(super) fn paper(view: &CardView) -> Option<Node> {
    let seen = sheets(&view.form).into_iter().filter(|it| view.sheets.iter().any(|own| own == it));
    let pages: Vec<Node> = seen.map(|sheet| page(view, sheet)).collect();
    (!pages.is_empty()).then(|| el("div", "official").with("lang", "ja").all(pages))
}

fn say(key: &str) -> &'static str {
    let [japanese, _] = both(&["official.", key].concat());
    japanese
}

fn page(view: &CardView, sheet: &str) -> Node {
    let content = &view.content;
    let title = [sheet, ".title"].concat();
    let head = el("div", "paper")
        .key(sheet)
        .put(words("p", "paper-number", say(&[sheet, ".sheet"].concat())))
        .put(words("p", "paper-title", say(&title)))
        .put(words("p", "paper-date", &as_of(&content.texts)));
    match sheet {
        "career" => head.put(named(view)).put(jobs(view)),
        "licences" => head.put(named(view)).put(list(view, "licences", LICENCE)),
        "training" => head.put(named(view)).put(list(view, "trainings", TRAINING)),
        _ => {
            let fields: &[&str] = if sheet == "plan" { &PLAN } else { &PLAN_NEW };
            let mut plan = head.put(person(&content.texts));
            if sheet == "plan_new" {
                plan = plan.put(list(view, "internship", INTERNSHIP)).put(list(
                    view,
                    "activities",
                    ACTIVITY,
                ));
            }
            plan.put(boxes(&content.texts, fields)).put(comments(view))
        }
    }
}

fn text<'a>(texts: &'a Texts, id: &str) -> &'a str {
    texts.iter().find(|(it, _)| it == id).map_or("", |(_, text)| text.as_str())
}

fn as_of(texts: &Texts) -> String {
    match text(texts, "as_of") {
        "" => String::from(say("as_of")),
        day => [&era::day(day), say("as_of_day")].concat(),
    }
}

fn table(class: &'static str) -> Node {
    el("table", class)
}

fn tr(cells: Vec<Node>) -> Node {
    el("tr", "").all(cells)
}

fn th(text: &str) -> Node {
    words("th", "", text).with("scope", "row")
}

fn td(text: &str) -> Node {
    words("td", "prose", text)
}

/// A cell with room to write in.
fn boxed(text: &str) -> Node {
    words("td", "prose paper-box", text)
}

/// Who it is about, above the plan.
fn person(texts: &Texts) -> Node {
    let of = |id: &str| text(texts, id);
    let postal = of("postal");
    let postal =
        if postal.is_empty() { String::new() } else { [say("postal"), postal, "　"].concat() };
    let born = match of("birth_date") {
        "" => String::new(),
        day => era::day(day),
    };
    let [phone, mail] = ["phone", "email"].map(|id| match of(id) {
        "" => String::new(),
        it => [say(id), it, "　"].concat(),
    });
    let reach = [&postal, of("address"), "\n", &phone, &mail].concat();
    table("paper-table")
        .put(tr(vec![
            th(say("name_kana")),
            td(of("name_kana")),
            th(say("birth_date")).with("rowspan", "2"),
            td(&born).with("rowspan", "2"),
        ]))
        .put(tr(vec![th(say("name")), td(of("name"))]))
        .put(tr(vec![th(say("contact")), td(reach.trim()).with("colspan", "3")]))
}

/// The name alone, above the sheets behind the plan.
fn named(view: &CardView) -> Node {
    table("paper-table paper-name")
        .put(tr(vec![th(say("name")), td(text(&view.content.texts, "name"))]))
}

/// Long texts, each under what it asks for.
fn boxes(texts: &Texts, fields: &[&str]) -> Node {
    let rows = fields.iter().flat_map(|id| {
        // On this side of the card what is to be discussed stands with everything else.
        let more = if *id == "other_pr" { text(texts, "wish_to_discuss") } else { "" };
        let all = [text(texts, id), more].join("\n");
        let asked = el("th", "paper-asked").say(say(id)).put(words(
            "span",
            "",
            say(&[*id, ".asks"].concat()),
        ));
        [tr(vec![asked]), tr(vec![boxed(all.trim())])]
    });
    table("paper-table").all(rows.collect())
}

/// What both put their names to.
fn comments(view: &CardView) -> Node {
    let agreed = view.content.lists.iter().filter(|(id, _)| id == "comments");
    let agreed = agreed.flat_map(|(_, items)| items).map(|it| {
        let of = |id: &str| text(it, id);
        let (day, time) = of("at").split_once('T').unwrap_or((of("at"), ""));
        let at = [&era::day(day), "　", time].concat();
        let who = [
            of("affiliation"),
            "　",
            of("phone"),
            "\n",
            of("consultant_name"),
            "　",
            of("registration_no"),
        ]
        .concat();
        [
            tr(vec![th(say("at")), td(at.trim()), th(say("consultant")), td(who.trim())]),
            tr(vec![boxed(of("comment")).with("colspan", "4")]),
        ]
    });
    let rows: Vec<Node> = agreed.flatten().collect();
    let blank =
        rows.is_empty().then(|| tr(vec![th(say("at")), td(""), th(say("consultant")), td("")]));
    let blank_box = rows.is_empty().then(|| tr(vec![boxed("").with("colspan", "4")]));
    table("paper-table")
        .put(tr(vec![words("th", "", say("comments")).with("colspan", "4")]))
        .all(rows)
        .maybe(blank)
        .maybe(blank_box)
}

fn items<'a>(view: &'a CardView, list: &str) -> &'a [Texts] {
    let found = view.content.lists.iter().find(|(id, _)| id == list);
    found.map_or(&[], |(_, items)| items.as_slice())
}

fn jobs(view: &CardView) -> Node {
    let of = |it: &Texts, id: &str| String::from(text(it, id));
    let rows = (1..).zip(items(view, "jobs")).map(|(number, it): (u32, &Texts)| {
        let kind = of(it, "employment_type");
        let kind = if kind.is_empty() { kind } else { ["（", &kind, "）"].concat() };
        let whose =
            [of(it, "company"), of(it, "department"), [of(it, "title"), kind].concat()].join("\n");
        tr(vec![
            td(&number.to_string()),
            td(&era::months_between(text(it, "from"), text(it, "to"))),
            td(whose.trim()),
            td(text(it, "duties")),
            td(text(it, "learned")),
        ])
    });
    let heads = ["number", "period", "employer", "duties", "learned"];
    headed("career", &heads, rows.collect(), SHEET_ROWS)
}

/// What stands in the columns of a list behind its number: fields, months among them.
type Columns = &'static [&'static str];
const LICENCE: Columns = &["name", "acquired", "issuer", "detail"];
const TRAINING: Columns = &["period", "institution", "course", "detail"];
const INTERNSHIP: Columns = &["period", "host", "content", "learned"];
const ACTIVITY: Columns = &["period", "name", "content", "learned"];

fn list(view: &CardView, id: &str, columns: Columns) -> Node {
    let rows = (1..).zip(items(view, id)).map(|(number, it): (u32, &Texts)| {
        let cells = columns.iter().map(|column| match *column {
            "period" => td(&era::months_between(text(it, "from"), text(it, "to"))),
            "acquired" => td(&era::month(text(it, "acquired"))),
            field => td(text(it, field)),
        });
        tr([td(&number.to_string())].into_iter().chain(cells).collect())
    });
    let heads: Vec<&str> = core::iter::once("number").chain(columns.iter().copied()).collect();
    let is_on_plan = matches!(id, "internship" | "activities");
    headed(id, &heads, rows.collect(), if is_on_plan { PLAN_ROWS } else { SHEET_ROWS })
}

/// Rows of a list that has a sheet of its own, the blank ones included, and of one on the plan.
const SHEET_ROWS: usize = 8;
const PLAN_ROWS: usize = 2;

/// A list with its head, and rows to write into by hand where it is short.
fn headed(id: &str, heads: &[&str], rows: Vec<Node>, least: usize) -> Node {
    let head = heads.iter().map(|head| {
        let own = say(&[id, ".", head].concat());
        let text = if own.is_empty() { say(head) } else { own };
        words("th", "", text).with("scope", "col")
    });
    let blank = (rows.len()..least).map(|_| tr(heads.iter().map(|_| td("")).collect()));
    table("paper-table paper-list")
        .put(el("thead", "").put(tr(head.collect())))
        .put(el("tbody", "").all(rows).all(blank.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::{casework::job_card::Prep, view::CardContent};
    use shared::id::DocumentId;

    fn named(texts: &[(&str, &str)]) -> Texts {
        texts.iter().map(|(id, text)| ((*id).to_owned(), (*text).to_owned())).collect()
    }

    fn view(form: &str, sheets: &[&str]) -> CardView {
        let job = named(&[
            ("from", "2015-04"),
            ("company", "みなと精工"),
            ("title", "主任"),
            ("employment_type", "正社員"),
        ]);
        let texts =
            named(&[("name", "佐伯 悠真"), ("birth_date", "1992-06-03"), ("as_of", "2026-11-26")]);
        CardView {
            document: DocumentId::new([1; 16]),
            is_own: true,
            prep: Prep::Ready,
            form: form.into(),
            sheets: sheets.iter().map(|it| (*it).to_owned()).collect(),
            content: CardContent { texts, lists: vec![("jobs".into(), vec![job])] },
            comments: vec![],
            versions: vec![],
            changes: vec![],
            grants: vec![],
        }
    }

    #[test]
    fn the_sheets_are_those_of_the_form_with_days_by_the_era() {
        let all = ["plan", "plan_new", "career", "licences", "training", "results"];

        let told = paper(&view("mhlw_full", &all)).unwrap().told();

        for words in
            ["様式1-1", "様式2", "様式3-1", "様式3-2", "令和8年11月26日現在", "平成4年6月3日"]
        {
            assert!(told.contains(words), "{words}");
        }
        assert!(told.contains("平成27年4月～") && told.contains("主任（正社員）"));
        assert!(!told.contains("様式1-2"));
        let new = paper(&view("mhlw_new", &all)).unwrap().told();
        assert!(new.contains("様式1-2") && !new.contains("様式2"));
    }

    #[test]
    fn what_is_not_shown_is_not_printed() {
        let told = paper(&view("mhlw_full", &["licences"])).unwrap().told();

        assert!(told.contains("様式3-1") && !told.contains("様式1-1") && !told.contains("様式2"));
        assert!(paper(&view("mhlw_full", &[])).is_none());
    }

    #[test]
    fn every_sheet_field_and_column_has_a_name_on_paper() {
        let fields = PLAN.into_iter().chain(PLAN_NEW);
        let columns = [LICENCE, TRAINING, INTERNSHIP, ACTIVITY].concat();
        for key in fields.chain(columns) {
            assert!(!say(key).is_empty(), "{key}");
        }
        for sheet in ["plan", "plan_new", "career", "licences", "training"] {
            for part in [".sheet", ".title"] {
                assert!(!say(&[sheet, part].concat()).is_empty(), "{sheet}{part}");
            }
        }
    }
}
