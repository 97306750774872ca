//! The worker's side: engine, local store, connection.
//!
//! A worker is one life of the engine's memory. It may die of a change that breaks the documents'
//! program; the page starts another one, which reads everything from the local store.
//!
//! **Invariant:** the engine runs only in the tab that holds the lock, and what one tab wrote is
//! durable or given up before the next one reads.

mod bind;
mod clock;
mod death;
mod desk;
pub mod driver;
mod entropy;
pub mod link;
mod lock;
mod screen;
pub mod store;
mod timer;

use core::hint::black_box;
use std::rc::Rc;

use engine::{
    cx::Entropy as _,
    engine::Engine,
    input::{Input, StoreFault},
    keyring,
};
use futures_channel::mpsc::{UnboundedReceiver, unbounded};
use futures_util::future::join;
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::spawn_local;
use web_sys::DedicatedWorkerGlobalScope;

use self::{
    clock::DeviceClock,
    desk::Desk,
    driver::{Driver, End, Errand, Hands},
    entropy::BrowserEntropy,
    link::run::LinkHandle,
    lock::LockSign,
    screen::Page,
    store::{
        Job, LocalStore as _,
        indexed::{DATABASE, IndexedStore},
        keep,
    },
};
use crate::port::Control;

/// Asked of the browser once, before the first document: memory that grows in small steps makes a
/// first load two to four times slower. It covers the passphrase's 64 MiB and what is loaded after.
const HEAP_BYTES: usize = 96 * 1024 * 1024;

/// Runs the driver in a dedicated worker.
pub fn run() {
    let Some(scope) = scope() else { return };
    let page = Page::new(scope);
    let (sign, signs) = unbounded();
    // At once: the page's first message may be waiting already.
    let desk = Desk::open(page.clone(), sign);
    spawn_local(live(page, desk, signs));
}

/// Works whenever this tab holds the lock, waits otherwise.
async fn live(page: Page, desk: Rc<Desk>, mut signs: UnboundedReceiver<LockSign>) {
    let mut is_given_away = false;
    loop {
        let Some(held) = lock::acquire(&desk, &mut signs, is_given_away).await else {
            return page.tell(Control::NoLocks);
        };
        let end = Box::pin(work(&desk, page.clone())).await;
        desk.direct(None);
        drop(held);
        match end {
            Ok(End::Released | End::Lost) => is_given_away = true,
            Ok(End::Unreadable) | Err(StoreFault::Full | StoreFault::Broken) => {
                return page.tell(Control::StoreUnreadable);
            }
        }
    }
}

/// One turn as the writing tab.
async fn work(desk: &Rc<Desk>, page: Page) -> Result<End, StoreFault> {
    reserve_heap();
    let (errand, mut errands) = unbounded();
    let mut owner = [0; 16];
    BrowserEntropy.fill(&mut owner);
    let lost = errand.clone();
    // With the driver gone it has ended already.
    let on_lost = move || drop(lost.unbounded_send(Errand::Lost));
    let store = IndexedStore::new(DATABASE, owner, on_lost);
    let vault = store.vault().await?;

    let (jobs, waiting) = unbounded();
    if vault.is_some() {
        drop(jobs.unbounded_send(Job::Foresee));
    }
    let hands = Hands {
        clock: DeviceClock::new(errand.clone()),
        wire: LinkHandle::start(errand.clone()),
        screen: page,
        entropy: Box::new(BrowserEntropy),
        jobs,
    };
    let mut engine = Engine::new(keyring::argon2id);
    let driver = Driver::new(move |cx, input| engine.handle(cx, input), hands);
    desk.direct(Some(errand.clone()));
    drop(errand.unbounded_send(Errand::Input(Box::new(Input::Started { vault }))));
    let keeper = keep(&store, waiting, errand);
    let (end, ()) = join(driver.run(&mut errands), keeper).await;
    Ok(end)
}

fn reserve_heap() {
    // The allocator keeps what it got: a worker's memory never shrinks.
    drop(black_box(Vec::<u8>::with_capacity(HEAP_BYTES)));
}

/// This worker, as the browser sees it.
fn scope() -> Option<DedicatedWorkerGlobalScope> {
    js_sys::global().dyn_into().ok()
}
