//! One tab: what a person can do in it, and what can be seen there.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use rqrr::PreparedImage;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::cdp::{Cdp, Line, NO_ANSWER};

/// How long to wait for something to appear: enough for Argon2id on a busy machine.
const ATTEMPTS: u32 = 600;
const PAUSE: Duration = Duration::from_millis(100);

/// A screen, as a person holds it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Screen {
    pub(crate) name: &'static str,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) is_phone: bool,
}

pub(crate) const TABLET: Screen =
    Screen { name: "tablet", width: 1180, height: 820, is_phone: false };
pub(crate) const UPRIGHT: Screen =
    Screen { name: "upright", width: 800, height: 1280, is_phone: false };
/// A tablet on which everything is twice as large.
pub(crate) const LARGE: Screen = Screen { name: "large", width: 590, height: 410, is_phone: false };
/// The narrowest screen on which nothing may have to be scrolled sideways.
pub(crate) const NARROW: Screen =
    Screen { name: "narrow", width: 320, height: 640, is_phone: true };
pub(crate) const PHONE: Screen = Screen { name: "phone", width: 390, height: 844, is_phone: true };

/// Says whether an element stays where it is and would be hit in its middle.
const CALM: &str = "
    const middle = it => {
      const box = it.getBoundingClientRect();
      return [box.x + box.width / 2, box.y + box.height / 2];
    };
    const isCalm = async find => {
      const frame = () => new Promise(done => requestAnimationFrame(done));
      find().scrollIntoView({block: 'center', behavior: 'instant'});
      await frame();
      const before = middle(find());
      await frame();
      await frame();
      const it = find(), after = middle(it);
      const hit = document.elementFromPoint(...after);
      const isHit = hit && (it.contains(hit) || hit.closest('label')?.contains(it));
      return before.join() === after.join() && isHit && !it.disabled;
    };";

/// A tab.
#[derive(Debug)]
pub(crate) struct Page {
    cdp: Cdp,
    line: Line,
}

impl Page {
    pub(crate) async fn new(cdp: Cdp, line: Line) -> Self {
        let page = Self { cdp, line };
        page.call("Page.enable", json!({})).await;
        page
    }

    /// Asks the browser about this tab.
    pub(crate) async fn call(&self, method: &str, params: Value) -> Value {
        self.cdp.call(Some(&self.line), method, params).await.unwrap()
    }

    /// Loads an address.
    pub(crate) async fn go(&self, url: &str) {
        self.call("Page.navigate", json!({ "url": url })).await;
        self.wait_for("document.readyState === 'complete'").await;
    }

    /// Loads the same address again.
    pub(crate) async fn reload(&self) {
        self.evaluate("window.isBeforeReload = true").await;
        self.call("Page.reload", json!({})).await;
        self.wait_for("!window.isBeforeReload && document.readyState === 'complete'").await;
    }

    /// The value of an expression; an exception fails the test.
    pub(crate) async fn evaluate(&self, expression: &str) -> Value {
        self.try_evaluate(expression).await.unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    async fn try_evaluate(&self, expression: &str) -> Result<Value, String> {
        let params = json!({
            "expression": expression, "returnByValue": true, "awaitPromise": true,
            "userGesture": true,
        });
        let answer = self.cdp.call(Some(&self.line), "Runtime.evaluate", params).await?;
        match answer.get("exceptionDetails") {
            None => Ok(answer["result"]["value"].clone()),
            Some(fault) => Err(fault["exception"]["description"].to_string()),
        }
    }

    /// Waits until an expression is true. While a page loads it may throw, which counts as not yet; a
    /// promise that nobody keeps ends the test.
    pub(crate) async fn wait_for(&self, condition: &str) {
        let expression = format!("Promise.resolve({condition}).then(Boolean)");
        for _ in 0..ATTEMPTS {
            match self.try_evaluate(&expression).await {
                Ok(Value::Bool(true)) => return,
                Err(error) if error.ends_with(NO_ANSWER) => break,
                Ok(_) | Err(_) => sleep(PAUSE).await,
            }
        }
        self.screenshot("waited-in-vain").await;
        let text = self.try_evaluate("document.body.innerText").await;
        let complaints = self.cdp.complaints();
        panic!("waited in vain for {condition}\non the page: {text:?}\n{complaints:#?}");
    }

    /// Waits for an element to be there and visible.
    pub(crate) async fn wait_for_element(&self, selector: &str) {
        self.wait_for(&format!("{}?.checkVisibility()", element(selector))).await;
    }

    /// What an element says.
    pub(crate) async fn text(&self, selector: &str) -> String {
        let told = self.evaluate(&format!("{}?.innerText ?? ''", element(selector))).await;
        String::from(told.as_str().unwrap_or_default())
    }

    /// What a text field holds.
    pub(crate) async fn value(&self, selector: &str) -> String {
        let told = self.evaluate(&format!("{}?.value ?? ''", element(selector))).await;
        String::from(told.as_str().unwrap_or_default())
    }

    /// Presses what is in the middle of an element, as a mouse does.
    pub(crate) async fn click(&self, selector: &str) {
        self.wait_for_element(selector).await;
        let found = element(selector);
        // What moves, is covered or cannot be pressed yet is not what a person would press.
        self.wait_for(&format!("(async () => {{ {CALM} return await isCalm(() => {found}); }})()"))
            .await;
        let place = format!("(() => {{ {CALM} return middle({found}); }})()");
        let place = self.evaluate(&place).await;
        for kind in ["mousePressed", "mouseReleased"] {
            let params = json!({
                "type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1,
            });
            self.call("Input.dispatchMouseEvent", params).await;
        }
    }

    /// Draws a line over an element, as a finger does.
    pub(crate) async fn draw(&self, selector: &str) {
        self.wait_for_element(selector).await;
        let found = element(selector);
        let place = format!(
            "(() => {{ const it = {found}; it.scrollIntoView({{block: 'center', behavior: 'instant'}});
               const box = it.getBoundingClientRect();
               return [box.x, box.y, box.width, box.height]; }})()"
        );
        let place = self.evaluate(&place).await;
        let at = |at: usize| place[at].as_f64().unwrap();
        let points = [(0.2, 0.6), (0.3, 0.3), (0.4, 0.7), (0.6, 0.4), (0.7, 0.6)];
        for (step, (across, down)) in points.into_iter().enumerate() {
            let kind = if step == 0 { "mousePressed" } else { "mouseMoved" };
            self.press(kind, at(0) + across * at(2), at(1) + down * at(3)).await;
        }
        self.press("mouseReleased", at(0) + 0.7 * at(2), at(1) + 0.6 * at(3)).await;
    }

    /// Drags something over its picture, as a finger does: to a part of its width and of its height.
    pub(crate) async fn drag(&self, selector: &str, (across, down): (f64, f64)) {
        self.wait_for_element(selector).await;
        let found = element(selector);
        let place = self
            .evaluate(&format!(
                "(() => {{ const it = {found}, picture = it.closest('svg');
                   picture.scrollIntoView({{block: 'center', behavior: 'instant'}});
                   const from = it.getBoundingClientRect(), to = picture.getBoundingClientRect();
                   return [from.x + from.width / 2, from.y + from.height / 2,
                           to.x + to.width * {across}, to.y + to.height * {down}]; }})()"
            ))
            .await;
        let at = |at: usize| place[at].as_f64().unwrap();
        self.press("mousePressed", at(0), at(1)).await;
        for step in [0.3, 0.6, 1.0] {
            let between = |from: f64, to: f64| from + (to - from) * step;
            self.press("mouseMoved", between(at(0), at(2)), between(at(1), at(3))).await;
        }
        self.press("mouseReleased", at(2), at(3)).await;
    }

    /// Chooses a file from the disk.
    pub(crate) async fn choose_file(&self, selector: &str, file: &Path) {
        self.wait_for_element(selector).await;
        let document = self.call("DOM.getDocument", json!({})).await;
        let params = json!({ "nodeId": document["root"]["nodeId"], "selector": selector });
        let found = self.call("DOM.querySelector", params).await;
        let params = json!({ "nodeId": found["nodeId"], "files": [file] });
        self.call("DOM.setFileInputFiles", params).await;
    }

    async fn press(&self, kind: &str, x: f64, y: f64) {
        let held = u8::from(kind != "mouseReleased");
        let params = json!({
            "type": kind, "x": x, "y": y, "button": "left", "buttons": held, "clickCount": 1,
        });
        self.call("Input.dispatchMouseEvent", params).await;
    }

    /// Puts the cursor at the end of a text field.
    pub(crate) async fn focus(&self, selector: &str) {
        self.wait_for_element(selector).await;
        let found = element(selector);
        self.evaluate(&format!(
            "(() => {{ const it = {found}; it.scrollIntoView({{block: 'center', behavior: 'instant'}});
               it.focus(); it.setSelectionRange?.(it.value.length, it.value.length); }})()"
        ))
        .await;
        self.wait_for(&format!("document.activeElement === {found}")).await;
    }

    /// Puts text in at the cursor, as a paste or a finished conversion does.
    pub(crate) async fn insert(&self, text: &str) {
        self.call("Input.insertText", json!({ "text": text })).await;
    }

    /// Fills a text field.
    pub(crate) async fn fill(&self, selector: &str, text: &str) {
        self.focus(selector).await;
        self.insert(text).await;
    }

    /// Fills a text field in place of what it holds.
    pub(crate) async fn replace(&self, selector: &str, text: &str) {
        self.focus(selector).await;
        self.evaluate(&format!("{}.select()", element(selector))).await;
        self.insert(text).await;
    }

    /// Sets a field that has a picker of its own, such as a date.
    pub(crate) async fn choose(&self, selector: &str, value: &str) {
        self.wait_for_element(selector).await;
        let found = element(selector);
        self.evaluate(&format!(
            "(() => {{ const it = {found}; it.value = {};
               for (const kind of ['input', 'change'])
                 it.dispatchEvent(new Event(kind, {{bubbles: true}})); }})()",
            json!(value)
        ))
        .await;
    }

    /// Converts kana to kanji: each step replaces the one before, the last one is committed.
    pub(crate) async fn compose(&self, steps: &[&str]) {
        for step in steps {
            let end = step.encode_utf16().count();
            let params = json!({ "text": step, "selectionStart": end, "selectionEnd": end });
            self.call("Input.imeSetComposition", params).await;
        }
        if let Some(last) = steps.last() {
            self.insert(last).await;
        }
    }

    /// Presses and releases the Enter key.
    pub(crate) async fn press_enter(&self) {
        for (kind, text) in [("keyDown", "\r"), ("keyUp", "")] {
            let params = json!({
                "type": kind, "key": "Enter", "code": "Enter", "text": text,
                "windowsVirtualKeyCode": 13,
            });
            self.call("Input.dispatchKeyEvent", params).await;
        }
    }

    /// Presses a key with Alt, by its place on the keyboard.
    pub(crate) async fn press_key(&self, code: &str) {
        for kind in ["rawKeyDown", "keyUp"] {
            let params = json!({ "type": kind, "key": "", "code": code, "modifiers": 1 });
            self.call("Input.dispatchKeyEvent", params).await;
        }
    }

    /// Gives the tab the size and touch of a screen.
    pub(crate) async fn show_on(&self, screen: Screen) {
        let params = json!({
            "width": screen.width, "height": screen.height, "deviceScaleFactor": 1,
            "mobile": screen.is_phone,
        });
        self.call("Emulation.setDeviceMetricsOverride", params).await;
    }

    /// Sets whether the person prefers dark colours.
    pub(crate) async fn set_dark(&self, is_dark: bool) {
        let value = if is_dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": value }]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    /// Limits what an origin may store, or lifts the limit.
    pub(crate) async fn limit_storage(&self, origin: &str, bytes: Option<u64>) {
        let mut params = json!({ "origin": origin });
        if let Some(bytes) = bytes {
            params["quotaSize"] = json!(bytes);
        }
        self.call("Storage.overrideQuotaForOrigin", params).await;
    }

    /// Takes a picture into `target/screenshots`.
    pub(crate) async fn screenshot(&self, name: &str) {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
        fs::create_dir_all(&folder).unwrap();
        let params = json!({ "format": "png", "captureBeyondViewport": false });
        let taken = self.call("Page.captureScreenshot", params).await;
        let bytes = BASE64_STANDARD.decode(taken["data"].as_str().unwrap()).unwrap();
        fs::write(folder.join(format!("{name}.png")), bytes).unwrap();
    }

    /// Takes a picture of the whole page, however long it is.
    pub(crate) async fn picture(&self, name: &str) {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
        fs::create_dir_all(&folder).unwrap();
        let taken = self.take_picture(1).await;
        let bytes = BASE64_STANDARD.decode(taken.as_str().unwrap()).unwrap();
        fs::write(folder.join(format!("{name}.png")), bytes).unwrap();
    }

    /// The whole page as a PNG in base64, so many times as large.
    async fn take_picture(&self, scale: u32) -> Value {
        self.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))").await;
        let size = self
            .evaluate(
                "[document.documentElement.clientWidth, document.documentElement.scrollHeight]",
            )
            .await;
        let clip = json!({ "x": 0, "y": 0, "width": size[0], "height": size[1], "scale": scale });
        let params = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        self.call("Page.captureScreenshot", params).await["data"].take()
    }

    /// What a camera reads from the whole page: the text of every square code on it.
    pub(crate) async fn codes(&self) -> Vec<String> {
        // A printer sets several dots for each pixel.
        let taken = self.take_picture(3).await;
        let seen = self
            .evaluate(&format!(
                "(async () => {{
                   const bytes = Uint8Array.from(atob({taken}), it => it.charCodeAt(0));
                   const picture = await createImageBitmap(new Blob([bytes]));
                   const {{width, height}} = picture;
                   const pen = new OffscreenCanvas(width, height).getContext('2d');
                   pen.drawImage(picture, 0, 0);
                   const {{data}} = pen.getImageData(0, 0, width, height);
                   let green = '';
                   for (let at = 1; at < data.length; at += 4) green += String.fromCharCode(data[at]);
                   return [width, height, btoa(green)];
                 }})()"
            ))
            .await;
        let number = |at: usize| usize::try_from(seen[at].as_u64().unwrap()).unwrap();
        let (width, height) = (number(0), number(1));
        let light = BASE64_STANDARD.decode(seen[2].as_str().unwrap()).unwrap();
        let mut picture =
            PreparedImage::prepare_from_greyscale(width, height, |x, y| light[y * width + x]);
        picture.detect_grids().iter().map(|it| it.decode().unwrap().1).collect()
    }

    /// Prints the page, keeps the file, and says how wide and high each sheet is, in points.
    pub(crate) async fn print(&self, name: &str) -> Vec<(f64, f64)> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
        fs::create_dir_all(&folder).unwrap();
        let params = json!({ "preferCSSPageSize": true, "printBackground": true });
        let printed = self.call("Page.printToPDF", params).await;
        let bytes = BASE64_STANDARD.decode(printed["data"].as_str().unwrap()).unwrap();
        fs::write(folder.join(format!("{name}.pdf")), &bytes).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let boxes = text.split("/MediaBox [").skip(1).filter_map(|rest| rest.split(']').next());
        boxes
            .map(|told| {
                let corners: Vec<f64> =
                    told.split_whitespace().map(|it| it.parse().unwrap()).collect();
                (corners[2] - corners[0], corners[3] - corners[1])
            })
            .collect()
    }

    /// Shows the page as it is printed on a sheet of this width, or as usual again.
    pub(crate) async fn show_as_printed(&self, width: Option<u32>, usual: Screen) {
        let media = if width.is_some() { "print" } else { "" };
        self.call("Emulation.setEmulatedMedia", json!({ "media": media, "features": [] })).await;
        let screen = match width {
            Some(width) => Screen { name: "paper", width, height: 1000, is_phone: false },
            None => usual,
        };
        self.show_on(screen).await;
    }

    /// Takes pictures on both screens, light and dark, and leaves the tab on the given screen.
    pub(crate) async fn screenshots(&self, name: &str, usual: Screen) {
        for screen in [TABLET, PHONE] {
            for (tone, is_dark) in [("light", false), ("dark", true)] {
                self.show_on(screen).await;
                self.set_dark(is_dark).await;
                self.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
                    .await;
                self.screenshot(&format!("{name}-{}-{tone}", screen.name)).await;
            }
        }
        self.show_on(usual).await;
        self.set_dark(false).await;
    }
}

/// An expression for the first element that a selector finds.
pub(crate) fn element(selector: &str) -> String {
    format!("document.querySelector({})", json!(selector))
}
