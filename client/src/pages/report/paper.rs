//! A report on paper: what the company gets, A4, with the period by the era. Before it left it says
//! that it is a draft; afterwards it is what left, with what proves it.

use engine::{
    casework::{
        note::{ORGANISATION_CODES, TOPICS},
        report::{Average, Published, Shown, TEXTS},
    },
    view::ReportView,
};

use super::super::form;
use crate::{
    text::{
        self, Language, era, language,
        say::{fill, label, of, say},
    },
    widgets::{
        board::Scene,
        moment,
        node::{Node, el, words},
    },
};

/// The pages.
pub(super) fn paper(scene: &Scene<'_>, view: &ReportView) -> Node {
    let row = scene.shelf.plan.reports.iter().find(|it| it.document == view.document);
    let company =
        row.and_then(|row| scene.shelf.plan.companies.iter().find(|it| it.document == row.company));
    let name = company.map_or("", |it| it.name.as_str());
    let issue = view.delivery.as_ref().map(|it| &it.issue);
    let figures = issue.map_or(&view.figures, |it| &it.figures);
    let form = scene.shelf.form(view.document);
    let written = |id: &str| match issue {
        Some(issue) => {
            let found = issue.texts.iter().find(|(it, _)| it == id);
            found.map_or_else(String::new, |(_, text)| text.clone())
        }
        None => form::text(form, id),
    };
    let statements: Vec<&str> = match issue {
        Some(issue) => issue.statements.iter().map(String::as_str).collect(),
        None => view.statements.iter().map(|(text, _)| text.as_str()).collect(),
    };
    let draft = issue.is_none().then(|| words("p", "paper-date", say("report.paper.draft")));
    let to = (!name.is_empty()).then(|| words("p", "", &fill("report.paper.to", &[name])));
    let parts = TEXTS.into_iter().map(|id| part(id, &written(id), figures, &statements));
    let sealed = view.delivery.as_ref().map(|it| {
        let (device, signature) = &it.signature;
        let told = [&it.digest, device, signature].map(String::as_str);
        words("p", "paper-proof", &fill("report.paper.proof", &told))
    });
    el("div", "official").put(
        el("div", "paper")
            .maybe(draft)
            .maybe(to)
            .put(words("p", "paper-title", say("report.paper.title")))
            .put(words("p", "paper-date", &period(&view.period)))
            .all(parts.collect())
            .maybe(sealed),
    )
}

fn period((from, to): &(String, String)) -> String {
    match language() {
        Language::Japanese => [&era::day(from), "～", &era::day(to)].concat(),
        Language::English => moment::days(from, to),
    }
}

/// One of the lead's texts with the figures that belong to it.
fn part(id: &str, written: &str, figures: &Published, statements: &[&str]) -> Node {
    let table = |name: &str| {
        let shown = figures.tables.iter().find(|it| it.name == name)?;
        Some(counts(of("table", name), &rows(shown)))
    };
    let figures = match id {
        "outline" => {
            let mut lines =
                vec![(say("report.paper.people").to_owned(), figures.people.to_string())];
            lines.extend(
                figures.groups.iter().map(|(name, count)| (name.clone(), count.to_string())),
            );
            vec![counts(say("report.figures"), &lines)]
        }
        "satisfaction" => {
            let lines: Vec<(String, String)> = figures.means.iter().map(mean).collect();
            vec![counts(say("report.paper.means"), &lines)]
        }
        "tendencies" => table("topic").into_iter().collect(),
        "issues" => [table("issue"), table("strength")].into_iter().flatten().collect(),
        _ => vec![],
    };
    let stated = statements.iter().map(|it| words("li", "", it));
    let stated = (id == "issues" && !statements.is_empty())
        .then(|| el("ul", "bullets").all(stated.collect()));
    el("div", "paper-part")
        .put(words("p", "paper-heading", label(id)))
        .maybe((!written.trim().is_empty()).then(|| words("p", "prose", written)))
        .maybe(stated)
        .all(figures)
}

/// What each code is called, and how many people; small counts stay hidden.
pub(super) fn rows(shown: &Shown) -> Vec<(String, String)> {
    let (path, codes) = match shown.name.as_str() {
        "topic" => ("topic_main", TOPICS),
        _ => ("organisation_codes/code", ORGANISATION_CODES),
    };
    let named = codes.iter().map(|code| text::code(path, code));
    let counted = shown.counts.iter().map(|it| match it {
        Some(count) => fill("report.count", &[&count.to_string()]),
        None => say("report.hidden").to_owned(),
    });
    named.map(String::from).zip(counted).collect()
}

/// A mean, in tenths.
pub(super) fn mean(it: &Average) -> (String, String) {
    let value = [(it.tenths / 10).to_string(), ".".into(), (it.tenths % 10).to_string()].concat();
    (of("mean", &it.name).to_owned(), value)
}

fn counts(title: &str, lines: &[(String, String)]) -> Node {
    let line = |(name, value): &(String, String)| {
        el("tr", "").put(words("th", "", name).with("scope", "row")).put(words(
            "td",
            "paper-count",
            value,
        ))
    };
    el("table", "paper-table paper-counts")
        .put(words("caption", "", title))
        .put(el("tbody", "").all(lines.iter().map(line).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_count_stands_beside_its_name_and_small_ones_are_hidden() {
        let counts: Vec<Option<u32>> = TOPICS
            .iter()
            .enumerate()
            .map(|(at, _)| u32::try_from(at).ok().filter(|it| *it > 2))
            .collect();
        let shown = Shown { name: "topic".into(), counts };

        let rows = rows(&shown);

        assert_eq!(rows.len(), TOPICS.len());
        assert!(rows.iter().all(|(name, _)| !name.is_empty()));
        assert_eq!((rows[0].1.as_str(), rows[3].1.as_str()), (say("report.hidden"), "3人"));
    }

    #[test]
    fn every_text_of_a_report_has_a_heading_and_the_period_an_era() {
        for id in TEXTS {
            assert!(!label(id).is_empty(), "{id}");
        }
        let told = period(&("2026-04-01".into(), "2027-03-31".into()));
        assert_eq!(told, "令和8年4月1日～令和9年3月31日");
    }
}
