//! Writes the sample firm as plaintext JSON.

use std::{path::Path, process::ExitCode};

use harness::sample::{Firm, fixture};

const HELP: &str = "\
Makes the fictional sample firm and writes it as JSON.

  sample                  writes it to the terminal
  sample --fixtures DIR   writes a file for each part into a folder, and prints their hash
  sample --hash           prints the hash alone; the same firm has the same one everywhere
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let files = fixture::files(&Firm::sample());
    match words.as_slice() {
        [] => files.iter().for_each(|(_, text)| say(text.trim_end())),
        ["--hash"] => say(&fixture::hash(&files)),
        ["--fixtures", folder] => {
            if let Err(error) = write(Path::new(folder), &files) {
                complain(&format!("{folder}: {error}"));
                return ExitCode::FAILURE;
            }
            say(&fixture::hash(&files));
        }
        ["--help" | "-h"] => say(HELP.trim_end()),
        _ => {
            complain(HELP.trim_end());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn write(folder: &Path, files: &[(&'static str, String)]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    files.iter().try_for_each(|(name, text)| std::fs::write(folder.join(name), text))
}

#[expect(clippy::print_stdout, reason = "the firm is what the program is for")]
fn say(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "the only word to a person at the terminal")]
fn complain(text: &str) {
    eprintln!("{text}");
}
