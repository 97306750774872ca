//! Packages of Debian and its relatives.

use anyhow::{Result, bail};

use crate::command::{self, Command};
use crate::say;

/// Whether this system has apt.
pub(crate) fn is_here() -> bool {
    command::exists("apt-get")
}

/// Those of `packages` that are not installed.
pub(crate) fn missing<'a>(packages: &[&'a str]) -> Result<Vec<&'a str>> {
    let mut missing = Vec::new();
    for package in packages {
        let query = Command::new("dpkg-query").args(&["-W", "-f=${db:Status-Status}", package]);
        if query.output()?.as_deref() != Some("installed") {
            missing.push(*package);
        }
    }
    Ok(missing)
}

/// Installs `packages` without asking questions; `purpose` is told when it cannot be done.
pub(crate) fn install(packages: &[&str], purpose: &str) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let list = packages.join(" ");
    if !is_here() {
        bail!(
            "{purpose}\n  このシステムには apt がありません。次のもの（または同等品）を入れてください。\n  \
             There is no apt here; please install these, or their like, yourself: {list}"
        );
    }
    let Some(prefix) = privilege() else {
        bail!(
            "{purpose}\n  管理者権限（root または sudo）が必要です。次を実行してください。\n  \
             This needs root or sudo; please run:\n    apt-get install -y {list}"
        );
    };
    say::line(format_args!("  apt: {list}"));
    if let Err(error) = apt(&prefix, &["update", "-q"]).run() {
        // A dead third-party source must not stop us: the packages may be known already.
        say::line(format_args!("  apt-get update: {error}"));
    }
    apt(&prefix, &["install", "-y", "-q", "--no-install-recommends"]).args(packages).run()
}

/// The words before `apt-get`, or `None` when nobody here may install anything.
fn privilege() -> Option<Vec<&'static str>> {
    if nix::unistd::geteuid().is_root() {
        return Some(Vec::new());
    }
    command::exists("sudo").then(|| vec!["sudo"])
}

fn apt(prefix: &[&str], words: &[&str]) -> Command {
    // `env` is part of the line because sudo does not pass variables on.
    let mut line = prefix.to_vec();
    line.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    line.extend(["-o", "DPkg::Lock::Timeout=300"]);
    line.extend(words);
    let (program, arguments) = line.split_first().unwrap_or((&"apt-get", &[]));
    Command::new(*program).args(arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apt_never_asks_even_through_sudo() {
        let line = apt(&["sudo"], &["install", "-y"]).to_string();

        let start = "sudo env DEBIAN_FRONTEND=noninteractive apt-get ";
        assert!(line.starts_with(start) && line.ends_with(" install -y"), "{line}");
    }
}
