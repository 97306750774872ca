//! Putting the app on the home screen, and asking the browser to keep its records.

use core::cell::RefCell;

use js_sys::{Function, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::stage::Stage;
use crate::{
    update::{self, Persistence},
    widgets::dom,
};

/// How the app can be put on the home screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Installing {
    /// It runs from there, or the browser does not say.
    Unknown,
    /// The browser asks at a click.
    Offered,
    /// By hand, as on iPhones and iPads.
    ByHand,
}

thread_local! {
    static OFFER: RefCell<Option<JsValue>> = const { RefCell::new(None) };
}

/// Watches for the browser's offer to install.
pub fn watch(stage: Stage) {
    let is_standalone = window()
        .match_media("(display-mode: standalone)")
        .is_ok_and(|query| query.is_some_and(|query| query.matches()));
    if is_standalone {
        return;
    }
    let navigator = window().navigator();
    if needs_hands(&navigator.user_agent().unwrap_or_default(), navigator.max_touch_points()) {
        stage.installing.set(Installing::ByHand);
    }
    let keep = Closure::<dyn Fn(web_sys::Event)>::new(move |event: web_sys::Event| {
        event.prevent_default();
        OFFER.set(Some(event.into()));
        stage.installing.set(Installing::Offered);
    });
    let listener = keep.into_js_value();
    dom::shrug(
        window().add_event_listener_with_callback("beforeinstallprompt", listener.unchecked_ref()),
    );
    super::outside::on(&window(), "appinstalled", move || {
        stage.installing.set(Installing::Unknown);
    });
}

/// Lets the browser ask.
pub fn install(stage: Stage) {
    let Some(offer) = OFFER.take() else { return };
    stage.installing.set(Installing::Unknown);
    let prompt = Reflect::get(&offer, &"prompt".into()).map(JsCast::dyn_into::<Function>);
    if let Ok(Ok(prompt)) = prompt {
        dom::shrug(prompt.call0(&offer));
    }
}

/// Asks the browser to keep the records.
pub fn keep(stage: Stage) {
    spawn_local(async move {
        stage.persistence.set(Some(update::ask_to_persist().await));
    });
}

/// Looks whether the browser keeps the records, without asking anybody.
pub fn look(stage: Stage) {
    let storage = Reflect::get(&window().navigator(), &"storage".into());
    let Ok(storage) = storage.map(JsCast::dyn_into::<web_sys::StorageManager>) else { return };
    let Ok(Ok(promise)) = storage.map(|storage| storage.persisted()) else { return };
    spawn_local(async move {
        if let Ok(answer) = JsFuture::from(promise).await {
            let is_kept = answer.is_truthy();
            let answer = if is_kept { Persistence::Promised } else { Persistence::BestEffort };
            stage.persistence.set(Some(answer));
        }
    });
}

/// Whether this is an iPhone or iPad, where no browser offers to install.
fn needs_hands(user_agent: &str, touch_points: i32) -> bool {
    let is_phone = ["iPhone", "iPad", "iPod"].iter().any(|name| user_agent.contains(name));
    // An iPad says it is a Macintosh; no Macintosh has a touch screen.
    is_phone || (user_agent.contains("Macintosh") && touch_points > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipad_is_known_by_its_touch_screen() {
        assert!(needs_hands("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)", 5));
        assert!(needs_hands("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", 5));
        assert!(!needs_hands("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", 0));
        assert!(!needs_hands("Mozilla/5.0 (Linux; Android 15)", 5));
    }
}
