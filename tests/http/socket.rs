//! Real sockets: the accept loop, the WebSocket, and TLS once.

use std::{path::Path, sync::Arc, time::Duration};

use futures_util::{SinkExt as _, StreamExt as _};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use server::{
    config::Settings,
    machine::OperatingSystem,
    serve::{Listening, serve},
    store::Store,
};
use shared::{
    Blob,
    envelope::Envelope,
    hash::sha256,
    limit::MESSAGE_BYTES_MAX,
    log::org::{DeviceRevoke, OrgBody},
    refusal::Reason,
    sign::Domain,
    sync::{ClientMessage, Event, Identity, ServerMessage, login_message},
    version::PROTOCOL,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};
use tokio_rustls::TlsConnector;
use tokio_tungstenite::{
    WebSocketStream, client_async, client_async_with_config,
    tungstenite::{
        Message,
        client::IntoClientRequest as _,
        protocol::{
            WebSocketConfig,
            frame::{
                Frame,
                coding::{Data, OpCode},
            },
        },
    },
};

use crate::cast::{self, ADMIN, CONSULTANT, EMPLOYEE, Firm, Person};

/// No frame of the server's is larger; what is longer comes in several.
const FRAME_BYTES_MAX: usize = 8 * 1024;

/// A whole server on a port of its own.
struct Running {
    told: Listening,
    folder: TempDir,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Running {
    async fn start(tls_self_signed: bool) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), tls_self_signed).await
    }

    /// A server on which a firm has worked before.
    async fn with_firm(firm: &Firm) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("data")).unwrap();
        let path = folder.path().join("data/mendan.sqlite");
        let mut store = Store::open(&path, &mut &OperatingSystem).unwrap();
        let mut tx = store.begin_tx().unwrap();
        for entry in &firm.entries {
            tx.append_org(entry).unwrap().unwrap();
        }
        tx.commit().unwrap();
        store.close().unwrap();
        Self::start_in(folder, false).await
    }

    async fn start_in(folder: TempDir, tls_self_signed: bool) -> Self {
        let settings = Settings {
            data: Some(folder.path().join("data")),
            listen: "127.0.0.1:0".parse().ok(),
            tls_self_signed,
            ..Settings::default()
        };
        let config = settings.resolve().unwrap();
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = oneshot::channel();
        let serving = tokio::spawn(async move {
            let stopped = async { stopped.await.unwrap_or_default() };
            let announce = |listening: &Listening| tell.send(listening.clone()).unwrap();
            serve(&config, Arc::new(OperatingSystem), stopped, announce).await.unwrap();
        });
        Self { told: told.await.unwrap(), folder, stop, serving }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.told.address).await.unwrap()
    }

    /// Asks the server to stop, and waits until it has.
    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.serving.await.unwrap();
    }
}

async fn open_socket<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    origin: &str,
) -> WebSocketStream<S> {
    let url = format!("{}/v1/socket", origin.replacen("http", "ws", 1));
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("origin", origin.parse().unwrap());
    let config = WebSocketConfig::default().max_frame_size(Some(FRAME_BYTES_MAX));
    client_async_with_config(request, stream, Some(config)).await.unwrap().0
}

/// What the server says next; `None` when it has hung up.
async fn hear<S: AsyncRead + AsyncWrite + Unpin>(
    socket: &mut WebSocketStream<S>,
) -> Option<ServerMessage> {
    loop {
        match socket.next().await? {
            Ok(Message::Binary(bytes)) => return Some(ServerMessage::parse(&bytes).unwrap()),
            Ok(Message::Close(_)) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

async fn ask<S: AsyncRead + AsyncWrite + Unpin>(
    socket: &mut WebSocketStream<S>,
    message: &ClientMessage,
) -> Option<ServerMessage> {
    socket.send(Message::Binary(message.to_bytes().into())).await.ok()?;
    hear(socket).await
}

#[tokio::test]
async fn a_socket_speaks_the_same_messages() {
    let server = Running::start(false).await;
    let mut socket = open_socket(server.connect().await, &server.told.origin).await;

    assert_eq!(ask(&mut socket, &ClientMessage::Ping).await, Some(ServerMessage::Pong));
    let hello =
        ClientMessage::Hello { version: PROTOCOL, identity: Identity::Bootstrap, nonce: [1; 32] };
    let challenge = ask(&mut socket, &hello).await;
    assert!(matches!(challenge, Some(ServerMessage::Challenge { .. })), "{challenge:?}");
    let early = ask(&mut socket, &ClientMessage::Subscribe).await;
    let Some(ServerMessage::Refused { refusal, .. }) = early else { panic!("{early:?}") };
    assert_eq!(refusal.reason(), Reason::NotLoggedIn);
}

/// A connection on which `person` has logged in and waits for news.
async fn subscribed(server: &Running, person: Person) -> WebSocketStream<TcpStream> {
    let mut socket = open_socket(server.connect().await, &server.told.origin).await;
    let identity = Identity::Device(person.device());
    let hello = ClientMessage::Hello { version: PROTOCOL, identity, nonce: [7; 32] };
    let challenge = ask(&mut socket, &hello).await;
    let Some(ServerMessage::Challenge { nonce }) = challenge else { panic!("{challenge:?}") };
    let message = login_message(&identity, &[7; 32], &nonce, &server.told.origin);
    let signature = person.device_key().sign(Domain::Login, &message);
    let ready = ask(&mut socket, &ClientMessage::Auth { signature, org: None }).await;
    assert!(matches!(ready, Some(ServerMessage::Ready { .. })), "{ready:?}");
    let index = ask(&mut socket, &ClientMessage::Subscribe).await;
    assert!(matches!(index, Some(ServerMessage::Index { .. })), "{index:?}");
    socket
}

#[tokio::test]
async fn a_request_that_is_no_websocket_is_told_to_upgrade() {
    let server = Running::start(false).await;
    let mut stream = server.connect().await;
    let (origin, host) = (&server.told.origin, server.told.address);
    let request = format!(
        "GET /v1/socket HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nConnection: close\r\n\r\n"
    );

    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();

    assert!(answer.starts_with("HTTP/1.1 426 "), "{answer}");
    assert!(answer.contains("upgrade: websocket\r\n"), "{answer}");
}

#[tokio::test]
async fn a_long_message_arrives_whole_in_several_frames_both_ways() {
    let firm = Firm::staffed();
    let server = Running::with_firm(&firm).await;
    let mut socket = subscribed(&server, CONSULTANT).await;

    // Down: the whole org log.
    let pull = ClientMessage::PullLog { document: None, from: 0 };
    let told = ask(&mut socket, &pull).await;
    let Some(ServerMessage::LogBatch { entries, .. }) = told else { panic!("{told:?}") };
    let sum: usize = entries.iter().map(|entry| entry.0.len()).sum();
    assert!(sum > FRAME_BYTES_MAX, "{sum} bytes say nothing");
    let expected: Vec<_> = firm.entries.iter().map(|it| Blob(it.as_bytes().to_vec())).collect();
    assert_eq!(entries, expected);

    // Up: an envelope, cut where nothing ends.
    let envelope = Envelope::parse(cast::envelope(40 * 1024)).unwrap();
    let push = ClientMessage::Push { envelopes: vec![Blob(envelope.as_bytes().to_vec())] };
    let push = push.to_bytes();
    let last = push.chunks(FRAME_BYTES_MAX - 1).count() - 1;
    assert!(last > 3, "{last}");
    for (at, piece) in push.chunks(FRAME_BYTES_MAX - 1).enumerate() {
        let code = OpCode::Data(if at == 0 { Data::Binary } else { Data::Continue });
        let frame = Frame::message(piece.to_vec(), code, at == last);
        socket.send(Message::Frame(frame)).await.unwrap();
    }
    let told = hear(&mut socket).await;
    let Some(ServerMessage::Acks { acks }) = told else { panic!("{told:?}") };
    assert_eq!(acks.len(), 1);
    assert_eq!(acks[0].0, envelope.id());
}

#[tokio::test]
async fn the_socket_of_a_revoked_device_is_closed_within_two_seconds() {
    let firm = Firm::staffed();
    let server = Running::with_firm(&firm).await;
    let mut admin = subscribed(&server, ADMIN).await;
    let mut lost = subscribed(&server, CONSULTANT).await;
    let mut other = subscribed(&server, EMPLOYEE).await;
    let body = OrgBody::DeviceRevoke(DeviceRevoke { device: CONSULTANT.device() });
    let entry = Blob(firm.entry_by(ADMIN, &body).as_bytes().to_vec());

    let append = ClientMessage::Append { entry: entry.clone(), wraps: vec![] };
    let appended = ask(&mut admin, &append).await;
    assert!(matches!(appended, Some(ServerMessage::Appended { .. })), "{appended:?}");

    let heard = async {
        let mut heard = vec![];
        while let Some(message) = hear(&mut lost).await {
            heard.push(message);
        }
        heard
    };
    let heard = timeout(Duration::from_secs(2), heard).await.unwrap();
    let Some(ServerMessage::Refused { refusal, entry: shown, .. }) = heard.last() else {
        panic!("{heard:?}")
    };
    assert_eq!((refusal.reason(), shown), (Reason::DeviceRevoked, &Some(entry)));
    let news = hear(&mut other).await;
    assert_eq!(news, Some(ServerMessage::Event(Event::Org(8))));
    assert_eq!(ask(&mut other, &ClientMessage::Ping).await, Some(ServerMessage::Pong));
}

#[tokio::test]
async fn a_frame_that_is_no_message_is_refused_and_the_socket_stays() {
    let server = Running::start(false).await;
    let mut socket = open_socket(server.connect().await, &server.told.origin).await;
    let broken = [
        Message::Binary(vec![0xFF; 10].into()),
        Message::Binary(Vec::new().into()),
        Message::text("[]"),
    ];
    for frame in broken {
        socket.send(frame).await.unwrap();
        let heard = hear(&mut socket).await;
        let Some(ServerMessage::Refused { refusal, .. }) = heard else { panic!("{heard:?}") };
        assert_eq!(refusal.reason(), Reason::Malformed);
    }

    assert_eq!(ask(&mut socket, &ClientMessage::Ping).await, Some(ServerMessage::Pong));
}

#[tokio::test]
async fn a_frame_too_large_ends_the_socket_and_not_the_server() {
    let server = Running::start(false).await;
    let mut socket = open_socket(server.connect().await, &server.told.origin).await;
    let frame = vec![0; MESSAGE_BYTES_MAX + 1];

    // The server may hang up before all of it is sent.
    socket.send(Message::Binary(frame.into())).await.unwrap_or_default();
    assert_eq!(hear(&mut socket).await, None);

    let mut other = open_socket(server.connect().await, &server.told.origin).await;
    assert_eq!(ask(&mut other, &ClientMessage::Ping).await, Some(ServerMessage::Pong));
}

#[tokio::test]
async fn a_page_of_somebody_else_opens_no_socket() {
    let server = Running::start(false).await;
    let url = format!("{}/v1/socket", server.told.origin.replacen("http", "ws", 1));
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("origin", "https://evil.example".parse().unwrap());

    let refused = client_async(request, server.connect().await).await;

    assert!(refused.is_err());
}

#[tokio::test]
async fn a_server_that_stops_says_when_to_come_back() {
    let server = Running::start(false).await;
    let mut socket = open_socket(server.connect().await, &server.told.origin).await;
    assert_eq!(ask(&mut socket, &ClientMessage::Ping).await, Some(ServerMessage::Pong));

    let stopping = tokio::spawn(server.stop());

    assert!(matches!(hear(&mut socket).await, Some(ServerMessage::Bye { .. })));
    assert_eq!(hear(&mut socket).await, None);
    stopping.await.unwrap();
}

fn tls_client(certificate: &Path) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

#[tokio::test]
async fn the_same_server_speaks_tls_with_a_certificate_of_its_own() {
    let server = Running::start(true).await;
    assert!(server.told.origin.starts_with("https://"), "{}", server.told.origin);
    let client = tls_client(&server.folder.path().join("data/tls/certificate.pem"));
    let name = || ServerName::try_from("localhost").unwrap();

    let mut stream = client.connect(name(), server.connect().await).await.unwrap();
    let request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A peer that ends without a TLS farewell is an error to rustls and fine for this.
    stream.read_to_end(&mut answer).await.unwrap_or_default();
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("strict-transport-security"), "{answer}");

    let stream = client.connect(name(), server.connect().await).await.unwrap();
    let mut socket = open_socket(stream, &server.told.origin).await;
    assert_eq!(ask(&mut socket, &ClientMessage::Ping).await, Some(ServerMessage::Pong));
}

#[tokio::test]
async fn plain_http_on_a_tls_port_is_cut_off() {
    let server = Running::start(true).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();

    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap_or_default();

    assert!(!String::from_utf8_lossy(&answer).contains("HTTP/1.1 200"));
}

#[tokio::test]
async fn the_bootstrap_link_differs_from_start_to_start() {
    let (first, second) = (Running::start(false).await, Running::start(false).await);
    let secret = |running: &Running| {
        let link = running.told.bootstrap.clone().unwrap();
        let (_, fragment) = link.split_once("/#bootstrap.").unwrap();
        sha256(&[fragment.as_bytes()])
    };

    assert_ne!(secret(&first), secret(&second));
}
