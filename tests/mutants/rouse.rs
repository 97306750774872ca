//! Wakes one change after the other and runs the tests that pass it: of the quick ones those first
//! that noticed a change near it, then those that are named, then the quickest.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    ffi::OsStr,
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread::{self, sleep},
    time::{Duration, Instant},
};

use crate::{site::Mutant, tree::Built};

/// Tests that take this many times as much of a core as without a change hang.
const PATIENCE: u32 = 6;
/// And those that take this many times as long by the clock: they wait for something.
const PATIENCE_WAITING: u32 = 10;
/// No test takes longer, even where much else is going on.
const PATIENCE_ASLEEP: Duration = Duration::from_mins(30);
/// Tests that are run in one process.
const AT_ONCE: usize = 6;
/// How many of the tests that noticed something last are asked first.
const KEEN: usize = 24;
/// What takes longer waits for its turn, or it takes up all the time that a change is given.
const QUICK: Duration = Duration::from_millis(1_500);

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

/// How long tests may take, and which are asked first.
pub(crate) struct Patience {
    /// Tests that take longer are left out.
    pub(crate) longest: Duration,
    /// After so much of green tests a change counts as missed.
    pub(crate) each: Duration,
    /// Tests with one of these words in their names come before the others.
    pub(crate) first: Vec<String>,
}

struct Test {
    program: PathBuf,
    folder: PathBuf,
    name: String,
    reaches: BTreeSet<usize>,
    takes: Duration,
}

/// Tries them all, on every core; `tell` hears of each.
pub(crate) fn all(
    built: &Built,
    mutants: &[&Mutant],
    patience: &Patience,
    tell: impl Fn(&Mutant, Fate) + Sync,
) -> Result<Fates, String> {
    let mut names = vec![];
    for (program, folder) in &built.tests {
        names.extend(listed(program)?.into_iter().map(|name| (program, folder, name)));
    }
    let within = patience.longest.min(PATIENCE_ASLEEP);
    let tests =
        on_every_core(&names, |(program, folder, name)| asleep(program, folder, name, within))?;
    let mut tests: Vec<Test> = tests.into_iter().flatten().collect();
    let is_first = |test: &Test| patience.first.iter().any(|word| test.name.contains(word));
    tests.sort_by_key(|test| (!is_first(test), test.takes));
    // Neighbours are noticed by the same tests.
    let keen = Mutex::new(VecDeque::new());
    let fates = on_every_core(mutants, |mutant| {
        let is_built = !built.unbuilt.contains(&mutant.number);
        let fate = if is_built {
            let first: Vec<usize> =
                keen.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect();
            let (fate, by) = wake(&tests, &first, mutant.number, patience.each)?;
            let mut keen = keen.lock().unwrap_or_else(PoisonError::into_inner);
            for test in by {
                keen.retain(|it| *it != test);
                keen.push_front(test);
            }
            keen.truncate(KEEN);
            fate
        } else {
            Fate::Unbuilt
        };
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
    let mut child = start(program, folder, &[name], ("MUTANT_TRACE", trace.as_os_str()))?;
    let (end, takes) = end_of(&mut child, within)?;
    match end {
        End::Green => {}
        End::Hung if takes >= within => return Ok(None),
        End::Hung | End::Red(_) => {
            return Err(format!("{} {name} is red without any change", program.display()));
        }
    }
    let reaches = fs::read_to_string(&trace).unwrap_or_default();
    let reaches = reaches.lines().filter_map(|line| line.parse().ok()).collect();
    let (program, folder, name) = (program.to_owned(), folder.to_owned(), name.to_owned());
    Ok(Some(Test { program, folder, name, reaches, takes }))
}

/// What becomes of a change, and by which tests it was noticed.
fn wake(
    tests: &[Test],
    first: &[usize],
    number: usize,
    each: Duration,
) -> Result<(Fate, Vec<usize>), String> {
    let passes = |at: &usize| tests.get(*at).is_some_and(|it| it.reaches.contains(&number));
    let is_quick = |at: &usize| tests.get(*at).is_some_and(|it| it.takes <= QUICK);
    let keen: Vec<usize> = first.iter().copied().filter(is_quick).filter(passes).collect();
    let others = (0..tests.len()).filter(|at| !keen.contains(at)).filter(passes);
    let passing: Vec<usize> = keen.iter().copied().chain(others).collect();
    let words = number.to_string();
    let mut spent = Duration::ZERO;
    for some in passing.chunks(AT_ONCE) {
        if spent > each {
            break;
        }
        let mut by_program = BTreeMap::<&Path, Vec<(usize, &Test)>>::new();
        for at in some {
            if let Some(test) = tests.get(*at) {
                by_program.entry(&test.program).or_default().push((*at, test));
            }
        }
        for (program, tests) in by_program {
            let Some((_, one)) = tests.first() else { continue };
            let takes = tests.iter().map(|(_, test)| test.takes).sum::<Duration>();
            let names: Vec<&str> = tests.iter().map(|(_, test)| test.name.as_str()).collect();
            let mut child = start(program, &one.folder, &names, ("MUTANT", words.as_ref()))?;
            let (end, _) = end_of(&mut child, takes * PATIENCE + Duration::from_secs(10))?;
            let is_by = |test: &Test| match &end {
                End::Green => false,
                End::Red(name) => test.name == *name,
                // Whichever it was hung, or took the program with it.
                End::Hung => true,
            };
            if end != End::Green {
                let by = tests.iter().filter(|(_, test)| is_by(test)).map(|(at, _)| *at);
                return Ok((Fate::Noticed, by.collect()));
            }
            spent += takes;
        }
    }
    Ok((if passing.is_empty() { Fate::Unreached } else { Fate::Missed }, vec![]))
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
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("{}: {error}", program.display()))
}

/// How tests ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Green,
    /// This one was red; those behind it were not run.
    Red(String),
    /// One took too long, or ended the program.
    Hung,
}

/// Waits for the first red test, and no longer; with the time it had of a core, which is the same
/// whatever else the machine is doing.
#[expect(clippy::disallowed_methods, reason = "no clock of the product is involved")]
fn end_of(child: &mut Child, patience: Duration) -> Result<(End, Duration), String> {
    let began = now();
    let mut worked = Duration::ZERO;
    let (sender, red) = mpsc::channel();
    if let Some(told) = child.stdout.take() {
        thread::spawn(move || {
            let lines = BufReader::new(told).lines().map_while(Result::ok);
            for line in lines {
                let name = line.strip_prefix("test ").and_then(|it| it.strip_suffix(" ... FAILED"));
                // Nobody listens any more where all ended well.
                let _is_heard = name.is_some_and(|name| sender.send(name.to_owned()).is_ok());
            }
        });
    }
    let end = |child: &mut Child, end, worked| {
        child.kill().and_then(|()| child.wait()).map_err(|error| error.to_string())?;
        Ok((end, worked))
    };
    loop {
        worked = work_of(child, began).max(worked);
        if let Ok(name) = red.try_recv() {
            return end(child, End::Red(name), worked);
        }
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            if status.success() {
                return Ok((End::Green, worked));
            }
            return Ok((red.recv().map_or(End::Hung, End::Red), worked));
        }
        if worked > patience || began.elapsed() / PATIENCE_WAITING > patience {
            return end(child, End::Hung, worked.max(patience));
        }
        sleep(Duration::from_millis(5));
    }
}

/// The time a child had of a core (proc(5), `utime` and `stime`, in hundredths of a second); by the
/// clock where the system does not tell.
fn work_of(child: &Child, began: Instant) -> Duration {
    let told = fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap_or_default();
    // The name in front, in parentheses, may hold spaces; the times are the 12th and 13th behind it.
    let mut fields = told.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11);
    let mut hundredths = || fields.next()?.parse::<u64>().ok();
    let worked = hundredths().zip(hundredths());
    worked.map_or_else(
        || began.elapsed(),
        |(user, system)| Duration::from_millis((user + system) * 10),
    )
}

#[expect(clippy::disallowed_methods, reason = "a hanging test is one that takes too long")]
fn now() -> Instant {
    Instant::now()
}
