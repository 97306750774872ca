//! What a long step waits for.

use engine::view::{LinkView, Work};

use crate::{
    app::stage::Stage,
    text::{Words, say::say, words},
    widgets::{
        below,
        html::{self, Child as _, View},
    },
};

/// The page of a step that takes a while.
pub fn work(work: Work) -> View {
    let (title, text) = tell(words(), work);
    waiting(title, text)
}

/// Before the worker has spoken.
pub fn starting() -> View {
    waiting(words().frame.loading, "")
}

/// In place of a document that is not on this device yet: what is being waited for.
pub fn not_here(stage: Stage) -> View {
    below::late(move || absent(stage))
}

fn absent(stage: Stage) -> View {
    let text = move || match stage.sync.with(|sync| sync.link) {
        LinkView::Online => say("wait.coming"),
        LinkView::Offline | LinkView::Connecting => say("wait.offline"),
    };
    html::div()
        .class("empty")
        .role("status")
        .attr("data-testid", "not-here")
        .child((
            html::h1().class("empty-title").child(say("wait.title")),
            html::p().child(text),
            html::p().child(say("wait.nobody")),
        ))
        .into_child()
}

fn waiting(title: &'static str, text: &'static str) -> View {
    html::div()
        .class("page page-lock")
        .attr("data-testid", "working")
        .child(html::div().class("card waiting").role("status").child((
            html::div().class("waiting-mark").aria_hidden("true").child(()),
            html::h1().child(title),
            html::p().class("lead").child(text),
        )))
        .into_child()
}

/// The page of a device that was revoked.
pub fn revoked(is_erased: bool) -> View {
    let words = &words().work;
    let text = if is_erased { words.revoked_text } else { words.erasing_text };
    html::div()
        .class("page page-lock")
        .attr("data-testid", "revoked")
        .child(
            html::div()
                .class("card")
                .role("alert")
                .child((html::h1().child(words.revoked), html::p().class("lead").child(text))),
        )
        .into_child()
}

fn tell(words: &'static Words, work: Work) -> (&'static str, &'static str) {
    let words = &words.work;
    match work {
        Work::AskingServer => (words.asking_server, words.asking_server_text),
        Work::AwaitingKeys => (words.awaiting_keys, words.awaiting_keys_text),
        Work::Loading => (words.loading, words.loading_text),
        Work::AskingAgain => (words.asking_again, words.asking_again_text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    #[test]
    fn waiting_for_the_other_device_says_what_to_do_there() {
        let (title, text) = tell(Language::Japanese.words(), Work::AwaitingKeys);

        assert!(title.contains("もう一台"));
        assert!(text.contains("開き"));
    }
}
