//! What holds natively holds in the browser's wasm too, vector by vector.

use proof::CHECKS;

use crate::bench::Bench;

#[tokio::test(flavor = "multi_thread")]
async fn every_vector_holds_in_the_browser_too() {
    let Some(bench) = Bench::open().await else { return };
    for (index, check) in CHECKS.iter().enumerate() {
        let tried = bench.page.evaluate(&format!("proof.check({index})")).await;
        assert_eq!(tried, (check.run)(), "{}", check.name);
    }
}
