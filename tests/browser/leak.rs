//! Looking for what must not be there, wherever the server or the network could hold it.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
};

use harness::canary::{CANARIES, Hit, Scanner, forms};
use rusqlite::Connection;
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

use crate::{
    house::House,
    page::{Page, TABLET},
    person::Device,
};

/// Nothing typed is in the server's files, in its memory, or on the tape of the network.
pub(crate) fn assert_nothing_leaked(house: &House, tape: &[u8]) {
    let scanner = Scanner::new();
    let mut hits = scanner.scan("the network", tape);
    let files = house.files();
    let has = |ending: &str| files.iter().any(|file| file.to_string_lossy().ends_with(ending));
    for ending in ["server.log", ".sqlite", ".sqlite-wal", ".sqlite-shm"] {
        assert!(has(ending), "no {ending} among {files:?}");
    }
    for file in &files {
        hits.extend(scanner.scan_file(file).unwrap());
    }
    hits.extend(scanner.scan_process(house.process()).unwrap());
    assert_eq!(hits, []);
}

/// What is planted is found: in each file, in the memory, and on the tape.
pub(crate) async fn assert_planted_is_found(house: &House, page: &Page) {
    let scanner = Scanner::new();
    let [first, second, third, ..] = CANARIES;
    let copies = house.folder().join("planted");
    fs::create_dir_all(&copies).unwrap();
    for file in house.files() {
        let copy = copies.join(file.file_name().unwrap());
        fs::copy(&file, &copy).unwrap();
        check(&scanner.scan_file(&copy).unwrap(), first, false);
    }
    let connection = plant_in_database(&scanner, &copies, second);
    for file in house.files() {
        let copy = copies.join(file.file_name().unwrap());
        plant_at_the_end(&copy, third);
        check(&scanner.scan_file(&copy).unwrap(), third, true);
    }
    drop(connection);

    // A request that never ends stays in the memory of whoever reads it.
    let address = house.origin.trim_start_matches("http://").replace("localhost", "127.0.0.1");
    let mut line = TcpStream::connect(address).await.unwrap();
    let (_, planted) = forms(first).into_iter().find(|(form, _)| *form == "percent").unwrap();
    line.write_all(b"GET /?").await.unwrap();
    line.write_all(&planted).await.unwrap();
    // Answered requests on another line show that this one was read meanwhile.
    page.evaluate("fetch('/healthz').then(it => it.text())").await;
    page.evaluate("fetch('/healthz').then(it => it.text())").await;
    check(&scanner.scan_process(house.process()).unwrap(), first, true);
    drop(line);

    drop(house.tape.take());
    for (canary, send) in [
        (first, "fetch('/v1/sync', {method: 'POST', body: TEXT}).then(it => it.text())"),
        (
            second,
            "new Promise(done => {
               const socket = new WebSocket(location.origin.replace('http', 'ws') + '/v1/socket');
               socket.onopen = () => socket.send(new TextEncoder().encode(TEXT));
               socket.onmessage = () => { socket.close(); done('answered'); };
             })",
        ),
        (third, "fetch('/?' + encodeURIComponent(TEXT)).then(it => it.text())"),
    ] {
        page.evaluate(&send.replace("TEXT", &serde_json::to_string(canary).unwrap())).await;
    }
    // Events of the protocol come in order: after one more answer all of them are there.
    page.evaluate("fetch('/healthz').then(it => it.text())").await;
    let tape = house.tape.take();
    for canary in [first, second, third] {
        check(&scanner.scan("the network", &tape), canary, true);
    }
}

#[track_caller]
fn check(hits: &[Hit], canary: &str, is_there: bool) {
    assert_eq!(hits.iter().any(|hit| hit.canary == canary), is_there, "{canary}: {hits:?}");
}

/// Writes a row as the server would: first it lies in the log beside the database, then in it.
/// Closing the connection would remove the files beside the database.
fn plant_in_database(scanner: &Scanner, copies: &Path, canary: &str) -> Connection {
    let database = copies.join("mendan.sqlite");
    let connection = Connection::open(&database).unwrap();
    connection.pragma_update(None, "wal_autocheckpoint", 0).unwrap();
    connection.execute_batch("create table planted (text text)").unwrap();
    connection.execute("insert into planted values (?1)", [canary]).unwrap();
    check(&scanner.scan_file(&copies.join("mendan.sqlite-wal")).unwrap(), canary, true);
    check(&scanner.scan_file(&database).unwrap(), canary, false);
    connection.execute_batch("pragma wal_checkpoint(full)").unwrap();
    check(&scanner.scan_file(&database).unwrap(), canary, true);
    connection
}

fn plant_at_the_end(path: &Path, canary: &str) {
    let mut file = OpenOptions::new().append(true).open(path).unwrap();
    for (_, bytes) in forms(canary) {
        file.write_all(&bytes).unwrap();
        file.write_all(b"\n").unwrap();
    }
}

/// What a page leaves in clear in a profile is found there, so that finding nothing means something.
pub(crate) async fn assert_planted_in_a_profile_is_found(house: &House) {
    const KEEP: &str = "new Promise((done, failed) => {
        const opening = indexedDB.open('planted');
        opening.onerror = failed;
        opening.onupgradeneeded = () => opening.result.createObjectStore('texts');
        opening.onsuccess = () => {
          const keeping = opening.result.transaction('texts', 'readwrite', {durability: 'strict'});
          keeping.objectStore('texts').put(TEXT, 'text');
          keeping.oncomplete = () => done('kept');
        };
      })";
    let [canary, ..] = CANARIES;
    let control = Device::open(house, "control", TABLET, &house.origin).await;
    let text = serde_json::to_string(canary).unwrap();
    control.page.evaluate(&KEEP.replace("TEXT", &text)).await;
    control.browser.kill();
    check(&scan_profile(house, "control"), canary, true);
}

/// Nothing typed is left readable in what the browser keeps of a person's device.
pub(crate) fn assert_profile_is_sealed(house: &House, profile: &str) {
    assert_eq!(scan_profile(house, profile), []);
}

fn scan_profile(house: &House, profile: &str) -> Vec<Hit> {
    let scanner = Scanner::new();
    let files = files_below(&house.profile(profile));
    assert!(files.len() > 20, "{files:?}");
    files.iter().flat_map(|file| scanner.scan_file(file).unwrap()).collect()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else if path.is_file() {
            files.push(path);
        }
    }
    files
}
