//! A server from the first file opened to the last byte written.

use std::{
    fs::DirBuilder, net::SocketAddr, os::unix::fs::DirBuilderExt as _, path::Path, sync::Arc,
};

use anyhow::{Context as _, Result, bail};
use tokio::{net::TcpListener, sync::watch};

use crate::{
    accept::{Caps, accept},
    app::{App, Life, Place},
    config::Config,
    http,
    machine::Machine,
    service::bootstrap::BootstrapLink,
    store::Store,
    tls,
};

/// Connections to the metrics listener.
const METRICS_CAPS: Caps = Caps { connections: u64::MAX, connections_per_address: 64 };

/// What the operator is told once the server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listening {
    /// Where it listens.
    pub address: SocketAddr,
    /// The origin to open in a browser.
    pub origin: String,
    /// Where metrics are, if anywhere.
    pub metrics: Option<SocketAddr>,
    /// The link for the first admin, while there is no firm.
    pub bootstrap: Option<String>,
}

/// Serves until `stop` completes, then says good-bye and closes the database.
///
/// `listening` is called once connections are taken.
pub async fn serve(
    config: &Config,
    machine: Arc<dyn Machine>,
    stop: impl Future<Output = ()>,
    listening: impl FnOnce(&Listening),
) -> Result<()> {
    let store = open(config, &*machine)?;
    let has_firm = store.reader().org_length()? > 0;
    let tls = config.tls.as_ref().map(tls::server_config).transpose()?;
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("{} cannot be listened on", config.listen))?;
    let address = listener.local_addr()?;
    let (origin, other_origins) = config.origins(address);
    let link = (!has_firm).then(|| BootstrapLink::make(&mut &*machine));
    let place = Place {
        origin: origin.clone(),
        other_origins,
        is_tls: tls.is_some(),
        database: Some(config.database()),
        bootstrap: link.as_ref().map(BootstrapLink::verify_key),
    };
    let app = App::start(store, machine, place)?;
    let (stop_accepting, accepting) = watch::channel(false);
    let metrics = serve_metrics(config, &app, accepting.clone()).await?;
    let caps = config.caps;
    let router = http::router(Arc::clone(&app));
    let counters = Arc::clone(&app.counters);
    let mut devices = tokio::spawn(accept(listener, tls, router, caps, counters, accepting));
    listening(&Listening {
        address,
        origin: origin.clone(),
        metrics,
        bootstrap: link.as_ref().map(|link| link.url(&origin)),
    });
    // The secret itself is needed for nothing further.
    drop(link);

    let failed = tokio::select! {
        () = stop => false,
        _ = app.ended() => true,
        // Only its own end could end it before it is told to.
        _ = &mut devices => true,
    };
    tracing::info!("stopping");
    app.stop();
    stop_accepting.send_replace(true);
    if !devices.is_finished() {
        drop(devices.await);
    }
    app.writer.stop();
    match app.ended().await {
        Life::Stopped if !failed => Ok(()),
        Life::Stopped | Life::Failed | Life::Running | Life::Stopping => {
            bail!("the database failed; see the log")
        }
    }
}

/// Opens the database in a directory that only this user can read.
pub fn open(config: &Config, machine: &dyn Machine) -> Result<Store> {
    make_private(&config.data)
        .with_context(|| format!("{} cannot be made", config.data.display()))?;
    let path = config.database();
    Store::open(&path, &mut &*machine)
        .with_context(|| format!("{} cannot be opened", path.display()))
}

fn make_private(directory: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)
}

async fn serve_metrics(
    config: &Config,
    app: &App,
    stop: watch::Receiver<bool>,
) -> Result<Option<SocketAddr>> {
    let Some(address) = config.metrics else { return Ok(None) };
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("{address} cannot be listened on"))?;
    let address = listener.local_addr()?;
    let router = http::metrics_router(Arc::clone(&app.counters));
    // Its connections are not counted among the devices'.
    let counters = Arc::default();
    tokio::spawn(accept(listener, None, router, METRICS_CAPS, counters, stop));
    Ok(Some(address))
}
