//! How much the battery holds, where the browser says: not on an iPad.

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::stage::Stage;

/// Asks the browser. What it answers is on the stage a moment later.
pub fn look(stage: Stage) {
    let Some(asked) = ask() else { return };
    spawn_local(async move {
        if let Ok(battery) = JsFuture::from(asked).await {
            stage.battery.set(read(&battery));
        }
    });
}

fn ask() -> Option<Promise> {
    let navigator: JsValue = window().navigator().into();
    let ask: Function = Reflect::get(&navigator, &"getBattery".into()).ok()?.dyn_into().ok()?;
    ask.call0(&navigator).ok()?.dyn_into().ok()
}

fn read(battery: &JsValue) -> Option<(u8, bool)> {
    let level = Reflect::get(battery, &"level".into()).ok()?.as_f64()?;
    let is_charged = Reflect::get(battery, &"charging".into()).ok()?.is_truthy();
    Some((hundredths(level), is_charged))
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 100"
)]
fn hundredths(level: f64) -> u8 {
    (level.clamp(0.0, 1.0) * 100.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_battery_holds_between_nothing_and_all() {
        assert_eq!([-1.0, 0.0, 0.5, 1.0, 7.0].map(hundredths), [0, 0, 50, 100, 100]);
    }
}
