//! The two short scripts that start the wasm, on the page and in the worker.
//!
//! The page's security policy allows no inline script, so both are files of their own. They give
//! the browser the hash of the wasm: a server or cache with other bytes cannot start the app.

use crate::asset::Asset;

/// `boot-….js`, which the page loads.
pub(crate) fn boot(glue: &Asset, wasm: &Asset) -> Asset {
    let text = format!(
        "{}\
         const crash = document.getElementById('crash');\n\
         {}{}",
        import(glue),
        on_death("crash?.removeAttribute('hidden');"),
        start(wasm)
    );
    Asset::hashed("boot", "js", text.into_bytes())
}

/// `worker-….js`, which the page starts as a module worker.
///
/// A worker's messages are delivered while the wasm is still loading. They are held and delivered
/// again once `main` has returned, so that none is lost.
pub(crate) fn worker(glue: &Asset, wasm: &Asset) -> Asset {
    let text = format!(
        "{}\
         const early = [];\n\
         const hold = (event) => early.push(event);\n\
         addEventListener('message', hold);\n\
         {}{}\
         removeEventListener('message', hold);\n\
         for (const {{ data, ports }} of early) {{\n  \
           dispatchEvent(new MessageEvent('message', {{ data, ports: [...ports] }}));\n\
         }}\n",
        import(glue),
        on_death("postMessage('dead');\n  close();"),
        start(wasm)
    );
    Asset::hashed("worker", "js", text.into_bytes())
}

fn import(glue: &Asset) -> String {
    format!("import init from '{}';\n", glue.url())
}

/// What to do when the wasm trapped: whatever called into it gets an error that nobody awaits. What
/// it held may be inconsistent, so it is not called again.
fn on_death(deed: &str) -> String {
    format!(
        "const die = (error) => {{\n  \
           if (!(error instanceof WebAssembly.RuntimeError)) return;\n  \
           {deed}\n\
         }};\n\
         addEventListener('error', (event) => die(event.error));\n\
         addEventListener('unhandledrejection', (event) => die(event.reason));\n"
    )
}

fn start(wasm: &Asset) -> String {
    let (url, integrity) = (wasm.url(), wasm.integrity());
    format!("await init({{ module_or_path: fetch('{url}', {{ integrity: '{integrity}' }}) }});\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_scripts_name_the_hashed_files_and_are_named_by_their_own_hash() {
        let glue = Asset::hashed("app", "js", b"glue".to_vec());
        let wasm = Asset::hashed("app", "wasm", b"wasm".to_vec());
        let other = Asset::hashed("app", "wasm", b"other".to_vec());

        for make in [boot, worker] {
            let script = make(&glue, &wasm);
            let text = String::from_utf8(script.bytes.clone()).unwrap();
            assert!(text.contains(&format!("from '{}'", glue.url())), "{text}");
            assert!(text.contains(&wasm.url()) && text.contains(&wasm.integrity()), "{text}");
            assert_ne!(script.path, make(&glue, &other).path);
        }
    }
}
