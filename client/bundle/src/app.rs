//! The app as a directory of files: compiled, hashed, compressed, listed.

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;

use crate::asset::Asset;
use crate::digest;
use crate::glue::{self, Glue, files};
use crate::loader::{self, Loaders};
use crate::payload::Payload;
use crate::precache;
use crate::say;
use crate::slim;
use crate::step::{Step, Steps};
use crate::template;
use crate::toolchain::{TARGET, Toolchain};
use crate::workspace::Workspace;

/// The list of all files, for the server's build script: an array of objects with `path` (no
/// leading slash), `content_type`, `sha256`, `cache` (`immutable` or `no-store`) and `brotli`
/// (whether `<path>.br` holds the compressed bytes).
const LIST: &str = "assets.json";

/// The client's sources that are not Rust.
struct Sources {
    page: String,
    service_worker: String,
    scripts: loader::Sources,
    style: Vec<u8>,
    public: Vec<(String, Vec<u8>)>,
}

/// Builds the app as a step of a larger command.
pub(crate) fn step(steps: &mut Steps, workspace: &Workspace, toolchain: &Toolchain) -> Result<()> {
    let step = Step {
        ja: "アプリの組み立て（初回は約8分）",
        en: "app (the first time takes about 8 minutes)",
        repeat: "cargo run -p bundle -- app".to_owned(),
    };
    steps.run(step, || build(workspace, toolchain))
}

/// Fills the app directory. Files that would not change are not touched, so that the server is
/// compiled again only for a new app.
fn build(workspace: &Workspace, toolchain: &Toolchain) -> Result<()> {
    let compile = ["build", "--locked", "-p", "client", "--bin", "client", "--profile", "app"];
    toolchain.cargo(workspace, &compile, &[]).run()?;
    let compiled = workspace.made("wasm").join(TARGET).join("app/client.wasm");
    let sources = Sources::read(workspace)?;
    let directory = workspace.app();
    let stamp_path = workspace.made("app-inputs.txt");
    let stamp = stamp(&compiled, &sources)?;
    let is_same = fs::read_to_string(&stamp_path).is_ok_and(|earlier| earlier == stamp);
    if !is_same || !is_complete(&directory) {
        let glue = glue::make(workspace, &compiled)?;
        let assets = assemble(glue, sources)?;
        write(&directory, &assets, toolchain.is_slim())?;
        fs::write(stamp_path, stamp)?;
    }
    let payload = Payload::read(&directory, toolchain.is_slim())?;
    payload.check()?;
    say::line(payload.table());
    Ok(())
}

impl Sources {
    fn read(workspace: &Workspace) -> Result<Self> {
        let text = |path: &str| {
            let path = workspace.client(path);
            fs::read_to_string(&path).with_context(|| path.display().to_string())
        };
        let styles = files(&workspace.client("style"))?;
        let style = styles.into_iter().filter(|(path, _)| has_extension(path, "css"));
        Ok(Self {
            page: text("index.html")?,
            service_worker: slim::squeeze(&text("sw.js")?),
            scripts: loader::Sources {
                unpack: slim::squeeze(&text("unpack.js")?),
                load: slim::squeeze(&text("load.js")?),
                boot: slim::squeeze(&text("boot.js")?),
                worker: slim::squeeze(&text("worker.js")?),
            },
            style: style.flat_map(|(_, bytes)| squeezed(&bytes)).collect(),
            public: files(&workspace.client("public"))?,
        })
    }
}

fn squeezed(text: &[u8]) -> Vec<u8> {
    slim::squeeze(&String::from_utf8_lossy(text)).into_bytes()
}

/// All files of the app. The same input gives the same bytes.
fn assemble(glue: Glue, sources: Sources) -> Result<Vec<Asset>> {
    let Sources { page, service_worker, scripts, style, public } = sources;
    let style = Asset::hashed("style", "css", style);
    let Loaders { unpack, load, boot, worker } = loader::make(&scripts, &glue)?;
    let mut assets: Vec<Asset> =
        public.into_iter().map(|(path, bytes)| Asset::fixed(path, bytes)).collect();
    for name in ["index.html", "sw.js", LIST] {
        if assets.iter().any(|asset| asset.path == name) {
            bail!("client/public/{name} の名前は使えません / this name is taken: {name}");
        }
    }
    let build = build_id(&style, &boot, &assets, &[&page, &service_worker]);
    let page = template::fill(
        &page,
        &[
            ("build", &build),
            ("boot", &boot.url()),
            ("boot_sri", &boot.integrity()),
            ("style", &style.url()),
            ("style_sri", &style.integrity()),
        ],
        &[
            ("glue", &glue.script.url()),
            ("glue_sri", &glue.script.integrity()),
            ("load", &load.url()),
            ("load_sri", &load.integrity()),
            ("unpack", &unpack.url()),
            ("unpack_sri", &unpack.integrity()),
        ],
    )
    .context("client/index.html")?;
    assets.push(Asset::fixed("index.html", page.into_bytes()));
    assets.extend(glue.snippets);
    let names = [("build", build.as_str()), ("unpack", &unpack.url())];
    assets.extend([glue.packed, glue.script, style, unpack, load, boot, worker]);
    let service_worker =
        precache::inject(&service_worker, &assets, &glue.wasm, &names).context("client/sw.js")?;
    assets.push(Asset::fixed("sw.js", service_worker.into_bytes()));
    assets.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(assets)
}

/// Names everything the app consists of, so that page, worker and service worker can tell
/// whether they belong together.
fn build_id(style: &Asset, boot: &Asset, public: &[Asset], templates: &[&str]) -> String {
    // The page's first script names all others and the wasm by their hashes.
    let mut parts = vec![style.path.clone(), boot.path.clone()];
    parts.extend(public.iter().map(|a| format!("{} {}", a.path, digest::sha256(&a.bytes))));
    parts.extend(templates.iter().map(|text| digest::sha256(text.as_bytes())));
    digest::short(parts.join("\n").as_bytes())
}

/// Writes the files, their compressed copies and the list, and removes what is left of earlier
/// builds. Nothing is written when the app is too large.
fn write(directory: &Path, assets: &[Asset], is_slim: bool) -> Result<()> {
    let mut payload = Payload::new(is_slim);
    let mut outputs = Vec::new();
    let mut list = Vec::new();
    for asset in assets {
        let Asset { path, bytes, cache } = asset;
        let compressed = asset.brotli()?;
        payload.add(path, bytes.len(), compressed.as_ref().map_or(bytes.len(), Vec::len));
        list.push(json!({
            "path": path,
            "content_type": asset.content_type()?,
            "sha256": digest::sha256(bytes),
            "cache": cache.word(),
            "brotli": compressed.is_some(),
        }));
        outputs.push((path.clone(), bytes.clone()));
        outputs.extend(compressed.map(|compressed| (format!("{path}.br"), compressed)));
    }
    payload.check()?;
    outputs.push((LIST.to_owned(), format!("{:#}\n", Value::Array(list)).into_bytes()));
    let names: BTreeSet<&String> = outputs.iter().map(|(path, _)| path).collect();
    if directory.is_dir() {
        for (path, _) in files(directory)? {
            if !names.contains(&path) {
                fs::remove_file(directory.join(path))?;
            }
        }
    }
    for (path, bytes) in &outputs {
        let path = directory.join(path);
        if fs::read(&path).is_ok_and(|earlier| earlier == *bytes) {
            continue;
        }
        fs::create_dir_all(path.parent().unwrap_or(directory))?;
        fs::write(&path, bytes).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// Names all that the files are made from, this tool included.
fn stamp(compiled: &Path, sources: &Sources) -> Result<String> {
    let Sources { page, service_worker, scripts, style, public } = sources;
    let mut parts = vec![
        digest::sha256(&fs::read(env::current_exe()?)?),
        digest::sha256(&fs::read(compiled).with_context(|| compiled.display().to_string())?),
        digest::sha256(page.as_bytes()),
        digest::sha256(service_worker.as_bytes()),
        digest::sha256(format!("{scripts:?}").as_bytes()),
        digest::sha256(style),
    ];
    parts.extend(public.iter().map(|(path, bytes)| format!("{path} {}", digest::sha256(bytes))));
    Ok(format!("{}\n", digest::sha256(parts.join("\n").as_bytes())))
}

fn is_complete(directory: &Path) -> bool {
    let Ok(list) = fs::read_to_string(directory.join(LIST)) else { return false };
    list.lines()
        .filter_map(|line| line.split('\t').next())
        .all(|path| directory.join(path).exists())
}

/// Whether a path ends with a dot and this.
pub(crate) fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<html data-build=\"{{build}}\"><link href=\"{{style}}\" integrity=\"{{style_sri}}\">\
        <script src=\"{{boot}}\" integrity=\"{{boot_sri}}\"></script>";
    const SERVICE_WORKER: &str = "const A = /*{{precache}}*/[]; const B = '{{build}}'; \
        importScripts('{{unpack}}');";

    fn app(style: &str) -> Vec<Asset> {
        let glue = Glue {
            wasm: Asset::hashed("app", "wasm", b"wasm".to_vec()),
            packed: Asset::hashed("app", "pack", b"columns".to_vec()),
            script: Asset::hashed("app", "js", b"glue".to_vec()),
            snippets: vec![Asset::hashed("snippet", "js", b"snippet".to_vec())],
        };
        let sources = Sources {
            page: PAGE.to_owned(),
            service_worker: SERVICE_WORKER.to_owned(),
            scripts: loader::Sources {
                unpack: "const unpacked = 1;".to_owned(),
                load: "'{{unpack}}' '{{wasm}}{{wasm_sri}}' '{{packed}}{{packed_sri}}'".to_owned(),
                boot: "'{{glue}}' '{{load}}' '{{worker}}'".to_owned(),
                worker: "'{{glue}}' '{{load}}'".to_owned(),
            },
            style: style.as_bytes().to_vec(),
            public: vec![("icon.svg".to_owned(), b"<svg/>".to_vec())],
        };
        assemble(glue, sources).unwrap()
    }

    fn text(assets: &[Asset], path: &str) -> String {
        let asset = assets.iter().find(|asset| asset.path == path).unwrap();
        String::from_utf8(asset.bytes.clone()).unwrap()
    }

    #[test]
    fn the_page_and_the_service_worker_name_every_file_that_is_there() {
        let assets = app("a {}");

        let page = text(&assets, "index.html");
        let service_worker = text(&assets, "sw.js");
        for asset in &assets {
            let is_listed = service_worker.contains(&format!("\"{}\"", asset.url()));
            let is_special = asset.path == "sw.js" || asset.path == "index.html";
            assert_eq!(is_listed, !is_special, "{}", asset.path);
            if ["boot", "style"].iter().any(|stem| asset.path.starts_with(stem)) {
                assert!(page.contains(&asset.url()), "{} is not in {page}", asset.path);
            }
        }
    }

    #[test]
    fn the_same_input_makes_the_same_app_and_another_style_another_build() {
        assert_eq!(app("a {}"), app("a {}"));
        let marker = |page: String| page.split('"').nth(1).unwrap().to_owned();

        let one = marker(text(&app("a {}"), "index.html"));
        let other = marker(text(&app("b {}"), "index.html"));

        assert_eq!(one.len(), 16);
        assert_ne!(one, other);
    }
}
