//! Takes out of wasm and glue what a browser never needs: long names, comments, dead exports.

use anyhow::{Context as _, Result};
use std::collections::BTreeMap;
use walrus::{Module, ModuleConfig, passes};

/// Exports of adapters for streams that a dependency brings along. Nothing calls them, but an
/// export keeps alive whatever it may reach.
const DEAD: [&str; 2] = ["intounderlying", "__wbg_intounderlying"];

/// The same program in fewer bytes.
pub(crate) fn slim(wasm: &[u8], script: &str) -> Result<(Vec<u8>, String)> {
    let mut config = ModuleConfig::new();
    config.generate_name_section(false).generate_producers_section(false);
    let mut module = config.parse(wasm).context("walrus")?;
    let dead = module.exports.iter().filter(|export| is_dead(&export.name));
    for export in dead.map(walrus::Export::id).collect::<Vec<_>>() {
        module.exports.delete(export);
    }
    let names = rename(&mut module);
    passes::gc::run(&mut module);
    Ok((module.emit_wasm(), squeeze(&replace(script, &names))))
}

fn is_dead(name: &str) -> bool {
    DEAD.iter().any(|start| name.starts_with(start))
}

/// Gives imports and the exports that only the glue calls the shortest names there are. No name in
/// the glue starts with a dollar sign.
fn rename(module: &mut Module) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    let mut short = |long: &mut String| {
        let next = format!("${:x}", names.len());
        names.entry(long.clone()).or_insert(next).clone_into(long);
    };
    module.imports.iter_mut().for_each(|import| short(&mut import.name));
    let inner = |name: &str| name.starts_with("__wb") || name.starts_with("_R");
    let exports = module.exports.iter_mut().filter(|export| inner(&export.name));
    exports.for_each(|export| short(&mut export.name));
    names
}

/// Replaces whole identifiers.
fn replace(script: &str, names: &BTreeMap<String, String>) -> String {
    let is_inside = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let mut replaced = String::with_capacity(script.len());
    let mut rest = script;
    while let Some(start) = rest.find(is_inside) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c| !is_inside(c)).unwrap_or(from.len());
        let (name, after) = from.split_at(end);
        replaced.push_str(before);
        replaced.push_str(names.get(name).map_or(name, String::as_str));
        rest = after;
    }
    replaced + rest
}

/// Leaves out indentation, empty lines and comments that fill whole lines. Line ends stay: they
/// may mean something.
pub(crate) fn squeeze(text: &str) -> String {
    let mut squeezed = String::with_capacity(text.len());
    let mut is_comment = false;
    for line in text.lines().map(str::trim) {
        is_comment |= line.starts_with("/*");
        if !is_comment && !line.is_empty() && !line.starts_with("//") {
            squeezed.push_str(line);
            squeezed.push('\n');
        }
        is_comment &= !line.ends_with("*/");
    }
    squeezed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_names_are_replaced() {
        let names = BTreeMap::from([("__wbg_a".to_owned(), "$0".to_owned())]);

        let script = "wasm.__wbg_a(__wbg_ab, x__wbg_a, '__wbg_a'); __wbg_a";

        assert_eq!(replace(script, &names), "wasm.$0(__wbg_ab, x__wbg_a, '$0'); $0");
    }

    #[test]
    fn comments_and_indentation_go_and_code_stays() {
        let text =
            "/**\n * {number}\n */\nlet a = 1; // why\n    // what\n\n  b(`x`);\n/* c */\nd\n";

        assert_eq!(squeeze(text), "let a = 1; // why\nb(`x`);\nd\n");
    }

    #[test]
    fn a_name_has_the_same_replacement_in_the_wasm_and_in_the_glue() {
        let mut module = Module::default();
        let kind = module.types.add(&[], &[]);
        module.add_import_func("./app_bg.js", "__wbg_now_1f", kind);
        let (function, _) = module.add_import_func("./app_bg.js", "__wbg_log_2e", kind);
        module.exports.add("__wbindgen_start", function);
        module.exports.add("intounderlyingsink_write", function);
        let script = "const imports = {\n    __wbg_log_2e: log,\n};\nwasm.__wbindgen_start();\n";

        let (wasm, script) = slim(&module.emit_wasm(), script).unwrap();

        let module = Module::from_buffer(&wasm).unwrap();
        let imports: Vec<&str> = module.imports.iter().map(|import| import.name.as_str()).collect();
        let exports: Vec<&str> = module.exports.iter().map(|export| export.name.as_str()).collect();
        assert_eq!((imports, exports), (vec!["$1"], vec!["$2"]));
        assert_eq!(script, "const imports = {\n$1: log,\n};\nwasm.$2();\n");
    }
}
