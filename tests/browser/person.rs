//! What people do with the app, in their own words.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{
    chromium::Browser,
    example::Step,
    house::House,
    page::{Page, Screen},
};

/// A person, as the app is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Person {
    pub(crate) name: &'static str,
    pub(crate) device: &'static str,
    pub(crate) passphrase: &'static str,
}

pub(crate) const ADMIN: Person =
    Person {
        name: "管理者 山本", device: "事務所のパソコン", passphrase: "yama-no-ue-no-kumo-1"
    };
pub(crate) const CONSULTANT: Person =
    Person {
        name: "髙梨", device: "髙梨のタブレット", passphrase: "kawa-no-nagare-no-oto-2"
    };
pub(crate) const SAEKI: Person = Person {
    name: "佐伯 悠真",
    device: "佐伯のスマートフォン",
    passphrase: "kouba-no-oto-wo-kiku-3",
};

/// The last section of a note: what lies below the screen comes after the first picture.
const WHOLE: &str = "[data-section=summary]";

/// A device in somebody's hands: a browser with one tab.
#[derive(Debug)]
pub(crate) struct Device {
    pub(crate) browser: Browser,
    pub(crate) page: Page,
}

impl Device {
    /// Takes out a device, and opens an address of the house on it.
    pub(crate) async fn open(house: &House, profile: &str, screen: Screen, url: &str) -> Self {
        let browser = house.browser(profile).await;
        Self::open_in(browser, screen, url).await
    }

    /// The same without a network.
    pub(crate) async fn open_offline(
        house: &House,
        profile: &str,
        screen: Screen,
        url: &str,
    ) -> Self {
        let browser = house.browser(profile).await;
        browser.set_offline(true).await;
        Self::open_in(browser, screen, url).await
    }

    async fn open_in(browser: Browser, screen: Screen, url: &str) -> Self {
        let page = browser.open("about:blank").await;
        page.show_on(screen).await;
        page.go(url).await;
        page.wait_for("document.documentElement.dataset.build").await;
        Self { browser, page }
    }

    /// Fills in the form of a newcomer and sends it.
    pub(crate) async fn introduce(&self, person: Person, button: &str) {
        let page = &self.page;
        page.wait_for_element(&id(button)).await;
        if !matches!(button, "link-device" | "recover") {
            page.replace(&id("name"), person.name).await;
        }
        page.replace(&id("device-name"), person.device).await;
        page.replace(&id("passphrase"), person.passphrase).await;
        page.replace(&id("passphrase-repeat"), person.passphrase).await;
        page.click(&id(button)).await;
    }

    /// Joins, and waits until the device is open for work.
    pub(crate) async fn join(&self, person: Person, button: &str) {
        self.introduce(person, button).await;
        self.wait_for_gate("open").await;
    }

    pub(crate) async fn wait_for_gate(&self, gate: &str) {
        self.page.wait_for(&format!("document.body.dataset.gate === {gate:?}")).await;
    }

    pub(crate) async fn wait_for_badge(&self, badge: &str) {
        self.page.wait_for(&format!("document.body.dataset.badge === {badge:?}")).await;
    }

    pub(crate) async fn unlock(&self, person: Person) {
        self.wait_for_gate("locked").await;
        self.page.replace(&id("passphrase"), person.passphrase).await;
        self.page.click(&id("unlock")).await;
        self.wait_for_gate("open").await;
    }

    /// The link for somebody who is to join in a role, as the form on this page makes it.
    pub(crate) async fn invite(&self, name: &str, role: Option<&str>) -> String {
        let page = &self.page;
        if let Some(role) = role {
            page.click(&format!("label:has({})", id(&format!("role-{role}")))).await;
        }
        page.replace(&id("invite-name"), name).await;
        page.click(&id("invite")).await;
        self.take_secret().await
    }

    /// The code that links a further device.
    pub(crate) async fn make_device_code(&self) -> String {
        self.page.click(&id("nav-devices")).await;
        self.page.click(&id("make-device-code")).await;
        self.take_secret().await
    }

    async fn take_secret(&self) -> String {
        let secret = id("invitation-secret");
        self.page.wait_for_element(&secret).await;
        let told = self.page.value(&secret).await;
        self.page.click(&id("invitation-done")).await;
        self.page.wait_for(&format!("!document.querySelector({})", json!(secret))).await;
        told
    }

    /// Opens a case for somebody who has joined, and waits until it is listed.
    pub(crate) async fn open_case(&self, name: &str) {
        let page = &self.page;
        let row = format!(
            "[...document.querySelectorAll('[data-testid=person]')]
               .find(it => it.innerText.includes({}))",
            json!(name)
        );
        page.wait_for(&format!("({row})?.querySelector('[data-testid=open-case]')")).await;
        page.evaluate(&format!("({row}).querySelector('[data-testid=open-case]').click()")).await;
        page.wait_for(&case_card(name)).await;
    }

    /// Adds an interview to a case; the id of its note, which is then on the screen.
    pub(crate) async fn add_interview(&self, name: &str) -> String {
        let page = &self.page;
        page.click(&id("nav-home")).await;
        page.wait_for(&case_card(name)).await;
        let add = "querySelector('[data-testid=add-interview]').click()";
        page.evaluate(&format!("({}).{add}", case_card(name))).await;
        page.wait_for("location.pathname.startsWith('/note/')").await;
        page.wait_for_element(WHOLE).await;
        let path = page.evaluate("location.pathname").await;
        String::from(path.as_str().unwrap().trim_start_matches("/note/"))
    }

    /// Goes to a note over the first page.
    pub(crate) async fn open_note(&self, note: &str) {
        let link = format!("[data-testid=open-note][href$={note:?}]");
        self.page.click(&id("nav-home")).await;
        self.page.click(&link).await;
        self.page.wait_for_element(WHOLE).await;
    }

    /// Fills in a note that is on the screen.
    pub(crate) async fn write(&self, steps: &[Step]) {
        for step in steps {
            self.take_step("[data-testid=note]", "=", "", step).await;
        }
    }

    /// `within` holds the field; its path is compared by `matches` after `before`.
    async fn take_step(&self, within: &str, matches: &str, before: &str, step: &Step) {
        let page = &self.page;
        let find = |field: &str| format!("[data-field{matches}\"{before}{field}\"]");
        let text_box = |field: &str| format!("{within} :is(input, textarea){}", find(field));
        match step {
            Step::Text(field, text) => page.fill(&text_box(field), text).await,
            Step::Composed(field, steps) => {
                page.focus(&text_box(field)).await;
                page.compose(steps).await;
            }
            Step::Code(field, code) => {
                let group = format!("{within} fieldset{}", find(field));
                page.click(&format!("{group} label:has(input[value={code:?}])")).await;
                page.wait_for_element(&format!("{group} label:has(input[value={code:?}]:checked)"))
                    .await;
            }
            Step::Flag(field) => {
                let check = format!("{within} label:has(input{})", find(field));
                page.click(&check).await;
                page.wait_for_element(&format!("{within} label:has(input{}:checked)", find(field)))
                    .await;
            }
            Step::Time(field, time) => {
                page.fill(&text_box(field), time).await;
                page.evaluate("document.activeElement.blur()").await;
            }
            Step::When(field, when) => page.choose(&text_box(field), when).await,
            Step::Item(list, steps) => Box::pin(self.add_item(list, steps)).await,
        }
    }

    async fn add_item(&self, list: &str, steps: &[Step]) {
        let page = &self.page;
        let rows = format!("fieldset[data-field={list:?}] > ol > li");
        let count = format!("document.querySelectorAll({}).length", json!(rows));
        let next = page.evaluate(&count).await.as_u64().unwrap() + 1;
        page.click(&format!("fieldset[data-field={list:?}] [data-testid=add-item]")).await;
        let row = format!("{rows}:nth-child({next})");
        page.wait_for_element(&row).await;
        for step in steps {
            self.take_step(&row, "$=", "/", step).await;
        }
    }

    /// Everything in the note on the screen, by the path of each field.
    pub(crate) async fn note(&self) -> Value {
        self.page.evaluate(NOTE).await
    }

    /// Waits until the note on the screen holds exactly this.
    pub(crate) async fn wait_for_note(&self, expected: &Value) {
        for _ in 0..300 {
            if self.note().await == *expected {
                return;
            }
            sleep(Duration::from_millis(100)).await;
        }
        let shown = self.note().await;
        let (shown, expected) = (shown.as_object().unwrap(), expected.as_object().unwrap());
        for name in shown.keys().chain(expected.keys()) {
            assert_eq!(shown.get(name), expected.get(name), "{name}");
        }
    }

    /// Waits until the note on the screen is somewhere: `unsaved`, `kept`, `sent`.
    pub(crate) async fn wait_for_whereabouts(&self, whereabouts: &str) {
        self.page.wait_for_element(&format!("[data-whereabouts={whereabouts:?}]")).await;
    }

    /// Hands the summary of the note on the screen over.
    pub(crate) async fn offer_summary(&self) {
        self.page.click(&id("offer-summary")).await;
        self.page.click(&id("confirm-offer")).await;
        self.page.wait_for_element("[data-offer=current]").await;
    }
}

const NOTE: &str = "(() => {
    const found = document.querySelectorAll('[data-testid=note] [data-field]');
    return Object.fromEntries([...found].map(it => {
      const chosen = [...it.querySelectorAll(':scope > :is(.chips, .steps) input:checked')];
      const items = [...it.querySelectorAll(':scope > ol > li')];
      const value = it.matches('[type=checkbox]') ? it.checked
        : it.matches('input, textarea') ? it.value
        : items.length ? items.map(item => item.dataset.item)
        : chosen.map(input => input.value);
      return [it.dataset.field, value];
    }));
  })()";

/// A selector for what has a test id.
pub(crate) fn id(test_id: &str) -> String {
    format!("[data-testid={test_id:?}]")
}

/// An expression for the card of somebody's case.
fn case_card(name: &str) -> String {
    format!(
        "[...document.querySelectorAll('[data-testid=case]')]
           .find(it => it.innerText.includes({}))",
        json!(name)
    )
}
