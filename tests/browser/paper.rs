//! What is printed: sheets of A4, and nothing on them wider than they are, or cut off.

use serde_json::Value;

use crate::page::{Page, Screen};

/// A4 in points.
const A4: (f64, f64) = (595.28, 841.89);
/// What is left of its width between the margins, in pixels of 1/96 inch.
const PRINTED: u32 = 657;

/// Whatever reaches over the edge of the paper, or does not fit into what holds it.
const CUT: &str = "(() => {
    const cut = [];
    const say = (what, it) => cut.push(what + ': ' + it.outerHTML.slice(0, 200));
    let seen = 0;
    for (const it of document.querySelectorAll('body *')) {
      if (!it.checkVisibility() || it.closest('.visually-hidden')) continue;
      const box = it.getBoundingClientRect();
      if (!box.width || !box.height) continue;
      seen += 1;
      if (box.left < -1 || box.right > innerWidth + 1) say('over the edge', it);
      const hides = getComputedStyle(it).overflow !== 'visible';
      const isHigh = hides && it.scrollHeight > it.clientHeight + 1;
      const isWide = it.clientWidth > 0 && it.scrollWidth > it.clientWidth + 1;
      if (!(it instanceof SVGElement) && (isWide || isHigh)) say('cut off', it);
      if (it.matches('button, nav, [data-act]')) say('to be pressed on paper', it);
    }
    for (const it of document.querySelectorAll('dialog[open]'))
      if (getComputedStyle(it, '::backdrop').display !== 'none') say('dark around', it);
    if (!seen) cut.push('an empty sheet');
    return cut;
  })()";

/// Prints the page and checks what comes out; how many sheets.
pub(crate) async fn print(page: &Page, name: &str, usual: Screen) -> usize {
    page.show_as_printed(Some(PRINTED), usual).await;
    let cut = page.evaluate(CUT).await;
    page.picture(&format!("{name}-printed")).await;
    page.show_as_printed(None, usual).await;
    assert_eq!(cut, Value::Array(Vec::new()), "{name}");

    let sheets = page.print(name).await;
    for (width, height) in &sheets {
        let is_a4 = (width - A4.0).abs() < 1.0 && (height - A4.1).abs() < 1.0;
        assert!(is_a4, "{name}: {width} by {height}");
    }
    sheets.len()
}

/// What a camera reads from the printed page.
pub(crate) async fn codes(page: &Page, usual: Screen) -> Vec<String> {
    page.show_as_printed(Some(PRINTED), usual).await;
    let codes = page.codes().await;
    page.show_as_printed(None, usual).await;
    codes
}
