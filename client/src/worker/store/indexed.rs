//! The local store in IndexedDB: one object store of bytes under binary keys, and the name of the
//! one worker that may write.
//!
//! **Invariant:** a transaction writes only if the owner's name, read in the same transaction, is
//! this worker's. A tab that was frozen while another one took over cannot write when it wakes up.

use core::cell::{Cell, RefCell};
use std::pin::pin;

use engine::{
    effect::{Batch, Record, RecordKey},
    input::StoreFault,
};
use futures_util::future::{Either, select};
use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use shared::Blob;
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomException, IdbFactory, IdbKeyRange, IdbObjectStore, IdbRequest, IdbTransaction};

use super::LocalStore;
use crate::{
    widgets::dom,
    worker::{bind::Database, timer::sleep_ms},
};

/// The database's name. Tests use others.
pub const DATABASE: &str = "mendan";

const VERSION: u32 = 1;
const RECORDS: &str = "records";
const OWNER: &str = "owner";
/// A database that does not answer for so long is given up and opened again.
const ANSWER_MS_MAX: i32 = 15_000;
/// Records read in one go.
const PAGE_RECORDS: u32 = 1_000;

/// The name of the worker that may write: random.
pub type Owner = [u8; 16];

/// Why a transaction did not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    Full,
    /// Another worker's name is in the store.
    Lost,
    Broken,
}

impl From<JsValue> for Trouble {
    fn from(error: JsValue) -> Self {
        match error.dyn_ref::<DomException>() {
            Some(error) if error.name() == "QuotaExceededError" => Self::Full,
            Some(_) | None => Self::Broken,
        }
    }
}

/// Records in IndexedDB.
pub struct IndexedStore {
    name: &'static str,
    owner: Owner,
    /// Whether the owner's name is in the store.
    is_claimed: Cell<bool>,
    connection: RefCell<Option<Database>>,
    on_lost: Box<dyn Fn()>,
}

impl IndexedStore {
    /// The store of this name, which is made with the first use if there is none. `on_lost` is called
    /// when another worker turns out to own it.
    pub fn new(name: &'static str, owner: Owner, on_lost: impl Fn() + 'static) -> Self {
        Self {
            name,
            owner,
            is_claimed: Cell::new(false),
            connection: RefCell::new(None),
            on_lost: Box::new(on_lost),
        }
    }

    /// Tries; after a failure that another connection may not have, tries once more.
    async fn twice<T, F: Future<Output = Result<T, Trouble>>>(
        &self,
        work: impl Fn(Database) -> F,
    ) -> Result<T, StoreFault> {
        for _ in 0..2 {
            match in_time(async { work(self.connection().await?).await }).await {
                Ok(done) => return Ok(done),
                Err(Trouble::Full) => return Err(StoreFault::Full),
                Err(Trouble::Lost) => {
                    (self.on_lost)();
                    return Err(StoreFault::Broken);
                }
                Err(Trouble::Broken) => self.close(),
            }
        }
        Err(StoreFault::Broken)
    }

    async fn connection(&self) -> Result<Database, Trouble> {
        if let Some(open) = self.connection.borrow().as_ref() {
            return Ok(open.clone());
        }
        let fresh = connect(self.name).await?;
        if let Some(old) = self.connection.replace(Some(fresh.clone())) {
            old.close();
        }
        Ok(fresh)
    }

    fn close(&self) {
        if let Some(database) = self.connection.take() {
            database.close();
        }
    }

    async fn write(&self, database: Database, batches: &[Batch]) -> Result<(), Trouble> {
        let transaction = Transaction::begin(&database, true)?;
        let owners = transaction.store(OWNER)?;
        let name = JsValue::from_str(OWNER);
        if self.is_claimed.get() {
            let found = answer(&owners.get(&name)?).await?;
            if bytes(&found).as_deref() != Some(self.owner.as_slice()) {
                return Err(Trouble::Lost);
            }
        } else {
            owners.put_with_key(&Uint8Array::from(self.owner.as_slice()), &name)?;
        }
        let records = transaction.store(RECORDS)?;
        for Batch { puts, deletes, .. } in batches {
            for (key, value) in puts {
                records.put_with_key(&Uint8Array::from(value.as_ref()), &js_key(key))?;
            }
            for key in deletes {
                records.delete(&js_key(key))?;
            }
        }
        transaction.finish().await?;
        self.is_claimed.set(true);
        Ok(())
    }
}

impl Drop for IndexedStore {
    fn drop(&mut self) {
        self.close();
    }
}

impl LocalStore for IndexedStore {
    async fn claim(&self) -> Result<(), StoreFault> {
        self.apply(&[]).await
    }

    async fn apply(&self, batches: &[Batch]) -> Result<(), StoreFault> {
        self.twice(|database| self.write(database, batches)).await
    }

    async fn erase(&self) -> Result<(), StoreFault> {
        self.twice(erase_all).await
    }

    async fn load_all(&self) -> Result<Vec<Record>, StoreFault> {
        self.twice(read_all).await
    }

    async fn vault(&self) -> Result<Option<Blob>, StoreFault> {
        self.twice(read_vault).await
    }
}

/// A transaction that is undone unless it is finished.
struct Transaction {
    inner: IdbTransaction,
    finished: Option<JsFuture>,
}

impl Transaction {
    fn begin(database: &Database, is_writing: bool) -> Result<Self, Trouble> {
        let options = Object::new();
        Reflect::set(&options, &"durability".into(), &"strict".into())?;
        let mode = if is_writing { "readwrite" } else { "readonly" };
        let stores = Array::of2(&RECORDS.into(), &OWNER.into());
        let inner = database.transaction(&stores, mode, &options)?;
        let promise = Promise::new(&mut |resolve, reject| {
            inner.set_oncomplete(Some(&resolve));
            inner.set_onabort(Some(&reject));
        });
        Ok(Self { inner, finished: Some(JsFuture::from(promise)) })
    }

    fn store(&self, name: &str) -> Result<IdbObjectStore, Trouble> {
        Ok(self.inner.object_store(name)?)
    }

    /// Waits until everything is on the disk.
    async fn finish(mut self) -> Result<(), Trouble> {
        let Some(finished) = self.finished.as_mut() else { return Err(Trouble::Broken) };
        let outcome = finished.await;
        self.finished = None;
        match (outcome, self.inner.error()) {
            (Ok(_), _) => Ok(()),
            (Err(_), Some(error)) => Err(JsValue::from(error).into()),
            (Err(_), None) => Err(Trouble::Broken),
        }
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if self.finished.is_some() {
            // Refused when the transaction came to an end by itself, which is as good.
            dom::shrug(self.inner.abort());
        }
    }
}

async fn connect(name: &str) -> Result<Database, Trouble> {
    let factory: IdbFactory = Reflect::get(&js_sys::global(), &"indexedDB".into())?.dyn_into()?;
    let request = factory.open_with_u32(name, VERSION)?;
    let opening = request.clone();
    let upgrade = Closure::once(move || {
        if let Ok(database) = opening.result() {
            let database: Database = database.unchecked_into();
            dom::shrug(database.create_object_store(RECORDS));
            dom::shrug(database.create_object_store(OWNER));
        }
    });
    request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
    let database: Database = answer(&request).await?.unchecked_into();
    // Another build of the app wants to change the database: it must not have to wait for this tab.
    let closing = database.clone();
    let on_version_change = Closure::once_into_js(move || closing.close());
    database.set_onversionchange(Some(on_version_change.unchecked_ref()));
    Ok(database)
}

/// Whoever owns the store: what is to go must not wait for another tab.
async fn erase_all(database: Database) -> Result<(), Trouble> {
    let transaction = Transaction::begin(&database, true)?;
    transaction.store(RECORDS)?.clear()?;
    transaction.finish().await
}

async fn read_vault(database: Database) -> Result<Option<Blob>, Trouble> {
    let transaction = Transaction::begin(&database, false)?;
    let request = transaction.store(RECORDS)?.get(&js_key(&RecordKey::VAULT))?;
    let found = answer(&request).await?;
    transaction.finish().await?;
    Ok(bytes(&found).map(Blob))
}

async fn read_all(database: Database) -> Result<Vec<Record>, Trouble> {
    let transaction = Transaction::begin(&database, false)?;
    let store = transaction.store(RECORDS)?;
    let mut records = Vec::new();
    let mut last = js_key(&RecordKey::VAULT);
    loop {
        let after = IdbKeyRange::lower_bound_with_open(&last, true)?;
        let keys = store.get_all_keys_with_key_and_limit(&after, PAGE_RECORDS)?;
        let values = store.get_all_with_key_and_limit(&after, PAGE_RECORDS)?;
        let keys: Array = answer(&keys).await?.unchecked_into();
        let values: Array = answer(&values).await?.unchecked_into();
        for (key, value) in keys.iter().zip(values.iter()) {
            // Nothing else was ever written; what is not a record is left alone.
            if let (Some(key), Some(value)) = (rust_key(&key), bytes(&value)) {
                records.push((key, Blob(value)));
            }
        }
        if keys.length() < PAGE_RECORDS {
            break;
        }
        last = keys.get(keys.length().saturating_sub(1));
    }
    transaction.finish().await?;
    Ok(records)
}

/// Waits for what was asked of the database, and for nothing else: a transaction that waits for
/// something else is over.
async fn answer(request: &IdbRequest) -> Result<JsValue, Trouble> {
    let promise = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    if JsFuture::from(promise).await.is_ok() {
        return Ok(request.result()?);
    }
    match request.error()? {
        Some(error) => Err(JsValue::from(error).into()),
        None => Err(Trouble::Broken),
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
    match select(pin!(work), pin!(sleep_ms(ANSWER_MS_MAX))).await {
        Either::Left((done, _)) => done,
        Either::Right(((), _)) => Err(Trouble::Broken),
    }
}

fn js_key(key: &RecordKey) -> JsValue {
    Uint8Array::from(key.0.as_slice()).into()
}

fn rust_key(key: &JsValue) -> Option<RecordKey> {
    Uint8Array::new(key).to_vec().try_into().ok().map(RecordKey)
}

fn bytes(value: &JsValue) -> Option<Vec<u8>> {
    value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec)
}
