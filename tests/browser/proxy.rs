//! Stands between browser and server and gives the service worker's script out as another build.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{Router, body::Body, extract::State, http::Response, http::Uri};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// Passes on what is asked with `GET`; devices do not synchronise through it.
#[derive(Clone, Debug)]
pub(crate) struct Proxy {
    /// Under which browsers reach it.
    pub(crate) origin: String,
    server: Arc<str>,
    is_newer: Arc<AtomicBool>,
}

impl Proxy {
    /// A proxy before the server at an origin.
    pub(crate) async fn before(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let address = server.trim_start_matches("http://").replace("localhost", "127.0.0.1");
        let proxy = Self { origin, server: Arc::from(address), is_newer: Arc::default() };
        let router = Router::new().fallback(forward).with_state(proxy.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        proxy
    }

    /// From here on the script differs in a line.
    pub(crate) fn release(&self) {
        self.is_newer.store(true, Ordering::SeqCst);
    }
}

async fn forward(State(proxy): State<Proxy>, uri: Uri) -> Response<Body> {
    let mut stream = TcpStream::connect(&*proxy.server).await.unwrap();
    let request =
        format!("GET {uri} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", proxy.server);
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let mut body = answer[end + 4..].to_vec();
    if uri.path() == "/sw.js" && proxy.is_newer.load(Ordering::SeqCst) {
        body.extend_from_slice(b"\n// another build\n");
    }
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap();
    let mut response = Response::builder().status(status);
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        if !["content-length", "connection"].contains(&name) {
            response = response.header(name, value);
        }
    }
    response.body(Body::from(body)).unwrap()
}
