//! Points in time, in the words of the browser.

use core::cell::RefCell;

use js_sys::{Array, Date, Function, Intl::DateTimeFormat, Object, Reflect};
use shared::time::UnixMillis;
use wasm_bindgen::JsValue;

use super::dom;
use crate::text::{self, Language};

/// What is told of a point in time, as the browser names it.
type Form = &'static [(&'static str, &'static str)];

const DAY: Form =
    &[("year", "numeric"), ("month", "long"), ("day", "numeric"), ("weekday", "short")];
const MINUTE: Form =
    &[("month", "long"), ("day", "numeric"), ("hour", "2-digit"), ("minute", "2-digit")];

/// The day: `2026年5月19日(火)`.
pub fn day(at: UnixMillis) -> String {
    show(at, DAY)
}

/// The minute: `5月19日 16:05`.
pub fn minute(at: UnixMillis) -> String {
    show(at, MINUTE)
}

/// The moment that a field for a local time holds; `None` if it holds none.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a date after 1970"
)]
pub fn local(text: &str) -> Option<UnixMillis> {
    let at = Date::new(&JsValue::from_str(text)).get_time();
    (at >= 0.0).then_some(UnixMillis(at as u64))
}

/// A day as a date field writes it: `2026年5月19日(火)`.
pub fn date(text: &str) -> String {
    local(text).map_or_else(|| String::from(text), day)
}

/// A day or a local time as its field writes it, in words; nothing for any other text.
pub fn written(text: &str) -> Option<String> {
    let (day, time) = text.split_once('T').unwrap_or((text, ""));
    let is_like = |text: &str, form: &str| {
        let is_it = |(a, b): (u8, u8)| if b == b'0' { a.is_ascii_digit() } else { a == b };
        text.len() == form.len() && text.bytes().zip(form.bytes()).all(is_it)
    };
    let is_written = is_like(day, "0000-00-00") && (time.is_empty() || is_like(time, "00:00"));
    is_written.then(|| [&date(day), " ", time].concat().trim_end().to_owned())
}

/// From one such day to another.
pub fn days(from: &str, to: &str) -> String {
    [&date(from), " – ", &date(to)].concat()
}

/// Whether a time has passed.
pub fn is_past(at: UnixMillis) -> bool {
    number(at) < Date::now()
}

/// What a writer is for: the language, minutes west of Greenwich, and the form. It keeps the time zone
/// that it was made in.
type Use = (Language, i32, Form);

thread_local! {
    /// A browser takes longer to make a writer than to draw a page.
    static WRITERS: RefCell<Vec<(Use, Function)>> = const { RefCell::new(vec![]) };
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "minutes of a day or two"
)]
fn show(at: UnixMillis, form: Form) -> String {
    let date = Date::new(&JsValue::from_f64(number(at)));
    let wanted = (text::language(), date.get_timezone_offset() as i32, form);
    let found = WRITERS.with_borrow(|all| {
        all.iter().find(|(it, _)| *it == wanted).map(|(_, writer)| writer.clone())
    });
    let writer = found.unwrap_or_else(|| {
        let writer = writer(wanted.0, form);
        WRITERS.with_borrow_mut(|all| all.push((wanted, writer.clone())));
        writer
    });
    writer.call1(&JsValue::NULL, &date).ok().and_then(|it| it.as_string()).unwrap_or_default()
}

fn writer(language: Language, form: Form) -> Function {
    let options = Object::new();
    for (name, value) in form {
        dom::shrug(Reflect::set(&options, &JsValue::from_str(name), &JsValue::from_str(value)));
    }
    let locale = match language {
        Language::Japanese => "ja-JP",
        Language::English => "en-GB",
    };
    DateTimeFormat::new(&Array::of1(&locale.into()), &options).format()
}

fn number(at: UnixMillis) -> f64 {
    // Dates go up to the year 275760; both halves fit exactly.
    let high = u32::try_from(at.0 >> 32).unwrap_or(u32::MAX);
    let low = u32::try_from(at.0 & 0xFFFF_FFFF).unwrap_or(u32::MAX);
    f64::from(high) * 4_294_967_296.0 + f64::from(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_keeps_its_milliseconds() {
        assert_eq!(number(UnixMillis(1_795_356_000_123)).to_string(), "1795356000123");
        assert_eq!(number(UnixMillis(0)).to_string(), "0");
    }
}
