//! Somebody who has no mouse: what their keyboard reaches, and whether they see where they are.

use serde_json::{Value, json};

use crate::page::{Page, element};

/// So many presses of Tab go round every page.
const STOPS_MAX: usize = 400;

/// Looks at what has the focus, and knows what has to be reached.
const TOUR: &str = "window.tour ??= (() => {
    const about = it => it.outerHTML.replace(/\\s+/g, ' ').slice(0, 200);
    const paints = it => {
      const style = getComputedStyle(it);
      const isClear = /^transparent$|[,\\/] *0\\)$/.test(style.outlineColor);
      return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 && !isClear;
    };
    const places = [[.5, .5], [.1, .5], [.9, .5], [.5, .15], [.5, .85]];
    const isSeen = it => [...it.getClientRects()].some(box => places.some(([x, y]) => {
      const hit = document.elementFromPoint(box.x + x * box.width, box.y + y * box.height);
      return hit && it.contains(hit);
    }));
    const isRadio = it => it.type === 'radio';
    const same = (one, other) => one === other
      || (isRadio(one) && isRadio(other) && one.name === other.name);
    const stops = () => {
      const within = [...document.querySelectorAll('dialog')].find(it => it.open) ?? document;
      const all = within.querySelectorAll(
        'a[href], button, input, textarea, select, summary, [tabindex=\"0\"]');
      return [...all].filter(it => it.checkVisibility({visibilityProperty: true})
        && !it.disabled && it.tabIndex >= 0 && it.type !== 'hidden');
    };
    const pressed = {count: 0};
    for (const kind of ['pointerdown', 'mousedown', 'touchstart'])
      addEventListener(kind, () => pressed.count += 1, true);
    let seen = [];
    return {
      pressed,
      /// What is wrong with where the focus is.
      look: () => {
        const it = document.activeElement;
        if (!it || it === document.body) return '';
        const ring = [it, it.closest('label')].find(one => one && paints(one));
        if (!ring) return 'no visible focus: ' + about(it);
        return isSeen(ring) ? '' : 'focus out of sight: ' + about(it);
      },
      isAt: found => !!found && same(document.activeElement, found),
      isBefore: found => {
        const order = document.activeElement.compareDocumentPosition(found);
        return document.activeElement !== document.body
          && !!(order & Node.DOCUMENT_POSITION_PRECEDING);
      },
      begin: () => { seen = []; },
      /// Whether the round is complete.
      note: () => {
        const it = document.activeElement;
        // A date has several stops of its own.
        if (!it || it === document.body || it === seen.at(-1)) return false;
        if (seen.includes(it)) return true;
        seen.push(it);
        return false;
      },
      missed: () => stops().filter(it => !seen.some(one => same(one, it))).map(about),
    };
  })();";

/// A key by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Tab,
    BackTab,
    Enter,
    Space,
    Escape,
    Right,
}

impl Page {
    /// Presses and releases a key.
    pub(crate) async fn key(&self, key: Key) {
        let (name, code, number, shift, text) = match key {
            Key::Tab => ("Tab", "Tab", 9, 0, ""),
            Key::BackTab => ("Tab", "Tab", 9, 8, ""),
            Key::Enter => ("Enter", "Enter", 13, 0, "\r"),
            Key::Space => (" ", "Space", 32, 0, " "),
            Key::Escape => ("Escape", "Escape", 27, 0, ""),
            Key::Right => ("ArrowRight", "ArrowRight", 39, 0, ""),
        };
        for kind in ["keyDown", "keyUp"] {
            let mut params = json!({
                "type": kind, "key": name, "code": code, "modifiers": shift,
                "windowsVirtualKeyCode": number,
            });
            if kind == "keyDown" && !text.is_empty() {
                params["text"] = json!(text);
            }
            self.call("Input.dispatchKeyEvent", params).await;
        }
    }

    /// Goes with Tab, or back, to what a selector finds. On the way the focus is always seen.
    pub(crate) async fn reach(&self, selector: &str) {
        self.wait_for_element(selector).await;
        self.evaluate(TOUR).await;
        let found = element(selector);
        for _ in 0..STOPS_MAX {
            if self.evaluate(&format!("tour.isAt({found})")).await == json!(true) {
                return self.turn_to(&found).await;
            }
            let is_before = self.evaluate(&format!("tour.isBefore({found})")).await == json!(true);
            self.key(if is_before { Key::BackTab } else { Key::Tab }).await;
            assert_eq!(self.evaluate("tour.look()").await, json!(""), "on the way to {selector}");
        }
        panic!("no key reaches {selector}");
    }

    /// Within a group of which one is chosen, the arrows go on.
    async fn turn_to(&self, found: &str) {
        for _ in 0..STOPS_MAX {
            if self.evaluate(&format!("document.activeElement === {found}")).await == json!(true) {
                return;
            }
            self.key(Key::Right).await;
        }
        panic!("no arrow reaches {found}");
    }

    /// Presses a button or follows a link.
    pub(crate) async fn enter(&self, selector: &str) {
        self.reach(selector).await;
        self.key(Key::Enter).await;
    }

    /// Chooses one of a group, or ticks something.
    pub(crate) async fn tick(&self, selector: &str) {
        self.reach(selector).await;
        let is_ticked = format!("{}.checked", element(selector));
        if self.evaluate(&is_ticked).await != json!(true) {
            self.key(Key::Space).await;
        }
        self.wait_for(&is_ticked).await;
    }

    /// Types into a field.
    pub(crate) async fn put(&self, selector: &str, text: &str) {
        self.reach(selector).await;
        self.insert(text).await;
    }

    /// Goes round the page once: everything is reached, and the focus is always seen.
    pub(crate) async fn go_round(&self, name: &str) {
        self.evaluate(TOUR).await;
        self.evaluate("tour.begin()").await;
        for _ in 0..STOPS_MAX {
            self.key(Key::Tab).await;
            assert_eq!(self.evaluate("tour.look()").await, json!(""), "{name}");
            if self.evaluate("tour.note()").await == json!(true) {
                let missed = self.evaluate("tour.missed()").await;
                assert_eq!(missed, Value::Array(vec![]), "{name}: no key reaches these");
                return;
            }
        }
        panic!("{name}: Tab does not come round");
    }

    /// How often something was pressed with anything but a key since the first step by keyboard.
    pub(crate) async fn presses(&self) -> Value {
        self.evaluate("window.tour?.pressed.count ?? 0").await
    }

    /// Nothing glides while it is looked at.
    pub(crate) async fn hold_still(&self) {
        let features = json!([{ "name": "prefers-reduced-motion", "value": "reduce" }]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }
}
