//! Connections to the database that only read, beside the writer's.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{Semaphore, oneshot};

use crate::{
    store::{ReadStore, Reader, StoreError},
    writer::Writer,
};

/// Reads at a time; further ones wait.
const READS_MAX: usize = 4;

/// Answers reads.
#[derive(Clone, Debug)]
pub enum Readers {
    /// By connections of their own, for a database on disk.
    Pool(Arc<Pool>),
    /// By the writer, for a database in memory.
    Writer(Writer),
}

/// Connections that wait for something to read.
#[derive(Debug)]
pub struct Pool {
    path: PathBuf,
    idle: Mutex<Vec<ReadStore>>,
    permits: Semaphore,
}

impl Readers {
    /// Readers of the database at `path`.
    pub fn of_path(path: PathBuf) -> Self {
        Self::Pool(Arc::new(Pool {
            path,
            idle: Mutex::default(),
            permits: Semaphore::new(READS_MAX),
        }))
    }

    /// What `look` makes of the committed rows; `None` if nobody could read for it.
    pub async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(Reader<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Option<Result<T, StoreError>> {
        match self {
            Self::Writer(writer) => {
                let (sender, receiver) = oneshot::channel();
                // The receiver may have gone away, which is its own business.
                writer.look(move |reader| drop(sender.send(look(reader))));
                receiver.await.ok()
            }
            Self::Pool(pool) => {
                let permit = pool.permits.acquire().await.ok()?;
                let lent = Arc::clone(pool);
                let result = tokio::task::spawn_blocking(move || lent.read(look)).await.ok();
                drop(permit);
                result
            }
        }
    }
}

impl Pool {
    fn read<T>(
        &self,
        look: impl FnOnce(Reader<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let store = match idle {
            Some(store) => store,
            None => ReadStore::open(&self.path)?,
        };
        let result = look(store.reader());
        // A connection that failed is not used again.
        if result.is_ok() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(store);
        }
        result
    }
}
