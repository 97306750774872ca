//! One's own devices.

use engine::{command::Command, view::DeviceRow};

use super::{bars, export, kit, opening};
use crate::{
    app::stage::Stage,
    port,
    text::words,
    watched::Derived,
    widgets::{
        html::{self, Child as _, View},
        icon,
        part::{self, Weight},
    },
};

/// The page.
pub fn devices(stage: Stage) -> View {
    let words = &words().devices;
    let devices = Derived::new(move || stage.home.with(|home| home.devices.clone()));
    let list = move || {
        devices.with(|devices| {
            let rows = devices.iter().map(device);
            html::ul().class("rows card").child(rows.collect::<Vec<_>>()).into_child()
        })
    };
    let make = || port::send(&Command::MakeDeviceCode);
    html::div()
        .class("page page-narrow")
        .attr("data-testid", "devices")
        .child((
            html::h1().child(words.title),
            html::p().class("lead").child(words.lead),
            list,
            html::section().class("card form").aria_labelledby("add-device-title").child((
                html::h2().id("add-device-title").child(words.add),
                html::p().class("hint").child(words.add_lead),
                part::icon_button(
                    Weight::Primary,
                    "make-device-code",
                    icon::KEY,
                    words.make_code,
                    make,
                ),
            )),
            kit::section(stage),
            export::section(stage),
            opening::section(stage),
            bars::advice(stage),
        ))
        .into_child()
}

fn device(row: &DeviceRow) -> View {
    let words = &words().devices;
    let name = if row.name.is_empty() { words.unnamed.to_owned() } else { row.name.clone() };
    let this = row.is_this.then(|| html::span().class("pill").child(words.this));
    let lost = row.device;
    let revoke = (!row.is_this).then(|| {
        let go = move || port::send(&Command::RevokeDevice(lost));
        part::sure_button("revoke-device", words.revoke.to_owned(), words.revoke_question, go)
    });
    html::li()
        .class("row")
        .attr("data-testid", "device")
        .child((
            icon::icon(icon::DEVICE),
            html::span()
                .class("row-words")
                .child(html::span().class("row-title").attr("translate", "no").child(name)),
            this,
            revoke,
        ))
        .into_child()
}
