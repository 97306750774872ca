//! The two short scripts that start the wasm, on the page and in the worker.
//!
//! The page's security policy allows no inline script, so both are files of their own. They give
//! the browser the hash of the wasm: a server or cache with other bytes cannot start the app.

use crate::asset::Asset;
use crate::glue::Glue;

/// `boot-….js`, which the page loads.
pub(crate) fn boot(glue: &Glue, unpack: &str) -> Asset {
    let text = format!(
        "{}\
         const crash = document.getElementById('crash');\n\
         {}{}",
        import(&glue.script),
        on_death("crash?.removeAttribute('hidden');"),
        start(glue, unpack)
    );
    Asset::hashed("boot", "js", text.into_bytes())
}

/// `worker-….js`, which the page starts as a module worker.
///
/// A worker's messages are delivered while the wasm is still loading. They are held and delivered
/// again once `main` has returned, so that none is lost.
pub(crate) fn worker(glue: &Glue, unpack: &str) -> Asset {
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
        import(&glue.script),
        on_death("postMessage('dead');\n  close();"),
        start(glue, unpack)
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

/// The service worker keeps the wasm whole, so that the browser can keep what it compiled. Before it
/// is there, the wasm is made from its columns.
fn start(glue: &Glue, unpack: &str) -> String {
    let (url, integrity) = (glue.wasm.url(), glue.wasm.integrity());
    let (packed, packed_integrity) = (glue.packed.url(), glue.packed.integrity());
    format!(
        "{unpack}\
         const fresh = async () => {{\n  \
           const packed = await fetch('{packed}', {{ integrity: '{packed_integrity}' }});\n  \
           return unpacked(packed, '{integrity}');\n\
         }};\n\
         const isKept = await globalThis.caches?.match('{url}');\n\
         const kept = () => fetch('{url}', {{ integrity: '{integrity}' }}).catch(fresh);\n\
         await init({{ module_or_path: isKept ? kept() : fresh() }});\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glue(wasm: &[u8]) -> Glue {
        Glue {
            wasm: Asset::hashed("app", "wasm", wasm.to_vec()),
            packed: Asset::hashed("app", "pack", wasm.to_vec()),
            script: Asset::hashed("app", "js", b"glue".to_vec()),
            snippets: vec![],
        }
    }

    #[test]
    fn both_scripts_name_the_hashed_files_and_are_named_by_their_own_hash() {
        let (one, other) = (glue(b"wasm"), glue(b"other"));

        for make in [boot, worker] {
            let script = make(&one, "const unpacked = 1;\n");
            let text = String::from_utf8(script.bytes.clone()).unwrap();
            assert!(text.contains(&format!("from '{}'", one.script.url())), "{text}");
            for asset in [&one.wasm, &one.packed] {
                assert!(text.contains(&asset.url()) && text.contains(&asset.integrity()), "{text}");
            }
            assert!(text.contains("const unpacked = 1;"));
            assert_ne!(script.path, make(&other, "").path);
        }
    }
}
