//! Going from page to page.

use engine::{Pace, command::Command};
use harness::station::Station;
use serde_json::{Value, json};
use shared::log::org::Role;

use crate::{
    hostile::{self, Stage},
    house::House,
    page::{NARROW, Page},
    person::id,
};

/// Remembers what the page asks the worker for, as text.
const ASKED: &str = "(() => {
    const asked = window.asked = [];
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (...all) {
      asked.push(JSON.stringify(all, (_, it) => ArrayBuffer.isView(it) ? [...it] : it));
      return post.apply(this, all);
    };
  })()";

/// Remembers how many sections of a note there are at each picture, and whether it was ever said that
/// the note is not here.
const SECTIONS: &str = "(() => {
    const seen = window.seen = { counts: [], isMissed: false };
    const look = () => {
      const count = document.querySelectorAll('[data-section]').length;
      if (count > 0 && count !== seen.counts.at(-1)) seen.counts.push(count);
      requestAnimationFrame(look);
    };
    look();
    new MutationObserver(() => {
      seen.isMissed ||= !!document.querySelector('[data-testid=not-here]');
    }).observe(document.getElementById('main'), { subtree: true, childList: true });
  })()";

/// Presses the last entry of a note's list as soon as it is there, and keeps whether its section is.
const AT_ONCE: &str = "{
    const watch = new MutationObserver(() => {
      const entry = document.querySelector('[data-testid=section-summary]');
      if (!entry) return;
      watch.disconnect();
      window.there = !!document.getElementById('section-summary');
      entry.click();
    });
    watch.observe(document, {subtree: true, childList: true});
  }";

/// Remembers how many cases the first page shows at each picture, and where the last of them is.
const CASES: &str = "(() => {
    const seen = window.cases = [];
    const look = () => {
      const cases = [...document.querySelectorAll('[data-testid=case]')];
      const last = window.last && cases.at(-1)?.dataset.case === window.last
        ? Math.round(cases.at(-1).getBoundingClientRect().top) : null;
      const now = JSON.stringify([cases.length, last]);
      if (cases.length > 0 && now !== JSON.stringify(seen.at(-1))) seen.push(JSON.parse(now));
      requestAnimationFrame(() => setTimeout(look));
    };
    look();
  })()";

/// What the page asked for since it was looked at last.
async fn asked(page: &Page) -> Vec<String> {
    // Longer than something is on its way, so that what is looked for again is seen, too.
    page.evaluate("new Promise(done => setTimeout(done, 600))").await;
    serde_json::from_value(page.evaluate("window.asked.splice(0)").await).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_asks_once_for_each_of_its_documents() {
    let Some(house) = House::open() else { return };
    let Stage { tablet, .. } = hostile::stage(&house, 0).await;
    tablet.page.click(&id("back-home")).await;
    tablet.page.wait_for_element(&id("see-case")).await;

    tablet.page.evaluate(ASKED).await;
    tablet.page.click(&id("see-case")).await;
    tablet.page.wait_for_element("#glance").await;

    let asked = asked(&tablet.page).await;
    let mut once = asked.clone();
    once.sort_unstable();
    once.dedup();
    assert!(asked.len() > 1, "a case is more than one document: {asked:?}");
    assert_eq!(asked.len(), once.len(), "{asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_not_asked_for_again_by_whoever_goes_back_to_it() {
    let Some(house) = House::open() else { return };
    let Stage { tablet, .. } = hostile::stage(&house, 0).await;
    let page = &tablet.page;
    page.evaluate(ASKED).await;
    page.click(&id("back-home")).await;
    page.wait_for_element(&id("see-case")).await;
    page.click(&id("see-case")).await;
    page.wait_for_element("#glance").await;
    assert_eq!(page.evaluate("document.activeElement.id").await, "main", "it is read out next");
    assert!(asked(page).await.len() > 1, "a case is more than one document");

    page.click("a[href^='/risk/']").await;
    page.wait_for("!document.querySelector('#glance')").await;
    page.click("a[href^='/form/']").await;
    page.wait_for("location.pathname.startsWith('/form/')").await;
    page.evaluate("history.go(-2)").await;
    page.wait_for_element("#glance").await;

    assert_eq!(asked(page).await, [""; 0]);
    page.evaluate("history.back()").await;
    page.wait_for_element(&id("see-case")).await;
    assert!(asked(page).await.len() > 1, "what leads to no case keeps none open");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_begins_with_what_is_on_the_screen_and_is_whole_a_moment_later() {
    let Some(house) = House::open() else { return };
    let Stage { tablet, healthy, .. } = hostile::stage(&house, 0).await;
    tablet.page.click(&id("back-home")).await;
    tablet.page.wait_for_element(&id("see-case")).await;

    tablet.page.evaluate(SECTIONS).await;
    tablet.open_note(&healthy).await;
    tablet.page.wait_for("window.seen.counts.length > 1").await;

    let seen = tablet.page.evaluate("window.seen").await;
    assert_eq!(seen["counts"], json!([2, 11]));
    assert_eq!(seen["isMissed"], Value::Bool(false), "it was a moment away");
    tablet.page.click(&id("section-summary")).await;
    let focused = "document.activeElement.id === 'section-summary'";
    tablet.page.wait_for(focused).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_section_is_gone_to_before_it_is_there() {
    let Some(house) = House::open() else { return };
    let Stage { tablet, healthy, .. } = hostile::stage(&house, 0).await;
    tablet.page.click(&id("back-home")).await;
    tablet.page.wait_for_element(&id("see-case")).await;

    tablet.page.evaluate(AT_ONCE).await;
    tablet.open_note(&healthy).await;

    tablet.page.wait_for("document.activeElement.id === 'section-summary'").await;
    assert_eq!(tablet.page.evaluate("window.there").await, Value::Bool(false));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_goes_back_is_where_they_were() {
    let Some(house) = House::open() else { return };
    let Stage { tablet, .. } = hostile::stage(&house, 0).await;
    let page = &tablet.page;
    page.show_on(NARROW).await;
    page.click(&id("back-home")).await;
    page.wait_for_element(&id("see-case")).await;
    page.evaluate("new Promise(done => setTimeout(done, 300))").await;
    page.evaluate("scrollTo({top: 1e6, behavior: 'instant'})").await;
    let left = page.evaluate("scrollY").await;
    assert!(left.as_f64().unwrap() > 300.0, "{left}");

    page.evaluate("document.querySelector('[data-testid=see-case]').click()").await;
    page.wait_for_element("#glance").await;
    page.wait_for("scrollY === 0").await;
    page.evaluate("history.back()").await;

    page.wait_for_element(&id("see-case")).await;
    page.wait_for(&format!("Math.abs(scrollY - {left}) < 2")).await;
    page.evaluate("history.forward()").await;
    page.wait_for_element("#glance").await;
    page.wait_for("scrollY === 0").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_page_begins_with_some_cases_and_has_all_a_moment_later() {
    let Some(house) = House::open() else { return };
    let Stage { tablet, mut laptop, .. } = hostile::stage(&house, 0).await;
    for number in 2..=8 {
        let name = format!("従業員 {number}");
        let link = laptop.invite(Role::Employee, &name).await.unwrap();
        let mut phone = Station::new(&name, &house.origin, Pace::Coalesce { wait_ms: 0 });
        phone.arrive(&link, &name).await.unwrap();
        let account = laptop.joined(&name).await.unwrap();
        laptop.ask(Command::OpenCase(account));
        laptop.until("it has a case", |it| it.screen.home.cases.len() == number).await.unwrap();
    }
    laptop.until_sent().await.unwrap();
    let page = &tablet.page;
    page.evaluate(CASES).await;
    let there = "window.cases.at(-1)?.[0] === 8";
    page.click(&id("back-home")).await;
    page.wait_for(there).await;

    page.evaluate("window.cases.length = 0").await;
    page.evaluate("document.querySelectorAll('[data-testid=see-case]')[0].click()").await;
    page.wait_for_element("#glance").await;
    page.click(&id("back-home")).await;
    page.wait_for(there).await;
    assert_eq!(page.evaluate("window.cases").await, json!([[6, null], [8, null]]));

    // One below the other, so that the first ones are above the screen.
    page.show_on(NARROW).await;
    page.evaluate("scrollTo({top: 1e6, behavior: 'instant'})").await;
    let last = "[...document.querySelectorAll('[data-testid=case]')].at(-1)";
    page.evaluate(&format!("window.last = {last}.dataset.case")).await;
    let top = page.evaluate(&format!("Math.round({last}.getBoundingClientRect().top)")).await;
    page.evaluate("document.querySelectorAll('[data-testid=see-case]')[7].click()").await;
    page.wait_for_element("#glance").await;
    page.evaluate("window.cases.length = 0").await;
    page.evaluate("history.back()").await;
    page.wait_for(there).await;
    let seen = page.evaluate("window.cases").await;
    let seen: Vec<(u64, Value)> = serde_json::from_value(seen).unwrap();
    assert!(seen.len() > 1 && seen[0].0 < 8, "not those above the screen: {seen:?}");
    assert!(seen.iter().all(|(_, at)| *at == top), "it jumped from {top}: {seen:?}");
}
