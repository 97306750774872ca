//! The driver itself, against a small site: what it types, cuts off, records and kills.

use axum::{
    Router,
    extract::ws::{WebSocket, WebSocketUpgrade},
    http::header::CONTENT_TYPE,
    response::{Html, IntoResponse},
    routing::{any, get, post},
};
use tokio::net::TcpListener;

use crate::{
    chromium::{Browser, find},
    page::{Page, TABLET},
    tape::Tape,
};

const PAGE: &str = "<!doctype html><html lang=ja><title>t</title><link rel=icon href=data:,>
    <textarea id=note></textarea><button id=go onclick='document.title=note.value'>go</button>
    <script>
    const log = [];
    for (const kind of ['compositionstart', 'compositionend', 'input'])
      note.addEventListener(kind, () => log.push(kind));
    const worker = new Worker('/worker.js');
    const ask = what => new Promise(done => {
      // An answer that comes late belongs to an earlier question.
      worker.onmessage = ({data}) => { if (data.to === what) done(data.text); };
      worker.postMessage(what);
    });
    navigator.serviceWorker.register('/sw.js');
    const store = () => new Promise((done, fail) => {
      const opening = indexedDB.open('a', 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore('s');
      opening.onsuccess = () => done(opening.result);
      opening.onerror = () => fail(opening.error);
    });
    const put = async (key, value) => {
      const transaction = (await store()).transaction('s', 'readwrite', {durability: 'strict'});
      return await new Promise(done => {
        transaction.objectStore('s').put(value, key);
        transaction.oncomplete = () => done('kept');
        transaction.onabort = () => done(transaction.error.name);
      });
    };
    const stored = async key => {
      const asking = (await store()).transaction('s').objectStore('s').get(key);
      return await new Promise(done => { asking.onsuccess = () => done(asking.result); });
    };
    </script>";
const WORKER: &str = "
    let socket;
    onmessage = async ({data}) => {
      const bytes = new TextEncoder().encode(data);
      const answer = text => postMessage({to: data, text});
      if (data.startsWith('post')) {
        try {
          const response = await fetch('/echo', {method: 'POST', body: bytes});
          answer(await response.text());
        } catch { answer('no network'); }
      } else {
        socket ??= new WebSocket(`ws://${location.host}/ws`);
        socket.binaryType = 'arraybuffer';
        const limit = setTimeout(() => answer('no network'), 1500);
        socket.onmessage = event => {
          clearTimeout(limit);
          answer(new TextDecoder().decode(event.data));
        };
        socket.onerror = () => { clearTimeout(limit); socket = null; answer('no network'); };
        if (socket.readyState === 1) socket.send(bytes);
        else socket.onopen = () => socket.send(bytes);
      }
    };";
const SERVICE_WORKER: &str = "
    onactivate = event => event.waitUntil(clients.claim());
    onfetch = event => {
      if (!new URL(event.request.url).pathname.startsWith('/kept')) return;
      event.respondWith(fetch('/echo', {method: 'POST', body: 'by the service worker'})
        .catch(() => new Response('from the service worker')));
    };";

/// The site's origin.
async fn start_site() -> String {
    let script = |text: &'static str| ([(CONTENT_TYPE, "text/javascript")], text).into_response();
    let site = Router::new()
        .route("/", get(async || Html(PAGE)))
        .route("/worker.js", get(async move || script(WORKER)))
        .route("/sw.js", get(async move || script(SERVICE_WORKER)))
        .route("/echo", post(async |body: String| format!("echo of {body}")))
        .route("/ws", any(async |upgrade: WebSocketUpgrade| upgrade.on_upgrade(echo)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, site).await.unwrap() });
    origin
}

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if socket.send(message).await.is_err() {
            break;
        }
    }
}

async fn ask(page: &Page, what: &str) -> String {
    let answer = page.evaluate(&format!("ask({what:?})")).await;
    String::from(answer.as_str().unwrap())
}

#[tokio::test]
async fn text_typed_and_composed_arrives_with_the_events_of_a_keyboard() {
    let Some(program) = find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let site = start_site().await;
    let browser = Browser::start(&program, &folder.path().join("a"), &Tape::default()).await;
    let page = browser.open(&site).await;
    page.show_on(TABLET).await;

    page.fill("#note", "面談").await;
    page.compose(&["き", "きろ", "きろく", "記録"]).await;
    page.insert("𠮷😴").await;
    page.click("#go").await;

    page.wait_for("document.title === '面談記録𠮷😴'").await;
    let log = page.evaluate("log.join()").await;
    assert!(log.as_str().unwrap().contains("compositionstart"), "{log}");
    assert!(log.as_str().unwrap().contains("compositionend"), "{log}");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn the_network_is_cut_for_pages_workers_and_service_workers() {
    let Some(program) = find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let site = start_site().await;
    let browser = Browser::start(&program, &folder.path().join("a"), &Tape::default()).await;
    let page = browser.open(&site).await;
    page.wait_for("navigator.serviceWorker.controller").await;
    let fetched = "fetch('/kept').then(it => it.text())";
    assert_eq!(ask(&page, "post one").await, "echo of post one");
    assert_eq!(ask(&page, "socket one").await, "socket one");
    assert_eq!(page.evaluate(fetched).await, "echo of by the service worker");

    browser.set_offline(true).await;

    assert_eq!(page.evaluate("navigator.onLine").await, false);
    assert_eq!(ask(&page, "post two").await, "no network");
    assert_eq!(ask(&page, "socket two").await, "no network");
    assert_eq!(page.evaluate(fetched).await, "from the service worker");
    let direct = "fetch('/echo', {method: 'POST'}).then(() => 'network', () => 'no network')";
    assert_eq!(page.evaluate(direct).await, "no network");

    browser.set_offline(false).await;

    assert_eq!(ask(&page, "post three").await, "echo of post three");
    assert_eq!(page.evaluate(fetched).await, "echo of by the service worker");
}

#[tokio::test]
async fn the_tape_holds_bodies_and_frames_of_every_target() {
    let Some(program) = find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (site, tape) = (start_site().await, Tape::default());
    let browser = Browser::start(&program, &folder.path().join("a"), &tape).await;
    let page = browser.open(&site).await;
    page.wait_for("navigator.serviceWorker.controller").await;

    ask(&page, "post 面談 by worker").await;
    ask(&page, "socket 面談 by worker").await;
    page.evaluate("fetch('/echo', {method: 'POST', body: 'page 面談'}).then(it => it.text())")
        .await;
    page.evaluate("fetch('/kept').then(it => it.text())").await;

    for expected in [
        "post 面談 by worker",
        "echo of post 面談 by worker",
        "socket 面談 by worker",
        "page 面談",
        "echo of page 面談",
        "by the service worker",
        "echo of by the service worker",
    ] {
        tape.wait_for(expected.as_bytes()).await;
    }
}

#[tokio::test]
async fn what_was_durable_survives_the_death_of_the_browser() {
    let Some(program) = find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("a");
    let site = start_site().await;
    let browser = Browser::start(&program, &profile, &Tape::default()).await;
    let page = browser.open(&site).await;
    assert_eq!(page.evaluate("put('note', '面談記録')").await, "kept");

    browser.kill();
    let browser = Browser::start(&program, &profile, &Tape::default()).await;
    let page = browser.open(&site).await;

    assert_eq!(page.evaluate("stored('note')").await, "面談記録");
}

#[tokio::test]
async fn a_full_store_can_be_had_on_demand() {
    let Some(program) = find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let site = start_site().await;
    let browser = Browser::start(&program, &folder.path().join("a"), &Tape::default()).await;
    let page = browser.open(&site).await;
    let put = "put('large', crypto.getRandomValues(new Uint8Array(65536)))";

    page.limit_storage(&site, Some(1)).await;
    assert_eq!(page.evaluate(put).await, "QuotaExceededError");

    page.limit_storage(&site, None).await;
    assert_eq!(page.evaluate(put).await, "kept");
}
