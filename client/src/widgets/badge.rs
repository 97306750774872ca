//! The sync badge: where everything written on this device is.

use engine::view::{Badge, LinkView, SyncView};

use super::html::{self, Child as _, View};
use crate::{
    text::{Words, words},
    watched::{Derived, Watched},
};

/// The badge's words.
pub fn say(words: &Words, sync: &SyncView) -> String {
    match sync.badge() {
        Badge::Saving => words.badge.saving.to_owned(),
        Badge::NotSaved => words.badge.not_saved.to_owned(),
        Badge::Kept(unsent) => (words.badge.kept)(unsent),
        Badge::Sending(unsent) => (words.badge.sending)(unsent),
        Badge::Sent => words.badge.sent.to_owned(),
    }
}

/// What stands beside it when there is no connection.
pub fn say_link(words: &Words, sync: &SyncView) -> &'static str {
    match sync.link {
        LinkView::Offline => words.badge.offline,
        LinkView::Connecting => words.badge.connecting,
        LinkView::Online => "",
    }
}

/// The badge on the page.
pub fn badge(sync: Watched<SyncView>) -> View {
    let words = words();
    let kind = move || match sync.with(SyncView::badge) {
        Badge::Saving => "badge badge-saving",
        Badge::NotSaved => "badge badge-not-saved",
        Badge::Kept(_) => "badge badge-kept",
        Badge::Sending(_) => "badge badge-sending",
        Badge::Sent => "badge badge-sent",
    };
    let link = Derived::new(move || sync.with(|sync| say_link(words, sync)));
    // Typing toggles between two words many times a minute; a screen reader is told the rest.
    let spoken = Derived::new(move || sync.with(|sync| spoken(words, sync)));
    html::div()
        .class("sync")
        .attr("data-testid", "sync")
        .child((
            html::span()
                .class("link-state")
                .hidden(move || link.get().is_empty())
                .child(move || link.get()),
            html::span().class(kind).attr("data-testid", "badge").child((
                html::span().class("badge-dot").aria_hidden("true").child(()),
                html::span().child(move || sync.with(|sync| say(words, sync))),
            )),
            html::span()
                .class("visually-hidden")
                .role("status")
                .aria_label(words.badge.label)
                .child(move || spoken.get()),
        ))
        .into_child()
}

/// What a screen reader is told: where things are, not each keystroke on its way.
fn spoken(words: &Words, sync: &SyncView) -> String {
    match sync.badge() {
        Badge::Saving | Badge::Sending(_) => String::new(),
        Badge::NotSaved => words.badge.not_saved.to_owned(),
        Badge::Kept(_) => words.note.kept.to_owned(),
        Badge::Sent => words.badge.sent.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;
    use engine::view::StorageView;

    #[test]
    fn without_a_network_the_badge_says_where_the_notes_are() {
        let sync = SyncView {
            link: LinkView::Offline,
            storage: StorageView::Fine,
            unsaved: 0,
            unsent: 3,
            all_sent_at: None,
        };

        let words = Language::Japanese.words();

        assert_eq!(say(words, &sync), "この端末に保存（未送信 3件）");
        assert_eq!(say_link(words, &sync), "圏外");
        assert_eq!(spoken(words, &sync), "この端末に保存");
    }
}
