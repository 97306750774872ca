//! A copy of the sources with all changes in it, compiled.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::{site::Mutant, weave::weave};

/// What the copy's `shared` gets: every crate of the product sees it.
const ALARM: &str = r#"//! Which change is awake, and which were passed.
use std::{io::Write, sync::{LazyLock, Mutex, atomic::{AtomicBool, Ordering}}};
static AWAKE: LazyLock<usize> = LazyLock::new(|| {
    std::env::var("MUTANT").ok().and_then(|it| it.parse().ok()).unwrap_or(0)
});
static TRACE: LazyLock<Option<Mutex<std::fs::File>>> = LazyLock::new(|| {
    let path = std::env::var_os("MUTANT_TRACE")?;
    std::fs::OpenOptions::new().create(true).append(true).open(path).ok().map(Mutex::new)
});
static PASSED: [AtomicBool; 8192] = [const { AtomicBool::new(false) }; 8192];
/// Whether this change is awake.
pub fn is(number: usize) -> bool {
    if let Some(trace) = TRACE.as_ref() && !PASSED[number].swap(true, Ordering::Relaxed) {
        let _ = writeln!(trace.lock().unwrap(), "{number}");
    }
    *AWAKE == number
}
"#;

/// The tests that may notice a change.
pub(crate) struct Built {
    /// Programs, with the folder they run in.
    pub(crate) tests: Vec<(PathBuf, PathBuf)>,
    /// Changes that the compiler does not take.
    pub(crate) unbuilt: BTreeSet<usize>,
}

/// Copies, weaves and compiles; changes that do not compile are left out.
pub(crate) fn build(root: &Path, mutants: &[Mutant]) -> Result<Built, String> {
    let tree = root.join("target/mutants/tree");
    copy(root, &tree)?;
    let alarm = tree.join("shared/src/mutant.rs");
    write(&alarm, ALARM.as_bytes())?;
    let mut unbuilt = BTreeSet::new();
    loop {
        let awake: Vec<&Mutant> =
            mutants.iter().filter(|it| !unbuilt.contains(&it.number)).collect();
        put(root, &tree, &awake)?;
        match compile(&tree)? {
            Compiled::Tests(tests) => return Ok(Built { tests, unbuilt }),
            Compiled::Errors(errors) => {
                let before = unbuilt.len();
                let hit = awake.iter().filter(|it| errors.contains(&(it.file.clone(), it.line)));
                unbuilt.extend(hit.map(|it| it.number));
                if unbuilt.len() == before {
                    return Err(format!("the copy does not compile: {errors:?}"));
                }
            }
        }
    }
}

/// Every file that git knows or would take, so that what is not committed yet counts.
fn copy(root: &Path, tree: &Path) -> Result<(), String> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .map_err(|error| format!("git: {error}"))?;
    for name in String::from_utf8_lossy(&listed.stdout).split_terminator('\0') {
        if let Ok(bytes) = fs::read(root.join(name)) {
            write(&tree.join(name), &bytes)?;
        }
    }
    Ok(())
}

/// Writes the files that have changes in them, and names the alarm in `shared`.
fn put(root: &Path, tree: &Path, awake: &[&Mutant]) -> Result<(), String> {
    let mut by_file = BTreeMap::<&str, Vec<&Mutant>>::new();
    for mutant in awake {
        by_file.entry(&mutant.file).or_default().push(mutant);
    }
    for (file, mutants) in by_file {
        let source = read(&root.join(file))?;
        let is_shared = file.starts_with("shared/");
        let path = if is_shared { "crate::mutant::is" } else { "shared::mutant::is" };
        write(&tree.join(file), weave(&source, &mutants, path).as_bytes())?;
    }
    let lib = read(&root.join("shared/src/lib.rs"))?;
    write(&tree.join("shared/src/lib.rs"), format!("{lib}\npub mod mutant;\n").as_bytes())
}

enum Compiled {
    Tests(Vec<(PathBuf, PathBuf)>),
    Errors(BTreeSet<(String, usize)>),
}

fn compile(tree: &Path) -> Result<Compiled, String> {
    let words = [
        "test",
        "--no-run",
        "--locked",
        "--features",
        "tests/few",
        "--message-format",
        "json",
        "-p",
        "shared",
        "-p",
        "engine",
        "-p",
        "server",
        "-p",
        "tests",
        "--lib",
        "--test",
        "wire",
        "--test",
        "sim",
    ];
    let output = Command::new("cargo")
        .args(words)
        .current_dir(tree)
        .env("CARGO_TARGET_DIR", tree.join("../target"))
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo: {error}"))?;
    let (mut tests, mut errors) = (vec![], BTreeSet::new());
    for line in output.stdout.split(|byte| *byte == b'\n') {
        let Ok(message) = serde_json::from_slice::<Value>(line) else { continue };
        let is_test = message.pointer("/profile/test").and_then(Value::as_bool) == Some(true);
        if is_test && let Some(program) = message.pointer("/executable").and_then(Value::as_str) {
            let manifest =
                message.pointer("/manifest_path").and_then(Value::as_str).unwrap_or_default();
            let folder = Path::new(manifest).parent().unwrap_or(tree);
            tests.push((PathBuf::from(program), folder.to_owned()));
        }
        if message.pointer("/message/level").and_then(Value::as_str) == Some("error") {
            let spans = message.pointer("/message/spans").and_then(Value::as_array);
            errors.extend(spans.into_iter().flatten().filter_map(place));
        }
    }
    match (output.status.success(), errors.is_empty()) {
        (true, _) => Ok(Compiled::Tests(tests)),
        (false, false) => Ok(Compiled::Errors(errors)),
        (false, true) => Err("cargo ended without a test program".to_owned()),
    }
}

fn place(span: &Value) -> Option<(String, usize)> {
    let file = span.get("file_name")?.as_str()?.to_owned();
    Some((file, usize::try_from(span.get("line_start")?.as_u64()?).ok()?))
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// A file that holds this already keeps its time, so that cargo does not build it again.
fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    if fs::read(path).is_ok_and(|held| held == bytes) {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, bytes))
        .map_err(|error| format!("{}: {error}", path.display()))
}
