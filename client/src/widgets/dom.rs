//! Small conveniences around the browser's own interface.

use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Event, InputEvent};

/// Lets an answer of the browser go where neither success nor refusal changes what follows.
pub fn shrug<T>(_answer: Result<T, JsValue>) {}

/// Whether an `input` event is a step of a composition.
pub fn is_composing(event: &Event) -> bool {
    event.dyn_ref::<InputEvent>().is_some_and(InputEvent::is_composing)
}
