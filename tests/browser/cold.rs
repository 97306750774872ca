//! A consultant's new tablet in a browser, linked after years of the sample firm: everything opens.
//!
//! `COLD=full` takes all of the firm and all four consultants, and says what it took; a test run has
//! time for a part of the firm and one of them. How many bytes that is, the program `cold` says.

use std::{env, time::Instant};

use harness::sample::replay::{Extent, Replay};
use serde_json::json;

use crate::{
    house::House,
    page::TABLET,
    person::{Device, Person, id},
};

const CONSULTANT: Person = Person {
    name: "",
    device: "新しいタブレット",
    passphrase: "はるのうみ ひねもすのたり のたりかな",
};

#[tokio::test(flavor = "multi_thread")]
async fn years_of_the_sample_firm_open_on_a_new_tablet() {
    let is_full = env::var_os("COLD").is_some_and(|it| it == "full");
    let (extent, consultants) = if is_full { (Extent::Whole, 4) } else { (Extent::Part, 1) };
    let began = moment();
    let replay = Replay::of(extent);
    println!("the firm was lived through in {:.1} s", began.elapsed().as_secs_f64());
    let Some(house) = House::open_on(|data| replay.move_in(data).unwrap()) else { return };
    for staff in 0..consultants {
        link(&house, &replay, staff).await;
    }
}

/// Links a new tablet of a member of the staff, and looks that it shows every case of the old one.
async fn link(house: &House, replay: &Replay, staff: usize) {
    let mut tablet = replay.station(replay.tablet_of(staff), &house.origin);
    tablet.until("the tablet is open", |it| it.screen.is_open()).await.unwrap();
    tablet.until_sent().await.unwrap();
    let code = tablet.device_code().await.unwrap();
    let url = format!("{}/#{code}", house.origin);
    let device = Device::open(house, &format!("fresh-{staff}"), TABLET, &url).await;
    device.page.wait_for_element(&id("link-device")).await;
    let idle_mb = device.browser.peak_mb();
    let began = moment();
    let opening = async {
        device.introduce(CONSULTANT, "link-device").await;
        device.wait_for_gate("open").await;
        let open = began.elapsed().as_secs_f64();
        let whole = "document.querySelector('[data-testid=opening]')?.dataset.whole === 'true'";
        device.page.wait_for(whole).await;
        (open, began.elapsed().as_secs_f64())
    };
    // The old tablet hands over the keys meanwhile.
    let helping = async {
        loop {
            tablet.turn_until_quiet().await.unwrap();
        }
    };
    let (open, whole) = tokio::select! {
        times = opening => times,
        () = helping => unreachable!("a loop"),
    };
    let cases = &tablet.screen.home.cases;
    let shown = format!("document.querySelectorAll({}).length", json!(id("case")));
    device.page.click(&id("nav-home")).await;
    device.page.wait_for(&format!("{shown} === {}", cases.len())).await;
    let seen = device.page.text("body").await;
    assert!(!cases.is_empty() && cases.iter().all(|it| seen.contains(&it.employee_name)));
    device.page.screenshot(&format!("cold-{staff}")).await;
    assert_eq!(device.browser.complaints(), Vec::<String>::new());
    println!(
        "consultant {staff}: {} cases, open after {open:.1} s, whole after {whole:.1} s, \
         renderer's peak {} MB ({idle_mb} MB before)",
        cases.len(),
        device.browser.peak_mb(),
    );
}

/// The present moment.
fn moment() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
    Instant::now()
}
