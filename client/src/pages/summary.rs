//! A summary as the employee reads it.

use engine::view::SummaryView;

use crate::{
    text::words,
    widgets::{
        html::{self, Child as _, View},
        icon::{self, icon},
        moment,
    },
};

/// The texts of a summary, handed over or still a draft.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SummaryText {
    /// 今日話したこと.
    pub talked: String,
    /// 気づき.
    pub insight: String,
    /// 決めたこと.
    pub decided: Vec<String>,
    /// 次回まで.
    pub homework: Vec<String>,
    /// 参考情報.
    pub links: Vec<String>,
}

impl SummaryText {
    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        let Self { talked, insight, decided, homework, links } = self;
        let is_blank = |text: &String| text.trim().is_empty();
        is_blank(talked)
            && is_blank(insight)
            && [decided, homework, links].iter().all(|lines| lines.iter().all(is_blank))
    }
}

/// A summary that was handed over.
pub fn summary(view: &SummaryView, consultant_name: &str) -> View {
    let words = words();
    let text = SummaryText {
        talked: view.talked.clone(),
        insight: view.insight.clone(),
        decided: view.decided.clone(),
        homework: view.homework.clone(),
        links: view.links.clone(),
    };
    let from = (!consultant_name.is_empty())
        .then(|| html::span().child((words.summary.from)(consultant_name)));
    html::article()
        .class("card summary")
        .attr("data-testid", "summary")
        .attr("data-interview", view.interview.to_hex())
        .child((
            html::h2().child((words.summary.title)(view.ordinal)),
            html::p().class("summary-about").child((
                html::span().child((words.summary.offered_on)(&moment::day(view.offered_at))),
                from,
            )),
            body(&text),
            html::p()
                .class("hint summary-foot")
                .child((icon(icon::LOCK), html::span().child(words.summary.only_you))),
        ))
        .into_child()
}

/// The texts alone; what is empty is left out.
pub fn body(text: &SummaryText) -> View {
    let words = &words().summary;
    let parts = [
        paragraph("talked", words.talked, &text.talked),
        paragraph("insight", words.insight, &text.insight),
        lines("decided", words.decided, &text.decided),
        lines("homework", words.homework, &text.homework),
        lines("links", words.links, &text.links),
    ];
    html::div()
        .class("summary-body")
        .attr("translate", "no")
        .child(parts.into_iter().flatten().collect::<Vec<_>>())
        .into_child()
}

fn paragraph(name: &'static str, title: &'static str, text: &str) -> Option<View> {
    (!text.trim().is_empty()).then(|| {
        let body = html::p().class("prose").attr("data-summary", name).child(text.to_owned());
        html::section().child((html::h3().child(title), body)).into_child()
    })
}

fn lines(name: &'static str, title: &'static str, lines: &[String]) -> Option<View> {
    let lines: Vec<&String> = lines.iter().filter(|line| !line.trim().is_empty()).collect();
    (!lines.is_empty()).then(|| {
        let items = lines.into_iter().map(|line| html::li().child(line.clone()));
        let body = html::ul().attr("data-summary", name).child(items.collect::<Vec<_>>());
        html::section().child((html::h3().child(title), body)).into_child()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_do_not_make_a_summary() {
        let blank = SummaryText {
            talked: String::from(" \n"),
            decided: vec![String::new()],
            ..SummaryText::default()
        };
        assert!(blank.is_empty());

        let links = SummaryText { links: vec![String::from("窓口一覧")], ..blank };
        assert!(!links.is_empty());
    }
}
