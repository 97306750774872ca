//! Bars above the page: what the person has to know whatever they are doing.

use engine::view::{Gate, StorageView};

use super::alarm;
use crate::{
    app::{
        desk,
        install::{self, Installing},
        place::Place,
        stage::Stage,
    },
    port::{self, Control},
    text::{say::say, words},
    update::{self, Persistence},
    watched::Derived,
    widgets::{
        html::{self, Child as _, View},
        icon::{self, icon},
        part::{self, Weight},
    },
};

/// All bars, in the order of how grave they are.
pub fn bars(stage: Stage) -> View {
    let kept = Derived::new(move || stage.sync.with(|sync| sync.storage));
    html::div()
        .class("bars")
        .child((
            move || storage(kept.get()),
            move || alarm::alarms(stage),
            move || restarted(stage),
            move || drafts(stage),
            move || idle(stage),
            move || notices(stage),
            move || link_unused(stage),
            move || update_ready(stage),
        ))
        .into_child()
}

/// What would make the records safer; shown on first pages only.
pub fn advice(stage: Stage) -> View {
    html::div()
        .class("advice")
        .child((move || not_kept(stage), move || install_hint(stage)))
        .into_child()
}

fn bar(class: &'static str, test_id: &'static str, text: String, after: View) -> View {
    html::div()
        .class(class)
        .role("alert")
        .attr("data-testid", test_id)
        .child((icon(icon::WARNING), html::p().child(text), after))
        .into_child()
}

fn storage(kept: StorageView) -> Option<View> {
    let bars = &words().bar;
    let text = match kept {
        StorageView::Fine => return None,
        StorageView::Full => bars.storage_full,
        StorageView::Broken => bars.storage_broken,
    };
    Some(bar("bar bar-grave", "bar-storage", text.to_owned(), ().into_child()))
}

fn restarted(stage: Stage) -> Option<View> {
    let text = words().bar.restarted.to_owned();
    stage.restarted.get().then(|| bar("bar", "bar-restarted", text, ().into_child()))
}

fn drafts(stage: Stage) -> Option<View> {
    let waiting = u32::try_from(stage.drafts.get()).unwrap_or(u32::MAX);
    if waiting == 0 {
        return None;
    }
    let document = desk::with(|desk| desk.drafted().first().copied());
    let is_elsewhere = |document: &_| stage.place.get() != Place::Note(*document);
    let go = document.filter(|it| stage.is_open() && is_elsewhere(it)).map(|document| {
        let label = words().bar.open_draft;
        part::button(Weight::Plain, "open-draft", label, move || stage.go(Place::Note(document)))
    });
    let text = (words().bar.drafts)(waiting);
    Some(bar("bar", "bar-drafts", text, go.into_child()))
}

/// Any touch or key goes on.
fn idle(stage: Stage) -> Option<View> {
    let is_due = stage.is_idle.get() && stage.is_open();
    is_due.then(|| bar("bar", "bar-idle", say("bar.idle").to_owned(), ().into_child()))
}

fn notices(stage: Stage) -> View {
    let shown = stage.notices.get().into_iter().map(|(number, notice)| {
        let dismiss = move || {
            stage.notices.update(|notices| notices.retain(|(it, _)| *it != number));
        };
        let close = words().frame.close.to_owned();
        let after = part::bare_button("dismiss", icon::CLOSE, close, dismiss);
        bar("bar", "notice", (words().notice)(&notice), after)
    });
    shown.collect::<Vec<_>>().into_child()
}

fn link_unused(stage: Stage) -> Option<View> {
    let is_open =
        stage.gate.with(|gate| matches!(gate, Some(Gate::Open { .. } | Gate::Locked { .. })));
    if !(is_open && stage.form.is_link_given.get()) {
        return None;
    }
    let dismiss = move || {
        stage.form.link.set(String::new());
        stage.form.is_link_given.set(false);
    };
    let close = words().frame.close.to_owned();
    let after = part::bare_button("dismiss", icon::CLOSE, close, dismiss);
    Some(bar("bar", "bar-link-unused", words().bar.link_unused.to_owned(), after))
}

fn update_ready(stage: Stage) -> Option<View> {
    let bars = &words().bar;
    let apply = move || {
        desk::flush();
        port::tell(Control::Settle);
        stage.is_updating.set(true);
    };
    let after = || part::button(Weight::Plain, "apply-update", bars.update_apply, apply);
    let is_ready = stage.update_ready.get();
    is_ready.then(|| bar("bar bar-calm", "bar-update", bars.update_ready.to_owned(), after()))
}

fn not_kept(stage: Stage) -> Option<View> {
    let bars = &words().bar;
    match stage.persistence.get() {
        Some(Persistence::BestEffort) => {}
        Some(Persistence::Promised | Persistence::Unknown) | None => return None,
    }
    let keep = part::button(Weight::Plain, "keep", bars.keep, move || install::keep(stage));
    Some(hint("hint-not-kept", html::p().child(bars.not_kept).into_child(), keep))
}

fn install_hint(stage: Stage) -> Option<View> {
    let bars = &words().bar;
    let text = html::p().child(bars.install);
    match stage.installing.get() {
        Installing::Unknown => None,
        Installing::Offered => {
            let ask = move || install::install(stage);
            let after = part::button(Weight::Plain, "install", bars.install_do, ask);
            Some(hint("hint-install", text.into_child(), after))
        }
        Installing::ByHand => {
            let steps = bars.install_ios.map(|step| html::li().child(step));
            let steps = html::ol().child(steps.into_iter().collect::<Vec<_>>());
            Some(hint("hint-install", (text, steps).into_child(), ().into_child()))
        }
    }
}

fn hint(test_id: &'static str, text: View, after: View) -> View {
    html::div()
        .class("advice-item")
        .attr("data-testid", test_id)
        .child((html::div().class("advice-text").child(text), after))
        .into_child()
}

/// Everything is durable: the new build may take over.
pub fn apply_update(stage: Stage) {
    if stage.is_updating.get_untracked() {
        update::apply();
    }
}
