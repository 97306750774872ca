//! Connections that do nothing but exist.

use engine::Pace;
use harness::{
    host::Host,
    station::{Failed, Station},
};
use shared::log::org::Role;

use crate::{figures::mib, server_program};

/// What `count` connections cost the server in memory.
pub(crate) async fn idle(count: u32) -> Result<String, Failed> {
    let folder = tempfile::tempdir().map_err(|error| Failed(error.to_string()))?;
    let program = server_program()?;
    let host = Host::start(&program, folder.path()).map_err(|error| Failed(error.to_string()))?;
    let pace = Pace::Coalesce { wait_ms: 0 };
    let mut admin = Station::new("admin", &host.origin, pace);
    admin.arrive(&host.bootstrap.clone().unwrap_or_default(), "admin").await?;
    let account = || host.account().map_err(|error| Failed(error.to_string()));
    let mut stations = vec![];
    for number in 0..count {
        let name = format!("idle {number}");
        let link = admin.invite(Role::Consultant, &name).await?;
        let mut station = Station::new(&name, &host.origin, pace);
        station.arrive(&link, &name).await?;
        station.offline();
        stations.push(station);
    }
    // Everybody is known to the server and nobody is there: what comes now is the connections.
    admin.turn_until_quiet().await?;
    let before = account()?;
    for station in &mut stations {
        station.online();
        station.turn_until_quiet().await?;
    }
    let after = account()?;
    let per_connection = (after.rss_bytes - before.rss_bytes) / f64::from(count);
    Ok(format!(
        "idle: {count} connections, each of its own account and device\n  server RSS {} -> {}\n  \
         {per_connection:.0} bytes per idle connection\n",
        mib(before.rss_bytes),
        mib(after.rss_bytes),
    ))
}
