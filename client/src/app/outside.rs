//! The browser around the page: address, memory, visibility.

use core::time::Duration;

use js_sys::{Array, Date, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use web_sys::{
    Blob, BlobPropertyBag, Element, FocusOptions, History, HtmlElement, ScrollRestoration, Storage,
    Url, VisibilityState, Window,
};

use super::{desk, left, place::Place, stage::Stage};
use crate::{
    text::Language,
    watched::{Derived, effect},
    widgets::dom,
};

/// Where the language is remembered.
const LANGUAGE: &str = "mendan-language";
/// How long a file is held out to the browser.
const KEPT_FOR: Duration = Duration::from_mins(1);

/// The path of the address.
pub fn path() -> String {
    window().location().pathname().unwrap_or_default()
}

/// Adds a page to the history, and keeps how the one before lay on the screen.
pub fn push_path(path: &str) {
    if let Some(history) = history() {
        left::keep(&history);
        dom::shrug(history.push_state_with_url(&JsValue::NULL, "", Some(path)));
    }
}

/// Takes the focus to where the page is, before another is there: what is pressed next on the
/// keyboard, and what is read out, begins with that. Were it taken away with what had it, the browser
/// would have to lay out both pages for that.
pub fn focus_page() {
    let main = window().document().and_then(|document| document.get_element_by_id("main"));
    if let Some(main) = main.and_then(|main| main.dyn_into::<HtmlElement>().ok()) {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        dom::shrug(main.focus_with_options(&options));
    }
}

/// Does it once the next picture is drawn: what a timer does that is set while one is made, comes
/// after it. A page behind another draws none, and does it when it is seen.
pub fn after_picture(task: impl FnOnce() + 'static) {
    request_animation_frame(|| set_timeout(task, Duration::ZERO));
}

/// The element that everything on the screen is in.
pub fn root() -> Option<Element> {
    window().document()?.document_element()
}

/// Whether the page cannot be scrolled any further down.
pub fn is_at_bottom() -> bool {
    let Some(root) = root() else { return false };
    root.scroll_top() + root.client_height() + 4 >= root.scroll_height()
}

/// Takes the fragment out of the address and its history: it is a secret.
pub fn take_link() -> Option<String> {
    let fragment = window().location().hash().unwrap_or_default();
    let fragment = fragment.strip_prefix('#').filter(|fragment| !fragment.is_empty())?;
    if let Some(history) = history() {
        dom::shrug(history.replace_state_with_url(&JsValue::NULL, "", Some(&path())));
    }
    Some(fragment.to_owned())
}

/// The language chosen last; Japanese until somebody has chosen.
pub fn remembered_language() -> Language {
    let remembered = storage().and_then(|storage| storage.get_item(LANGUAGE).ok()?);
    remembered.as_deref().map(Language::parse).unwrap_or_default()
}

/// Remembers the language.
pub fn remember_language(language: Language) {
    if let Some(storage) = storage() {
        dom::shrug(storage.set_item(LANGUAGE, language.tag()));
    }
}

/// The scheme, host and port of the address.
pub fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// Opens the browser's dialog for printing.
pub fn print() {
    dom::shrug(window().print());
}

/// Hands bytes to the browser as a file to keep.
pub fn save(name: &str, kind: &str, bytes: &[u8]) {
    let Some(document) = window().document() else { return };
    let Ok(link) = document.create_element("a") else { return };
    let parts = Array::of1(&Uint8Array::from(bytes));
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options);
    let Ok(address) = blob.and_then(|it| Url::create_object_url_with_blob(&it)) else { return };
    dom::shrug(link.set_attribute("href", &address));
    dom::shrug(link.set_attribute("download", name));
    if let Ok(link) = link.dyn_into::<HtmlElement>() {
        link.click();
    }
    // The browser reads it after the click, and only then may it go.
    set_timeout(move || dom::shrug(Url::revoke_object_url(&address)), KEPT_FOR);
}

/// Today, as a date field writes it.
pub fn day() -> String {
    let now = Date::new_0();
    let two = |number: u32| [if number < 10 { "0" } else { "" }, &number.to_string()].concat();
    [&now.get_full_year().to_string(), "-", &two(now.get_month() + 1), "-", &two(now.get_date())]
        .concat()
}

/// Loads the page again.
pub fn reload() {
    dom::shrug(window().location().reload());
}

/// Takes away what the page says before the program runs.
pub fn clear_page() {
    if let Some(before) = window().document().and_then(|it| it.get_element_by_id("before")) {
        before.remove();
    }
}

/// Tells the stage what happens in the browser, and the browser what the stage shows.
pub fn listen(stage: Stage) {
    on(&window(), "popstate", move || {
        desk::flush();
        let place = Place::parse(&path());
        let is_other = stage.place.get_untracked() != place;
        let kept = history().and_then(|history| history.state().ok());
        // A note is begun at its head: all of it is too long for one picture.
        let kept = kept.filter(|_| !matches!(place, Place::Note(_)));
        left::take_up(kept.as_ref());
        stage.arrive(place);
        if is_other {
            left::scroll_back();
        }
    });
    // The browser would do so before the page is there.
    if let Some(history) = history() {
        dom::shrug(history.set_scroll_restoration(ScrollRestoration::Manual));
    }
    on(&window(), "hashchange", move || {
        if let Some(link) = take_link() {
            stage.form.offer_link(link);
        }
    });
    on(&window(), "pagehide", desk::flush);
    if let Some(document) = window().document() {
        on(&document, "visibilitychange", move || {
            desk::flush();
            veil();
        });
    }
    mark_body(stage);
    mark_root(stage);
}

/// Blurs the page while another app is in front: the app switcher shows it to whoever looks.
fn veil() {
    let Some(document) = window().document() else { return };
    mark("is-veiled", document.visibility_state() == VisibilityState::Hidden);
}

/// The body says what the page is ready for, for styles and for tests.
fn mark_body(stage: Stage) {
    use engine::view::{Badge, Gate};
    effect(move || {
        let gate = stage.gate.with(|gate| match gate {
            None => "starting",
            Some(Gate::Empty) => "empty",
            Some(Gate::Locked { .. }) => "locked",
            Some(Gate::Working(_)) => "working",
            Some(Gate::Open { .. }) => "open",
            Some(Gate::Revoked { .. }) => "revoked",
            Some(Gate::Handed { .. }) => "handed",
            Some(Gate::Resting) => "resting",
        });
        let badge = match stage.sync.with(engine::view::SyncView::badge) {
            Badge::Saving => "saving",
            Badge::NotSaved => "not-saved",
            Badge::Kept(_) => "kept",
            Badge::Sending(_) => "sending",
            Badge::Sent => "sent",
        };
        let trouble = if stage.trouble.get().is_some() { "true" } else { "false" };
        let Some(document) = window().document() else { return };
        if let Some(body) = document.body() {
            dom::shrug(body.set_attribute("data-gate", gate));
            dom::shrug(body.set_attribute("data-badge", badge));
            dom::shrug(body.set_attribute("data-trouble", trouble));
        }
    });
}

/// The root says the language, and what is on the page: a style that asks what is inside the root
/// makes the browser style the whole page again whatever changes on it.
fn mark_root(stage: Stage) {
    effect(move || {
        let language = stage.language.get().tag();
        if let Some(root) = root() {
            dom::shrug(root.set_attribute("lang", language));
        }
    });
    let is_resting = || stage.gate.with(|gate| *gate == Some(engine::view::Gate::Resting));
    follow("is-open", move || stage.is_open());
    follow("is-resting", is_resting);
    follow("has-notice", move || stage.notices.with(|notices| !notices.is_empty()));
}

/// The root has a class while something is so.
fn follow(class: &'static str, is_so: impl Fn() -> bool + Send + Sync + 'static) {
    let is_so = Derived::new(is_so);
    effect(move || mark(class, is_so.get()));
}

fn mark(class: &str, is_so: bool) {
    if let Some(root) = root() {
        dom::shrug(root.class_list().toggle_with_force(class, is_so));
    }
}

/// Listens as long as the page lives.
pub fn on(target: &web_sys::EventTarget, event: &str, heard: impl Fn() + 'static) {
    let listener = Closure::<dyn Fn()>::new(heard).into_js_value();
    dom::shrug(target.add_event_listener_with_callback(event, listener.unchecked_ref()));
}

fn window() -> Window {
    leptos::prelude::window()
}

fn history() -> Option<History> {
    window().history().ok()
}

/// `None` where the browser forbids it.
fn storage() -> Option<Storage> {
    window().local_storage().ok()?
}
