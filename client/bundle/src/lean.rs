//! What makes the compiler write the same program in fewer bytes.
//!
//! None of it is stable in Rust, and not every compiler knows all of it: each is asked first.

use anyhow::Result;

use crate::command::Command;

/// A dead app says nothing about its death but that it happened, so whatever would describe a panic
/// or a place in the program can go.
const SILENT: [&str; 4] =
    ["-Zunstable-options", "-Cpanic=immediate-abort", "-Zlocation-detail=none", "-Zfmt-debug=none"];
/// What LLVM does for the sake of speed.
const PLAIN: [&str; 4] = [
    // Computes before a loop every address that the loop may use, instead of saying it in place.
    "-Cllvm-args=-disable-lsr",
    // The same for whatever else does not change inside.
    "-Cllvm-args=-opt-disable=licm",
    // Writes a value down on each way that leads to where it is used.
    "-Cllvm-args=-enable-pre=false",
    // Copies more than two numbers one by one.
    "-Cllvm-args=-max-store-memcpy=2",
];

/// What a compiler knows of it.
#[derive(Clone, Debug)]
pub(crate) struct Lean {
    flags: Vec<&'static str>,
}

impl Lean {
    /// Asks a compiler that makes code for `target`.
    pub(crate) fn ask(rustc: impl Fn() -> Command, target: &str) -> Result<Self> {
        let rustc = || rustc().set("RUSTC_BOOTSTRAP", "1").args(&["--target", target, "--print"]);
        let knows = |flags: &[&str]| -> Result<bool> {
            Ok(rustc().arg("cfg").args(flags).output()?.is_some())
        };
        let mut flags = vec![];
        for some in [SILENT.as_slice()].into_iter().chain(PLAIN.chunks(1)) {
            if knows(some)? {
                flags.extend(some);
            }
        }
        Ok(Self { flags })
    }

    /// Whether the compiler knows everything.
    pub(crate) fn is_whole(&self) -> bool {
        self.flags.len() == SILENT.len() + PLAIN.len()
    }

    /// Flags for every crate of the app.
    pub(crate) fn flags(&self) -> impl Iterator<Item = String> {
        self.flags.iter().map(|flag| String::from(*flag))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks a program that refuses what holds certain words.
    fn ask(refused: &str) -> Lean {
        let script = format!("case \"$*\" in *{refused}*) exit 1;; esac");
        let compiler = || Command::new("sh").args(&["-c", &script, "rustc"]);
        Lean::ask(compiler, "wasm32-unknown-unknown").unwrap()
    }

    #[test]
    fn a_compiler_is_told_only_what_it_knows() {
        let all: Vec<String> = ask("nothing").flags().collect();
        assert!(ask("nothing").is_whole());
        for (refused, left) in [("max-store", 7), ("fmt-debug", 4), ("llvm-args", 4), ("", 0)] {
            let lean = ask(refused);

            assert!(!lean.is_whole(), "{refused}");
            let flags: Vec<String> = lean.flags().collect();
            assert_eq!(flags.len(), left, "{refused}");
            assert!(flags.iter().all(|flag| all.contains(flag) && !flag.contains(refused)));
        }
    }
}
