//! A server from the first file opened to the last byte written.

use std::{
    fs::DirBuilder,
    io,
    net::SocketAddr,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use thiserror::Error;
use tokio::{net::TcpListener, sync::watch};

use crate::{
    accept::{Caps, accept},
    app::{App, Life, Place},
    config::Config,
    http,
    machine::Machine,
    service::bootstrap::BootstrapLink,
    store::{Store, StoreError},
    tls::{self, TlsError},
};

/// Connections to the metrics listener.
const METRICS_CAPS: Caps = Caps { connections: u64::MAX, connections_per_address: 64 };

/// Why a server did not start, or ended by itself.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The data directory cannot be made.
    #[error("{} cannot be made", path.display())]
    Data {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The database cannot be opened or read.
    #[error("{} cannot be opened", path.display())]
    Store {
        /// Which.
        path: PathBuf,
        /// Why.
        source: StoreError,
    },
    /// The certificate does not serve.
    #[error(transparent)]
    Tls(TlsError),
    /// The address is taken, or not this machine's.
    #[error("{address} cannot be listened on")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The writer's thread cannot be started.
    #[error("the writer cannot be started")]
    Writer(#[source] io::Error),
    /// The database failed while serving; the log has the cause. To be started again.
    #[error("the database failed; see the log")]
    Failed,
}

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
) -> Result<(), ServeError> {
    let store = open(config, &*machine)?;
    let org_length = store
        .reader()
        .org_length()
        .map_err(|source| ServeError::Store { path: config.database(), source })?;
    let tls = config.tls.as_ref().map(tls::server_config).transpose().map_err(ServeError::Tls)?;
    let (listener, address) = listen(config.listen).await?;
    let (origin, other_origins) = config.origins(address);
    let link = (org_length == 0).then(|| BootstrapLink::make(&mut &*machine));
    let place = Place {
        origin: origin.clone(),
        other_origins,
        is_tls: tls.is_some(),
        database: Some(config.database()),
        bootstrap: link.as_ref().map(BootstrapLink::verify_key),
    };
    let app = App::start(store, machine, place).map_err(ServeError::Writer)?;
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
        Life::Stopped | Life::Failed | Life::Running | Life::Stopping => Err(ServeError::Failed),
    }
}

/// Opens the database in a directory that only this user can read.
pub fn open(config: &Config, machine: &dyn Machine) -> Result<Store, ServeError> {
    make_home(config)?;
    let path = config.database();
    Store::open(&path, &mut &*machine).map_err(|source| ServeError::Store { path, source })
}

/// Makes the data directory, which only this user can read.
pub fn make_home(config: &Config) -> Result<(), ServeError> {
    make_private(&config.data)
        .map_err(|source| ServeError::Data { path: config.data.clone(), source })
}

fn make_private(directory: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let bound = async {
        let listener = TcpListener::bind(address).await?;
        let bound = listener.local_addr()?;
        Ok((listener, bound))
    };
    bound.await.map_err(|source| ServeError::Listen { address, source })
}

async fn serve_metrics(
    config: &Config,
    app: &App,
    stop: watch::Receiver<bool>,
) -> Result<Option<SocketAddr>, ServeError> {
    let Some(address) = config.metrics else { return Ok(None) };
    let (listener, address) = listen(address).await?;
    let router = http::metrics_router(Arc::clone(&app.counters));
    // Its connections are not counted among the devices'.
    let counters = Arc::default();
    tokio::spawn(accept(listener, None, router, METRICS_CAPS, counters, stop));
    Ok(Some(address))
}
