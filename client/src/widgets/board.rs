//! Keeps a described page on the screen in step with what there is to show, and hears everything
//! that is done on it at one place.
//!
//! Elements that stay are changed where they are, so that the focus, the caret and what was typed
//! stay too. **Invariant:** a field's value is written only when its description changed.

use core::{
    cell::{Cell, RefCell},
    time::Duration,
};
use std::rc::Rc;

use engine::view::Gate;
use leptos::{ev, prelude::*};
use shared::log::org::Role;
use wasm_bindgen::JsCast as _;
use web_sys::{
    Element, EventTarget, HtmlElement, HtmlInputElement, HtmlTextAreaElement, KeyboardEvent,
    MouseEvent, PointerEvent,
};

mod patch;
mod scene;

pub use scene::{Condition, Done, Scene};

use super::{
    below, dom, file,
    html::{self, Child as _, View},
    node::{self, Node, Room, Values},
};
use crate::{
    app::{desk, left, outside, place::Place, stage::Stage},
    port,
    watched::effect,
};

/// What a field for a file is named by, and what is wrong with a file that cannot be read.
const UNREAD: &str = ".unread";

/// A page: what it shows, and what follows from an act and what that is about.
#[derive(Clone, Copy)]
pub struct Board {
    /// What there is to see.
    pub show: fn(&Scene<'_>) -> Vec<Node>,
    /// What follows from an act; its name, and what stands behind the colon.
    pub hear: fn(&Scene<'_>, &str, &str) -> Done,
    /// Shown anew this often, for what follows the clock; 0 for never.
    pub every_s: u64,
}

thread_local! {
    /// What was filled in and not used yet, by the page's path: leaving a page loses nothing.
    static KEPT: RefCell<Vec<(Place, Values)>> = const { RefCell::new(vec![]) };
}

/// Forgets what was filled in: the device is revoked, or in other hands.
pub fn forget() {
    KEPT.set(vec![]);
}

fn kept(place: Place) -> Values {
    KEPT.with_borrow(|kept| {
        kept.iter()
            .find(|(it, _)| *it == place)
            .map(|(_, values)| values.clone())
            .unwrap_or_default()
    })
}

fn keep(place: Place, values: Values) {
    KEPT.with_borrow_mut(|kept| {
        kept.retain(|(it, _)| *it != place);
        kept.push((place, values));
    });
}

struct Live {
    stage: Stage,
    board: Board,
    place: Place,
    root: html::Found,
    shown: RefCell<Rc<[Node]>>,
    drag: RefCell<Option<Drag>>,
    /// Drawn anew when everything was heard that came with this.
    is_due: Cell<bool>,
    /// What lies below the screen is not there yet.
    is_begun: Cell<bool>,
}

/// Something that is dragged over its picture.
struct Drag {
    what: String,
    /// Where the picture is on the screen: from the left, from the top, and how wide.
    frame: (f64, f64, f64),
    /// Where it was taken, and whether it has left that place.
    from: (i32, i32),
    is_moved: bool,
}

/// What is dragged, and where it is, as pages read it among the values.
const DRAG: &str = "drag";
/// What trembles less than this, in thousandths of the picture's width, was pressed and not dragged.
const TREMBLE: i32 = 12;

/// Puts a page on the screen.
pub fn board(stage: Stage, place: Place, board: Board) -> View {
    let root = html::Found::not_yet();
    let live = Rc::new(Live {
        stage,
        board,
        place,
        root,
        shown: RefCell::new(Rc::new([])),
        drag: RefCell::default(),
        is_due: Cell::new(false),
        is_begun: Cell::new(false),
    });
    let [follows, clicked, entered, changed, ticked, pressed, moved, left, lost, late] =
        [(); 10].map(|()| Rc::clone(&live));
    effect(move || {
        stage.shelf.track();
        stage.home.track();
        stage.gate.track();
        stage.battery.track();
        root.track();
        follows.follow();
    });
    below::when_late(move || {
        if late.shown.borrow().is_empty() {
            late.draw();
        }
    });
    if board.every_s > 0 {
        let every = Duration::from_secs(board.every_s);
        if let Ok(handle) = set_interval_with_handle(move || ticked.draw(), every) {
            on_cleanup(move || handle.clear());
        }
    }
    html::div()
        .class("board")
        .tabindex("-1")
        .found(root)
        .on(&ev::click, move |event| clicked.click(&event))
        .on(&ev::keydown, move |event| entered.enter(&event))
        .on(&ev::change, move |event| {
            changed.gather();
            changed.draw();
            take_file(&changed, &event);
        })
        .on(&ev::pointerdown, move |event| pressed.point(&event, true))
        .on(&ev::pointermove, move |event| moved.point(&event, false))
        .on(&ev::pointerup, move |event| left.let_go(Some(&event)))
        .on(&ev::pointercancel, move |_| lost.let_go(None))
        .into_child()
}

impl Live {
    fn root(&self) -> Option<HtmlElement> {
        self.root.get_untracked()
    }

    fn scene<R>(&self, look: impl FnOnce(&Scene<'_>) -> R) -> R {
        let values = kept(self.place);
        let (role, is_handed) = self.stage.gate.with_untracked(|gate| {
            let is_handed = matches!(gate, Some(Gate::Handed { .. }));
            let Some(Gate::Open { role, .. }) = gate else { return (Role::Employee, is_handed) };
            (*role, false)
        });
        let device = &Condition {
            sync: self.stage.sync.get_untracked(),
            battery: self.stage.battery.get_untracked(),
        };
        self.stage.home.with_untracked(|home| {
            self.stage.shelf.with_untracked(|shelf| {
                let now_ms = now_ms();
                let place = self.place;
                let values = &values;
                look(&Scene { place, role, is_handed, now_ms, home, shelf, values, device })
            })
        })
    }

    /// At once on an empty page, and what lies below the screen after the picture. Later what the
    /// engine shows one after the other is drawn together.
    fn follow(self: &Rc<Self>) {
        if node::is_waiting(&self.shown.borrow()) {
            return self.begin();
        }
        if !self.is_begun.get() && !self.is_due.replace(true) {
            let later = Rc::clone(self);
            // Not with the next picture: that would be drawn without it if it is due at once.
            let draw = move || {
                later.is_due.set(false);
                later.draw();
            };
            set_timeout(draw, Duration::ZERO);
        }
    }

    fn begin(self: &Rc<Self>) {
        let nodes = self.scene(|scene| (self.board.show)(scene));
        if self.root().is_none() || node::is_waiting(&nodes) {
            return;
        }
        let begun = node::beginning(&nodes, &mut Room::on(1 + left::left().screens));
        if begun != nodes {
            self.is_begun.set(true);
            let later = Rc::clone(self);
            outside::after_picture(move || later.finish());
        }
        self.put(begun);
    }

    /// Draws what lies below the screen, if that is still to be done.
    fn finish(&self) {
        if self.is_begun.get() {
            self.draw();
        }
    }

    fn draw(&self) {
        self.is_begun.set(false);
        self.put(self.scene(|scene| (self.board.show)(scene)));
    }

    fn put(&self, nodes: Vec<Node>) {
        let Some(root) = self.root() else { return };
        let had_focus = root.contains(active().as_ref());
        let nodes = Rc::<[Node]>::from(nodes);
        let shown = self.shown.replace(Rc::clone(&nodes));
        patch::patch(&root, &shown, &nodes);
        // What had the focus is gone: whoever uses the keyboard goes on from here.
        if had_focus && !root.contains(active().as_ref()) {
            let options = web_sys::FocusOptions::new();
            options.set_prevent_scroll(true);
            dom::shrug(root.focus_with_options(&options));
        }
    }

    /// Reads every field of the page.
    fn gather(&self) {
        self.finish();
        let Some(root) = self.root() else { return };
        let mut values = kept(self.place);
        let Ok(found) = root.query_selector_all("[name]") else { return };
        let mut ticked: Vec<(String, String)> = vec![];
        for at in 0..found.length() {
            let Some(node) = found.get(at) else { continue };
            if let Some(area) = node.dyn_ref::<HtmlTextAreaElement>() {
                values.set(&area.name(), area.value());
            } else if let Some(input) = node.dyn_ref::<HtmlInputElement>() {
                let name = input.name();
                if matches!(input.type_().as_str(), "radio" | "checkbox") {
                    let at = ticked.iter().position(|(it, _)| *it == name);
                    let at = at.unwrap_or_else(|| {
                        ticked.push((name, String::new()));
                        ticked.len() - 1
                    });
                    if let Some((_, codes)) = ticked.get_mut(at).filter(|_| input.checked()) {
                        if !codes.is_empty() {
                            codes.push(' ');
                        }
                        codes.push_str(&input.value());
                    }
                } else {
                    values.set(&name, input.value());
                }
            }
        }
        for (name, codes) in ticked {
            values.set(&name, codes);
        }
        keep(self.place, values);
    }

    fn click(&self, event: &MouseEvent) {
        let Some(target) = event.target() else { return };
        if let Some(href) = attribute_of(&target, "a[href]", "href") {
            let is_plain = !(event.ctrl_key() || event.meta_key() || event.shift_key());
            let place = Place::parse(&href);
            if is_plain && event.button() == 0 && place != Place::Unknown {
                event.prevent_default();
                self.gather();
                self.stage.go(place);
            }
            return;
        }
        let Some(act) = attribute_of(&target, "[data-act]", "data-act") else { return };
        self.gather();
        self.draw();
        desk::flush();
        if let Some(pad) = act.strip_prefix("wipe:") {
            return self.ink(pad, |_| String::new());
        }
        if act == "print" {
            return outside::print();
        }
        let (act, with) = act.split_once(':').unwrap_or((&act, ""));
        self.perform(act, with);
    }

    /// Enter in a field that says what it leads to. Confirming a conversion is no wish.
    fn enter(&self, event: &KeyboardEvent) {
        if event.key() != "Enter" || event.is_composing() {
            return;
        }
        let Some(target) = event.target() else { return };
        let Some(act) = attribute_of(&target, "[data-enter]", "data-enter") else { return };
        event.prevent_default();
        self.gather();
        self.draw();
        self.perform(&act, "");
    }

    /// What follows from an act.
    fn perform(&self, act: &str, with: &str) {
        let done = self.scene(|scene| (self.board.hear)(scene, act, with));
        for command in &done.commands {
            port::send(command);
        }
        let mut values = kept(self.place);
        if !done.clear.is_empty() {
            values.clear(done.clear);
        }
        for (name, value) in done.put {
            values.set(&name, value);
        }
        for (name, value) in done.set {
            values.set(name, value);
        }
        keep(self.place, values);
        match done.go {
            Some(place) => self.stage.go(place),
            None => self.draw(),
        }
    }
}

impl Live {
    /// Changes what was drawn in a pad.
    fn ink(&self, pad: &str, change: impl FnOnce(&str) -> String) {
        let mut values = kept(self.place);
        let ink = change(values.get(pad).unwrap_or_default());
        values.set(pad, ink);
        keep(self.place, values);
        self.draw();
    }

    /// A finger on a pad: a new stroke, or one point more. Points are in thousandths of its width.
    fn point(&self, event: &PointerEvent, is_new: bool) {
        let Some(target) = event.target() else { return };
        let Some(element) = target.dyn_ref::<Element>() else { return };
        if event.buttons() == 0 {
            return self.let_go(None);
        }
        if is_new && self.take(element, event) {
            return;
        }
        if self.drag_on(event).is_some() {
            return event.prevent_default();
        }
        let Ok(Some(pad)) = element.closest("[data-pad]") else { return };
        event.prevent_default();
        let (frame, name) = (pad.get_bounding_client_rect(), pad.get_attribute("data-pad"));
        let (x, y) = placed((frame.left(), frame.top(), frame.width()), event);
        let point = [&x.to_string(), ",", &y.to_string()].concat();
        self.ink(&name.unwrap_or_default(), |ink| {
            let parting = match (is_new, ink.is_empty()) {
                (_, true) => "",
                (true, false) => ";",
                (false, false) => " ",
            };
            [ink, parting, &point].concat()
        });
    }
}

impl Live {
    /// Takes something that can be dragged; whether there was any.
    fn take(&self, element: &Element, event: &PointerEvent) -> bool {
        let Ok(Some(held)) = element.closest("[data-drag]") else { return false };
        let (Some(what), Ok(Some(picture))) =
            (held.get_attribute("data-drag"), held.closest("svg"))
        else {
            return false;
        };
        let frame = picture.get_bounding_client_rect();
        let frame = (frame.left(), frame.top(), frame.width());
        let from = placed(frame, event);
        self.drag.replace(Some(Drag { what, frame, from, is_moved: false }));
        true
    }

    /// Where what is dragged is by now; `None` if nothing is.
    fn drag_on(&self, event: &PointerEvent) -> Option<()> {
        let told = {
            let mut drag = self.drag.borrow_mut();
            let drag = drag.as_mut()?;
            let (x, y) = placed(drag.frame, event);
            let (from_x, from_y) = drag.from;
            let is_far = x.abs_diff(from_x).max(y.abs_diff(from_y)) > TREMBLE.unsigned_abs();
            drag.is_moved |= is_far;
            drag.is_moved.then(|| [&drag.what, "@", &x.to_string(), ",", &y.to_string()].concat())
        };
        if let Some(told) = told {
            let mut values = kept(self.place);
            values.set(DRAG, told);
            keep(self.place, values);
            self.draw();
        }
        Some(())
    }

    /// What was dragged is let go of, or put back where the browser took the pointer away.
    fn let_go(&self, event: Option<&PointerEvent>) {
        let Some(drag) = self.drag.take() else { return };
        let mut values = kept(self.place);
        values.set(DRAG, String::new());
        keep(self.place, values);
        match event {
            Some(event) if drag.is_moved => {
                let (x, y) = placed(drag.frame, event);
                let with = [&drag.what, ":", &x.to_string(), ",", &y.to_string()].concat();
                self.perform("drop", &with);
            }
            Some(_) => self.perform("pick", &drag.what),
            None => self.draw(),
        }
    }
}

/// Where a pointer is on a picture, in thousandths of its width.
fn placed((left, top, width): (f64, f64, f64), event: &PointerEvent) -> (i32, i32) {
    let width = whole(width).max(1);
    let at =
        |place: i32, start: f64| place.saturating_sub(whole(start)).saturating_mul(1000) / width;
    (at(event.client_x(), left), at(event.client_y(), top))
}

/// Reads a file that was chosen. Its text is the value of the field's name, and an act of its own.
fn take_file(live: &Rc<Live>, event: &web_sys::Event) {
    let Some(input) = event.target().and_then(|it| it.dyn_into::<HtmlInputElement>().ok()) else {
        return;
    };
    let (Some(name), Some(files)) = (input.get_attribute("data-file"), input.files()) else {
        return;
    };
    let Some(file) = files.get(0) else { return };
    let live = Rc::clone(live);
    wasm_bindgen_futures::spawn_local(async move {
        let read = file::read(&file).await;
        // The same file can be chosen again once it was mended.
        input.set_value("");
        let (text, why) = match read {
            Ok(text) => (text, ""),
            Err(why) => (String::new(), why),
        };
        let mut values = kept(live.place);
        values.set(&[&name, UNREAD].concat(), String::from(why));
        values.set(&name, text);
        keep(live.place, values);
        if why.is_empty() {
            live.perform("file", &name);
        } else {
            live.draw();
        }
    });
}

fn active() -> Option<web_sys::Node> {
    document().active_element().map(Into::into)
}

/// The clock of the device; a page only shows it.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a clock after 1970"
)]
pub fn now_ms() -> u64 {
    js_sys::Date::now() as u64
}

#[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "a place on a screen")]
fn whole(pixels: f64) -> i32 {
    pixels as i32
}

fn attribute_of(target: &EventTarget, selector: &str, name: &str) -> Option<String> {
    target.dyn_ref::<Element>()?.closest(selector).ok()??.get_attribute(name)
}
