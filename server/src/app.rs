//! What every request handler can reach.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use shared::sign::VerifyKey;
use tokio::sync::{Semaphore, watch};

use crate::{
    http::login::Logins,
    hub::Hub,
    line::Line,
    machine::Machine,
    metrics::Counters,
    readers::Readers,
    store::Store,
    writer::{SharedHub, Writer},
};

/// `POST /v1/sync` bodies worked on at a time.
const EXCHANGES_MAX: usize = 256;

/// Where and for whom a server is reached.
#[derive(Clone, Debug)]
pub struct Place {
    /// The origin that whoever names none means, and that browsers come from.
    pub origin: String,
    /// Further origins that browsers may come from.
    pub other_origins: Vec<String>,
    /// Whether the listener speaks TLS.
    pub is_tls: bool,
    /// The database, if it is on disk: reads then have connections of their own.
    pub database: Option<PathBuf>,
    /// Verifies the holder of this start's bootstrap link.
    pub bootstrap: Option<VerifyKey>,
}

/// How the server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// It takes connections.
    Running,
    /// It says good-bye and finishes what it has.
    Stopping,
    /// The database is closed.
    Stopped,
    /// The database failed: the process must end, and be started again with fresh handles.
    Failed,
}

/// One for the process.
pub struct App {
    /// Where it is reached.
    pub place: Place,
    /// Clock and randomness.
    pub machine: Arc<dyn Machine>,
    /// Carries out writes.
    pub writer: Writer,
    /// Answers reads.
    pub readers: Readers,
    /// What was counted since the start.
    pub counters: Arc<Counters>,
    /// `POST` bodies that may be worked on.
    pub exchanges: Semaphore,
    logins: Mutex<Logins>,
    hub: SharedHub,
    life: watch::Sender<Life>,
}

impl App {
    /// Starts the writer around `store`.
    pub fn start(
        store: Store,
        machine: Arc<dyn Machine>,
        place: Place,
    ) -> std::io::Result<Arc<Self>> {
        let hub = SharedHub::default();
        let counters = Arc::new(Counters::default());
        let life = watch::Sender::new(Life::Running);
        let writer_life = life.clone();
        let writer = Writer::start(
            store,
            Arc::clone(&machine),
            Arc::clone(&hub),
            Arc::clone(&counters),
            move |ending| {
                if let Err(error) = &ending {
                    tracing::error!(?error, "the writer ended");
                }
                let ended = if ending.is_ok() { Life::Stopped } else { Life::Failed };
                writer_life.send_replace(ended);
            },
        )?;
        let readers = match place.database.clone() {
            Some(path) => Readers::of_path(path),
            None => Readers::Writer(writer.clone()),
        };
        Ok(Arc::new(Self {
            place,
            machine,
            writer,
            readers,
            counters,
            exchanges: Semaphore::new(EXCHANGES_MAX),
            logins: Mutex::default(),
            hub,
            life,
        }))
    }

    /// The subscriptions.
    pub fn hub(&self) -> MutexGuard<'_, Hub<Arc<Line>>> {
        self.hub.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Logins of those who come without a WebSocket.
    pub(crate) fn logins(&self) -> MutexGuard<'_, Logins> {
        self.logins.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says good-bye to everybody, then closes the database.
    pub fn stop(&self) {
        self.life.send_if_modified(|life| {
            let is_running = *life == Life::Running;
            if is_running {
                *life = Life::Stopping;
            }
            is_running
        });
    }

    /// How the server is, and is from here on.
    pub fn life(&self) -> watch::Receiver<Life> {
        self.life.subscribe()
    }

    /// Returns once the server no longer takes requests, for whatever reason.
    pub async fn stopping(&self) {
        let mut life = self.life.subscribe();
        drop(life.wait_for(|life| *life != Life::Running).await);
    }

    /// Returns once the writer has ended, with how.
    pub async fn ended(&self) -> Life {
        let mut life = self.life.subscribe();
        match life.wait_for(|life| matches!(life, Life::Stopped | Life::Failed)).await {
            Ok(life) => *life,
            // The sender lives as long as `self`.
            Err(_) => Life::Failed,
        }
    }

    /// The origin a request came from: what its header says if that may be, ours if it says
    /// nothing, `None` if browsers must not come from there.
    pub fn admit_origin<'a>(&'a self, claimed: Option<&str>) -> Option<&'a str> {
        let Place { origin, other_origins, .. } = &self.place;
        match claimed {
            None => Some(origin),
            Some(claimed) => std::iter::once(origin)
                .chain(other_origins)
                .map(String::as_str)
                .find(|known| *known == claimed),
        }
    }
}
