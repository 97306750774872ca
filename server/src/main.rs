//! `mendan`: the command line.

use std::{
    io::{IsTerminal as _, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Context as _, Result};
use clap::{Args, Parser, Subcommand};
use server::{
    config::Settings,
    copies,
    machine::OperatingSystem,
    serve::{self, Listening},
    store::Contents,
};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// The Mendan server: keeps the sealed records of career interviews and can open none of them.
///
/// キャリア面談の記録を、封をしたまま預かるサーバーです。中身を開く鍵は持ちません。
#[derive(Debug, Parser)]
#[command(name = "mendan", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve devices and the app / サーバーを起動します
    ///
    /// Prints `listening <url>`, and while there is no firm the link with which the first admin
    /// makes it. The link works once, and only until the server is started again.
    Serve(Common),
    /// Bring the database to this version's schema and exit / データベースを更新します
    Migrate(Common),
    /// Copy the database, also while the server runs / データベースの控えを取ります
    ///
    /// The copy is read through before it gets its name: it is there whole, or not at all.
    Backup {
        #[command(flatten)]
        common: Common,
        /// Where to; nothing is written over. / 控えの置き場所(上書きはしません)
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// Put a copy in place of the database / 控えからデータベースを戻します
    ///
    /// The server must be stopped. The copy is read through first, and the database that was there
    /// is kept beside it. Devices send back what the copy lacks as they come by; an admin confirms
    /// the restore in the app.
    Restore {
        #[command(flatten)]
        common: Common,
        /// The copy, made by `mendan backup`. / 控えのファイル
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
    },
}

#[derive(Args, Debug)]
struct Common {
    /// Settings in TOML form; the command line and the environment win over it.
    #[arg(long, env = "MENDAN_CONFIG", value_name = "PATH")]
    config: Option<PathBuf>,
    /// Print the settings in force as TOML and exit.
    #[arg(long)]
    print_config: bool,
    #[command(flatten)]
    settings: Settings,
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody who mistypes an option wants to see where in the program it was noticed.
            let said = writeln!(std::io::stderr().lock(), "mendan: {error:#}");
            if said.is_ok() { ExitCode::FAILURE } else { ExitCode::from(2) }
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Serve(common) => effective(common)?.map_or(Ok(()), run_serve),
        Command::Migrate(common) => effective(common)?.map_or(Ok(()), run_migrate),
        Command::Backup { common, to } => {
            effective(common)?.map_or(Ok(()), |settings| run_backup(settings, &to))
        }
        Command::Restore { common, from } => {
            effective(common)?.map_or(Ok(()), |settings| run_restore(settings, &from))
        }
    }
}

/// The settings in force; `None` if they were only to be printed.
fn effective(common: Common) -> Result<Option<Settings>> {
    let Common { config, print_config, settings } = common;
    let written = config.map(|path| Settings::read(&path)).transpose()?.unwrap_or_default();
    let settings = settings.or(written).or(Settings::defaults());
    if print_config {
        say(&settings.to_toml()?)?;
        return Ok(None);
    }
    Ok(Some(settings))
}

fn run_serve(settings: Settings) -> Result<()> {
    start_log(settings.log_json);
    let config = settings.resolve()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers())
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let stop = async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        };
        Ok(serve::serve(&config, Arc::new(OperatingSystem), stop, announce).await?)
    })
}

/// Threads for connections. Half the machine: the other half is the writer's, the readers' and the
/// kernel's, and every thread more is woken only to find that another has taken the work.
fn workers() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| (cores.get() / 2).clamp(1, 8))
}

fn run_migrate(settings: Settings) -> Result<()> {
    start_log(settings.log_json);
    let config = settings.resolve()?;
    let store = serve::open(&config, &OperatingSystem)?;
    store.close().context("the database could not be closed")?;
    say(&format!("{} is up to date\n", config.database().display()))
}

fn run_backup(settings: Settings, to: &Path) -> Result<()> {
    let database = settings.resolve()?.database();
    let found = copies::back_up(&database, to)?;
    say(&format!("{}: {}\n", to.display(), describe(found)))
}

fn run_restore(settings: Settings, from: &Path) -> Result<()> {
    let config = settings.resolve()?;
    serve::make_home(&config)?;
    let database = config.database();
    let restored = copies::restore(from, &database, &mut &OperatingSystem)?;
    let former = restored.former.map(|path| format!("kept {}\n", path.display()));
    say(&format!(
        "{}: {}\n{}epoch {}\n",
        database.display(),
        describe(restored.contents),
        former.unwrap_or_default(),
        restored.epoch,
    ))?;
    say("An admin confirms the restore in the app. / 管理者がアプリで認めると、警告が消えます。\n")
}

fn describe(found: Contents) -> String {
    let Contents { org_entries, documents, envelopes } = found;
    format!("{org_entries} org entries, {documents} documents, {envelopes} envelopes")
}

fn announce(listening: &Listening) {
    let lines = [
        Some(format!("listening {}\n", listening.origin)),
        listening.metrics.map(|address| format!("metrics http://{address}/metrics\n")),
        listening.bootstrap.as_ref().map(|link| format!("bootstrap {link}\n")),
    ];
    let text: String = lines.into_iter().flatten().collect();
    if let Err(error) = say(&text) {
        tracing::warn!(%error, "nobody reads what is printed");
    }
}

/// Standard output is for other programs to read; the log goes to standard error.
fn say(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

fn start_log(as_json: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    if as_json { log.json().init() } else { log.init() }
}
