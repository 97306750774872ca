//! Placeholders in `index.html` and `sw.js`: `{{name}}`.

use anyhow::{Result, bail};

/// Puts the values where the names stand. A required name that is absent, or a placeholder
/// nobody knows, is a mistake in the template.
pub(crate) fn fill(
    template: &str,
    required: &[(&str, &str)],
    optional: &[(&str, &str)],
) -> Result<String> {
    let mut text = template.to_owned();
    for (name, value) in required {
        let placeholder = placeholder(name);
        if !text.contains(&placeholder) {
            bail!("雛形に {placeholder} がありません / the template lacks {placeholder}");
        }
        text = text.replace(&placeholder, value);
    }
    for (name, value) in optional {
        text = text.replace(&placeholder(name), value);
    }
    if let Some((_, rest)) = text.split_once("{{") {
        let name = rest.split("}}").next().unwrap_or_default();
        bail!("雛形に知らない名前があります / the template has an unknown name: {{{{{name}}}}}");
    }
    // A template that writes a slash before an address would name another host.
    if text.contains("=\"//") {
        bail!("アドレスの前に余分な / があります / an address begins with two slashes");
    }
    Ok(text)
}

fn placeholder(name: &str) -> String {
    format!("{{{{{name}}}}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_filled() {
        let page = "<html data-build=\"{{build}}\"><i a=\"{{boot}}\" b='{{build}}'>";

        let filled = fill(page, &[("build", "b1"), ("boot", "/boot.js")], &[]).unwrap();

        assert_eq!(filled, "<html data-build=\"b1\"><i a=\"/boot.js\" b='b1'>");
    }

    #[test]
    fn a_template_without_a_required_place_is_refused() {
        let error = fill("<html>", &[("boot", "/boot.js")], &[]).unwrap_err();

        assert!(error.to_string().contains("{{boot}}"), "{error}");
    }

    #[test]
    fn an_optional_place_may_be_absent_and_an_unknown_one_may_not_be_present() {
        assert_eq!(fill("x", &[], &[("wasm", "/a.wasm")]).unwrap(), "x");
        assert!(fill("{{surprise}}", &[], &[]).unwrap_err().to_string().contains("surprise"));
    }

    #[test]
    fn an_address_on_another_host_cannot_slip_in() {
        assert!(fill("<script src=\"/{{boot}}\">", &[("boot", "/boot.js")], &[]).is_err());
    }
}
