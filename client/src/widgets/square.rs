//! A text as a square code for a camera.

use qrcodegen::{QrCode, QrCodeEcc};

use super::html::{self, Child as _, View};

/// How many light modules surround the code, as its standard asks.
const QUIET: i32 = 4;

/// The code, dark on light whatever the theme; nothing for a text that is too long for one.
pub fn square(text: &str, label: &'static str) -> Option<View> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let side = code.size() + 2 * QUIET;
    Some(
        html::svg()
            .attr("viewBox", format!("0 0 {side} {side}"))
            .attr("class", "square")
            .attr("role", "img")
            .attr("aria-label", label)
            .attr("data-testid", "square")
            .attr("shape-rendering", "crispEdges")
            .child((
                html::path().attr("class", "square-light").attr("d", light(side)),
                html::path().attr("class", "square-dark").attr("d", dark(&code)),
            ))
            .into_child(),
    )
}

fn light(side: i32) -> String {
    format!("M0 0h{side}v{side}H0z")
}

/// A bar for each run of dark modules in a row.
fn dark(code: &QrCode) -> String {
    let mut bars = vec![];
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let start = x;
            while code.get_module(x, y) {
                x += 1;
            }
            if x > start {
                bars.push(format!(
                    "M{} {}h{}v1H{}z",
                    start + QUIET,
                    y + QUIET,
                    x - start,
                    start + QUIET
                ));
            }
            x += 1;
        }
    }
    bars.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dark_module_is_drawn_once() {
        let code = QrCode::encode_text("kit.abc", QrCodeEcc::Medium).unwrap();
        let area: i32 = dark(&code)
            .split('M')
            .filter_map(|bar| bar.split_once('h')?.1.split_once('v')?.0.parse::<i32>().ok())
            .sum();
        let mut expected = 0;
        for y in 0..code.size() {
            expected += (0..code.size()).map(|x| i32::from(code.get_module(x, y))).sum::<i32>();
        }
        assert!(expected > 100);
        assert_eq!(area, expected);
    }
}
