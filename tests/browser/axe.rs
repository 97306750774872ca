//! What axe-core finds on a page: nothing serious, nothing critical.

use std::{env, fs, path::PathBuf, sync::OnceLock};

use serde_json::Value;

use crate::page::Page;

/// The program, as `cargo verify` fetched it; with `CI` set it may not be missing.
fn program() -> Option<&'static str> {
    static PROGRAM: OnceLock<Option<String>> = OnceLock::new();
    let program = PROGRAM.get_or_init(|| {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/axe");
        let found = fs::read_to_string(folder.join("node_modules/axe-core/axe.min.js")).ok();
        let must_run = env::var_os("CI").is_some_and(|value| !value.is_empty());
        assert!(found.is_some() || !must_run, "no axe-core, and CI does not skip");
        if found.is_none() {
            println!("skipped: no target/axe (cargo run -p bundle -- axe)");
        }
        found
    });
    program.as_deref()
}

const RUN: &str = "axe.run(document, {resultTypes: ['violations']}).then(found => found.violations
    .filter(it => ['serious', 'critical'].includes(it.impact))
    .flatMap(it => it.nodes.map(node =>
      `${it.id} (${it.impact}): ${node.html.slice(0, 200)} ${node.failureSummary}`)))";

/// Everything serious or critical.
pub(crate) async fn findings(page: &Page) -> Value {
    let Some(program) = program() else { return Value::Array(Vec::new()) };
    if page.evaluate("!window.axe").await == true {
        // Not a word of its answer: it is a function.
        page.evaluate(&format!("{program};0")).await;
    }
    page.evaluate(RUN).await
}
