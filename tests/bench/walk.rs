//! Goes from page to page as a consultant does, along every way that leads to a page of a new kind.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};

use crate::{page::Page, person::Device, toll::Toll};

/// Notices when the page was drawn last, and what of it is on the screen, and tells it once nothing
/// changed for a while. What is looked at after a picture costs the page no layout of its own.
const WATCH: &str = "(() => {
    if (window.walk) return;
    const walk = window.walk = {began: 0, last: 0, drawn: 0, shown: 0, hold: 600};
    const fresh = new Set();
    const isSeen = node => node.nodeType === Node.ELEMENT_NODE
      || node.nodeType === Node.TEXT_NODE && node.data.trim() !== '';
    const isOnScreen = node => {
      if (!isSeen(node)) return false;
      const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
      const box = element?.getBoundingClientRect();
      return box && box.width * box.height > 0 && box.bottom > 0 && box.top < innerHeight
        && element.checkVisibility();
    };
    new MutationObserver(records => {
      walk.last = performance.now();
      for (const it of records) {
        for (const node of it.addedNodes) fresh.add(node);
        // Where something was taken away, or a text is another.
        if (it.type === 'characterData' || [...it.removedNodes].some(isSeen)) fresh.add(it.target);
      }
      // What is done first after the picture, before what the page does then.
      const after = () => {
        walk.drawn = performance.now();
        if ([...fresh].some(isOnScreen)) walk.shown = walk.drawn;
        fresh.clear();
      };
      requestAnimationFrame(() => scheduler.postTask(after, {priority: 'user-blocking'}));
    }).observe(document.getElementById('main'), {
      subtree: true, childList: true, characterData: true,
    });
    addEventListener('click', event => walk.began = event.timeStamp, true);
    walk.isCalm = () => walk.last > walk.began && walk.drawn > walk.last
      && performance.now() - walk.last > walk.hold;
    walk.took = () => [walk.shown - walk.began, walk.drawn - walk.began];
    walk.links = () => [...document.querySelectorAll('a[href^=\"/\"]')]
      .filter(it => it.checkVisibility()).map(it => it.getAttribute('href'));
    walk.mark = href => {
      const links = [...document.querySelectorAll('a[href^=\"/\"]')];
      for (const it of links) delete it.dataset.walk;
      links.find(it => it.checkVisibility() && it.getAttribute('href') === href).dataset.walk = '';
    };
  })()";

/// A page and the ways from it to pages of kinds that no way before it led to.
#[derive(Debug)]
struct Place {
    path: String,
    name: String,
    ways: Vec<usize>,
}

/// How long a change of the page took, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    /// Until everything on the screen was drawn for the last time.
    pub(crate) shown: f64,
    /// The same of what lies below the screen, too.
    pub(crate) whole: f64,
    /// What it took of the processors.
    pub(crate) paid: f64,
}

/// What each change of the page took, by its name.
pub(crate) type Changes = BTreeMap<String, Vec<Change>>;

/// Every kind of page that can be gone to from the first one, and the ways there.
#[derive(Debug)]
pub(crate) struct Walk {
    places: Vec<Place>,
    /// Pages that say that their document is not on the device.
    pub(crate) absent: Vec<String>,
}

impl Walk {
    /// Looks at every page once. Of each kind it takes the first page, but of notes the given one.
    pub(crate) async fn explore(page: &Page, note: &str) -> Self {
        let first = Place { path: String::from("/"), name: String::from("today"), ways: vec![] };
        let mut walk = Self { places: vec![first], absent: vec![] };
        let mut next = VecDeque::from([vec![0]]);
        page.evaluate(WATCH).await;
        while let Some(trail) = next.pop_front() {
            for at in trail.get(1..).unwrap_or_default() {
                follow(page, &walk.places[*at].path).await;
            }
            let here = *trail.last().unwrap();
            if page.evaluate("!!document.querySelector('[data-testid=not-here]')").await == true {
                walk.absent.push(walk.places[here].name.clone());
            } else {
                let links = page.evaluate("walk.links()").await;
                for place in walk.add(here, &links, note) {
                    next.push_back([trail.as_slice(), &[place]].concat());
                }
            }
            for at in trail.iter().rev().skip(1) {
                back(page, &walk.places[*at].path).await;
            }
        }
        walk
    }

    /// The pages of new kinds that links lead to.
    fn add(&mut self, here: usize, links: &Value, note: &str) -> Vec<usize> {
        let mut added = vec![];
        for link in links.as_array().unwrap() {
            let path = link.as_str().unwrap();
            let name = self.name(here, path);
            let is_other_note = name == "note" && !path.ends_with(note);
            if name == "today" || is_other_note || self.places.iter().any(|it| it.name == name) {
                continue;
            }
            self.places.push(Place { path: path.to_owned(), name, ways: vec![] });
            let place = self.places.len() - 1;
            self.places[here].ways.push(place);
            added.push(place);
        }
        added
    }

    /// The kind of a page. What is filled in as a form is of a kind by what leads there.
    fn name(&self, here: usize, path: &str) -> String {
        let kind = path.split('/').nth(1).unwrap_or_default();
        match kind {
            "" => String::from("today"),
            "form" => format!("{}'s form", self.places[here].name),
            kind => kind.to_owned(),
        }
    }

    /// How many kinds of pages there are.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// Goes everywhere once and back.
    pub(crate) async fn go(&self, device: &Device, changes: &mut Changes) {
        let page = &device.page;
        // Each step is one way there, or the way back.
        let mut steps = vec![];
        self.plan(0, &mut steps);
        for (from, to, is_back) in steps {
            let (from, to) = (&self.places[from], &self.places[to]);
            let toll = Toll::of(device.browser.group());
            if is_back {
                back(page, &to.path).await;
            } else {
                follow(page, &to.path).await;
            }
            let name = if is_back {
                format!("{} (back from {})", to.name, from.name)
            } else {
                to.name.clone()
            };
            changes.entry(name).or_default().push(changed(page, &toll).await);
        }
    }

    fn plan(&self, here: usize, steps: &mut Vec<(usize, usize, bool)>) {
        for way in &self.places[here].ways {
            if self.absent.contains(&self.places[*way].name) {
                continue;
            }
            steps.push((here, *way, false));
            self.plan(*way, steps);
            steps.push((*way, here, true));
        }
    }
}

/// Presses a link.
async fn follow(page: &Page, path: &str) {
    page.wait_for(&format!("walk.links().includes({})", json!(path))).await;
    page.evaluate(&format!("walk.mark({})", json!(path))).await;
    page.click("[data-walk]").await;
    arrive(page, path).await;
}

/// Goes back as the browser does.
async fn back(page: &Page, path: &str) {
    page.evaluate("walk.began = performance.now(); history.back()").await;
    arrive(page, path).await;
}

async fn arrive(page: &Page, path: &str) {
    page.wait_for(&format!("location.pathname === {} && walk.isCalm()", json!(path))).await;
}

/// Presses a button of a page.
pub(crate) async fn press(device: &Device, selector: &str, changes: &mut Changes, name: &str) {
    device.page.evaluate(WATCH).await;
    let toll = Toll::of(device.browser.group());
    device.page.click(selector).await;
    device.page.wait_for("walk.isCalm()").await;
    changes.entry(name.to_owned()).or_default().push(changed(&device.page, &toll).await);
}

/// What the change took that has just been made.
async fn changed(page: &Page, toll: &Toll) -> Change {
    let took = page.evaluate("walk.took()").await;
    let [shown, whole] = [0, 1].map(|at| took[at].as_f64().unwrap());
    Change { shown, whole, paid: toll.paid_ms() }
}
