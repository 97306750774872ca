//! Icons: a few lines each, drawn for this app on a grid of 24.

use super::html::{self, Child as _, View};

/// A drawing: one path.
#[derive(Clone, Copy)]
pub struct Icon(&'static str);

/// Closed lock.
pub const LOCK: Icon = Icon("M7 11V8a5 5 0 0 1 10 0v3M5.5 11h13v9h-13zM12 14.5v2");
/// House.
pub const HOME: Icon = Icon("M4 11.5 12 4.5l8 7M6.5 10v9.5h11V10M10 19.5v-5h4v5");
/// Two people.
pub const PEOPLE: Icon = Icon(
    "M9 11a3.2 3.2 0 1 0 0-6.4A3.2 3.2 0 0 0 9 11zM3 19.5c.4-3.4 2.8-5.2 6-5.2s5.6 1.8 6 5.2M16 10.6a2.7 2.7 0 1 0-1-5.2M17.5 14.4c2 .6 3.2 2.3 3.5 5.1",
);
/// Phone.
pub const DEVICE: Icon = Icon("M7.5 3.5h9v17h-9zM11 17.5h2");
/// Eye with a stroke through it.
pub const UNSEEN: Icon = Icon(
    "M3.5 12S6.7 6.5 12 6.5c1.4 0 2.7.4 3.8 1M20.5 12s-3.2 5.5-8.500 5.500c-1.4 0-2.700-.4-3.800-1M4.500 19.500l15-15M9.800 12.300A2.300 2.300 0 0 0 12 14.300",
);
/// Arrow to the left.
pub const BACK: Icon = Icon("M19 12H5M11 6l-6 6 6 6");
/// Plus.
pub const ADD: Icon = Icon("M12 5v14M5 12h14");
/// Cross.
pub const CLOSE: Icon = Icon("M6 6l12 12M18 6 6 18");
/// Two sheets.
pub const COPY: Icon = Icon("M9 9h10.500v10.500H9zM6 15H4.500V4.500H15V6");
/// Tick.
pub const DONE: Icon = Icon("M5 12.500l4.500 4.500L19 7.500");
/// Triangle with an exclamation mark.
pub const WARNING: Icon = Icon("M12 4.500 21 19.500H3zM12 10.500v4M12 17v.1");
/// Sheet of paper.
pub const NOTE: Icon = Icon("M6 3.500h8l4 4v13H6zM14 3.500v4h4M9 12h6M9 15.500h6");
/// Key.
pub const KEY: Icon = Icon(
    "M9.500 14.500a4 4 0 1 1 2.800-1.200L20 21M16.500 17.500l2-2M10 8.500a1.400 1.400 0 0 0-1.800 1.800",
);

/// Draws an icon that says nothing by itself: words stand beside it, or the button has a name.
pub fn icon(Icon(path): Icon) -> View {
    html::svg()
        .attr("viewBox", "0 0 24 24")
        .attr("class", "icon")
        .attr("aria-hidden", "true")
        .attr("focusable", "false")
        .child(html::path().attr("d", path))
        .into_child()
}
