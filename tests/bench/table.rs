//! How fast things are natively and in the browser's wasm, as a table.
//!
//! `cargo run --release -p tests --bin figures -- --wasm`
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a program run by hand, which should stop at the first surprise"
)]
#![expect(dead_code, reason = "the browser tests use all of it")]

use std::time::Duration;

use proof::figure::FIGURES;

#[path = "../browser/bench.rs"]
mod bench;
#[path = "../browser/cdp.rs"]
mod cdp;
#[path = "../browser/chromium.rs"]
mod chromium;
#[path = "../browser/page.rs"]
mod page;
#[path = "../browser/tape.rs"]
mod tape;

/// How long each is repeated, at least.
const SECONDS: f64 = 2.0;

fn natively(index: usize) -> f64 {
    let mut turn = (FIGURES[index].prepare)();
    let start = moment();
    let mut done = 0.0;
    loop {
        done += turn();
        let passed = start.elapsed();
        if passed >= Duration::from_secs_f64(SECONDS) {
            return done / passed.as_secs_f64();
        }
    }
}

fn moment() -> std::time::Instant {
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
    std::time::Instant::now()
}

async fn in_wasm(bench: &bench::Bench, index: usize) -> f64 {
    // A turn for warming up: the browser compiles what runs often once more. Each is a call of its
    // own, because no call may take longer than a minute.
    bench.page.evaluate(&format!("proof.prepare({index})")).await;
    bench.page.evaluate("proof.turn()").await;
    let run = format!(
        "(() => {{
            const start = performance.now();
            let done = 0, passed = 0;
            while (passed < {SECONDS} * 1000) {{ done += proof.turn(); passed = performance.now() - start; }}
            return done / passed * 1000;
        }})()"
    );
    bench.page.evaluate(&run).await.as_f64().unwrap()
}

#[tokio::main]
async fn main() {
    let bench = match std::env::args().nth(1).as_deref() {
        Some("--wasm") => bench::Bench::open().await,
        _ => None,
    };
    println!("{:<38} {:>12} {:>12} {:>7}", "", "native", "wasm", "ratio");
    for (index, figure) in FIGURES.iter().enumerate() {
        let native = natively(index);
        let mut line = format!("{:<38} {native:>12.1}", figure.name);
        if let Some(bench) = &bench {
            let wasm = in_wasm(bench, index).await;
            line = format!("{line} {wasm:>12.1} {:>7.2}", wasm / native);
        }
        println!("{line} {}", figure.unit);
    }
}
