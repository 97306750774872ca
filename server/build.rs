//! Puts the app that `bundle` made inside the binary.

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-env-changed=MENDAN_APP_DIR");
    let manifest = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let app = match env::var_os("MENDAN_APP_DIR") {
        Some(directory) => PathBuf::from(directory),
        None => manifest.join("../target/app"),
    };
    // Watching what is not there would compile the server anew every time.
    fs::create_dir_all(&app)?;
    let app = app.canonicalize()?;
    println!("cargo:rerun-if-changed={}", app.display());
    let list = app.join("assets.json");
    let assets = if list.exists() {
        serde_json::from_slice(&fs::read(list)?)?
    } else {
        Value::Array(Vec::new())
    };
    let source = generate(&app, assets.as_array().ok_or("assets.json is no array")?)?;
    let out = PathBuf::from(env::var("OUT_DIR")?).join("assets.rs");
    fs::write(out, source)?;
    Ok(())
}

/// The table that `http/asset.rs` includes.
fn generate(app: &Path, assets: &[Value]) -> Result<String, Box<dyn Error>> {
    let mut source = String::from("static ASSETS: &[Asset] = &[\n");
    for asset in assets {
        let text = |name: &str| {
            asset.get(name).and_then(Value::as_str).ok_or_else(|| format!("no {name} in {asset}"))
        };
        let path = text("path")?;
        let etag = format!("\"{}\"", text("sha256")?);
        let is_immutable = text("cache")? == "immutable";
        let has_brotli = asset.get("brotli").and_then(Value::as_bool).unwrap_or(false);
        let include =
            |path: &str| format!("include_bytes!({:?})", app.join(path).display().to_string());
        let brotli = if has_brotli {
            format!("Some({})", include(&format!("{path}.br")))
        } else {
            String::from("None")
        };
        writeln!(
            source,
            "    Asset {{ path: {path:?}, content_type: {:?}, etag: {etag:?}, \
             is_immutable: {is_immutable}, bytes: {}, brotli: {brotli} }},",
            text("content_type")?,
            include(path),
        )?;
    }
    source.push_str("];\n");
    Ok(source)
}
