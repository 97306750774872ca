//! Wakes one change after the other and runs the tests that pass it, the quickest first.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{self, sleep},
    time::{Duration, Instant},
};

use crate::{site::Mutant, tree::Built};

/// Tests that take this many times as long as without a change hang.
const PATIENCE: u32 = 6;
/// No test takes longer, even where much else is going on.
const PATIENCE_ASLEEP: Duration = Duration::from_mins(30);
/// Tests that are run before somebody looks whether one was red.
const AT_ONCE: usize = 6;

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// A test turned red, or hung.
    Noticed,
    /// All stayed green.
    Missed,
    /// No test comes by.
    Unreached,
    /// The compiler refused it.
    Unbuilt,
}

/// How many of each.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fates {
    pub(crate) noticed: usize,
    pub(crate) missed: usize,
    pub(crate) unreached: usize,
    pub(crate) unbuilt: usize,
}

impl Fates {
    fn count(&mut self, fate: Fate) {
        match fate {
            Fate::Noticed => self.noticed += 1,
            Fate::Missed => self.missed += 1,
            Fate::Unreached => self.unreached += 1,
            Fate::Unbuilt => self.unbuilt += 1,
        }
    }
}

struct Test {
    program: PathBuf,
    folder: PathBuf,
    name: String,
    reaches: BTreeSet<usize>,
    takes: Duration,
}

/// Tries them all, on every core, against tests that take no longer than this; `tell` hears of each.
pub(crate) fn all(
    built: &Built,
    mutants: &[&Mutant],
    longest: Duration,
    tell: impl Fn(&Mutant, Fate) + Sync,
) -> Result<Fates, String> {
    let mut names = vec![];
    for (program, folder) in &built.tests {
        names.extend(listed(program)?.into_iter().map(|name| (program, folder, name)));
    }
    let within = longest.min(PATIENCE_ASLEEP);
    let tests =
        on_every_core(&names, |(program, folder, name)| asleep(program, folder, name, within))?;
    let mut tests: Vec<Test> = tests.into_iter().flatten().collect();
    tests.sort_by_key(|test| test.takes);
    let fates = on_every_core(mutants, |mutant| {
        let is_built = !built.unbuilt.contains(&mutant.number);
        let fate = if is_built { wake(&tests, mutant.number)? } else { Fate::Unbuilt };
        tell(mutant, fate);
        Ok(fate)
    })?;
    let mut sum = Fates::default();
    for fate in fates {
        sum.count(fate);
    }
    Ok(sum)
}

fn on_every_core<I: Sync, O: Send>(
    items: &[I],
    one: impl Fn(&I) -> Result<O, String> + Sync,
) -> Result<Vec<O>, String> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(vec![]);
    let cores = thread::available_parallelism().map_or(2, std::num::NonZero::get);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let output = one(item);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push(output);
                }
            });
        }
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().collect()
}

fn listed(program: &Path) -> Result<Vec<String>, String> {
    let output = Command::new(program)
        .args(["--list", "--format", "terse"])
        .output()
        .map_err(|error| format!("{}: {error}", program.display()))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect())
}

/// Runs a test with every change asleep, to see that it is green and what it passes; `None` if it
/// takes too long.
fn asleep(
    program: &Path,
    folder: &Path,
    name: &str,
    within: Duration,
) -> Result<Option<Test>, String> {
    let trace = program.with_file_name(format!("{}.trace", name.replace("::", "-")));
    // A trace of an earlier run would be added to.
    let _is_first = fs::remove_file(&trace).is_err();
    let began = now();
    let mut child = start(program, folder, &[name], ("MUTANT_TRACE", trace.as_os_str()))?;
    if !ended_well(&mut child, within)? {
        if began.elapsed() >= within {
            return Ok(None);
        }
        return Err(format!("{} {name} is red without any change", program.display()));
    }
    let reaches = fs::read_to_string(&trace).unwrap_or_default();
    let reaches = reaches.lines().filter_map(|line| line.parse().ok()).collect();
    let (program, folder, name) = (program.to_owned(), folder.to_owned(), name.to_owned());
    Ok(Some(Test { program, folder, name, reaches, takes: began.elapsed() }))
}

fn wake(tests: &[Test], number: usize) -> Result<Fate, String> {
    let passing: Vec<&Test> = tests.iter().filter(|it| it.reaches.contains(&number)).collect();
    let words = number.to_string();
    for some in passing.chunks(AT_ONCE) {
        let mut by_program = BTreeMap::<&Path, Vec<&Test>>::new();
        for test in some {
            by_program.entry(&test.program).or_default().push(test);
        }
        for (program, tests) in by_program {
            let Some(first) = tests.first() else { continue };
            let patience = tests.iter().map(|test| test.takes).sum::<Duration>() * PATIENCE;
            let names: Vec<&str> = tests.iter().map(|test| test.name.as_str()).collect();
            let mut child = start(program, &first.folder, &names, ("MUTANT", words.as_ref()))?;
            if !ended_well(&mut child, patience + Duration::from_secs(10))? {
                return Ok(Fate::Noticed);
            }
        }
    }
    Ok(if passing.is_empty() { Fate::Unreached } else { Fate::Missed })
}

fn start(
    program: &Path,
    folder: &Path,
    names: &[&str],
    (variable, value): (&str, &OsStr),
) -> Result<Child, String> {
    Command::new(program)
        .args(["--exact", "--test-threads", "1"])
        .args(names)
        .current_dir(folder)
        .env("CARGO_MANIFEST_DIR", folder)
        .env(variable, value)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("{}: {error}", program.display()))
}

#[expect(clippy::disallowed_methods, reason = "no clock of the product is involved")]
fn ended_well(child: &mut Child, patience: Duration) -> Result<bool, String> {
    let began = now();
    loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return Ok(status.success());
        }
        if began.elapsed() > patience {
            child.kill().and_then(|()| child.wait()).map_err(|error| error.to_string())?;
            return Ok(false);
        }
        sleep(Duration::from_millis(5));
    }
}

#[expect(clippy::disallowed_methods, reason = "a hanging test is one that takes too long")]
fn now() -> Instant {
    Instant::now()
}
