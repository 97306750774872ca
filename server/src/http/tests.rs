//! The routes, in process and without sockets.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use shared::{
    id::{DocumentId, Number},
    limit::MESSAGE_BYTES_MAX,
    refusal::Reason,
    sync::{Ack, ClientMessage, Identity, ServerMessage},
};
use tower::ServiceExt as _;

use super::*;
use crate::{
    app::{Life, Place},
    service::fixture::{Counter, Counting, Firm, ORIGIN, Person, append, auth, hello, push},
    store::Store,
};

const NOTE: DocumentId = DocumentId::new([0xD0; 16]);

struct Server {
    app: Arc<App>,
    router: Router,
    sato: Person,
}

struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Server {
    fn start() -> Self {
        let firm = Firm::new();
        Self::around(firm.store, firm.sato)
    }

    fn around(store: Store, sato: Person) -> Self {
        let place = Place {
            origin: String::from(ORIGIN),
            other_origins: vec![String::from("http://127.0.0.1:1")],
            is_tls: false,
            database: None,
            bootstrap: None,
        };
        let app = App::start(store, Arc::new(Counting::default()), place).unwrap();
        Self { router: router(Arc::clone(&app)), app, sato }
    }

    async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Reply { status: parts.status, headers: parts.headers, body }
    }

    async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, shown: &[(&str, &str)], body: Vec<u8>) -> Reply {
        let mut request = Request::post("/v1/sync");
        for (name, value) in shown {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    async fn exchange(&self, shown: &[(&str, &str)], messages: &[ClientMessage]) -> Reply {
        self.post(shown, ClientMessage::to_body(messages)).await
    }

    /// Logs Sato in and gives the token.
    async fn log_in(&self) -> String {
        let identity = Identity::Device(self.sato.device());
        let challenged = self.exchange(&[], &[hello(identity)]).await;
        let login = challenged.headers.get("mendan-login").unwrap().to_str().unwrap().to_owned();
        let auth = auth(&identity, &self.sato.key, &challenged.messages()[0]);
        let ready = self.exchange(&[("mendan-login", &login)], &[auth]).await;
        let messages = ready.messages();
        let ServerMessage::Ready { token: Some(token), .. } = &messages[0] else {
            panic!("{messages:?}")
        };
        let token = extract::token_text(&token.0.clone().try_into().unwrap());
        format!("Bearer {token}")
    }
}

impl Reply {
    fn messages(&self) -> Vec<ServerMessage> {
        assert_eq!(self.status, StatusCode::OK);
        ServerMessage::parse_body(&self.body).unwrap()
    }

    #[track_caller]
    fn check_refused(&self, status: StatusCode, reason: Reason) {
        assert_eq!(self.status, status);
        assert_eq!(self.headers.get("mendan-code").unwrap().to_str().unwrap(), reason.code());
        let messages = ServerMessage::parse_body(&self.body).unwrap();
        assert!(matches!(
            &messages[..],
            [ServerMessage::Refused { refusal, .. }] if refusal.reason() == reason
        ));
    }
}

#[tokio::test]
async fn a_note_is_written_and_read_without_a_websocket() {
    let server = Server::start();
    let token = server.log_in().await;
    let shown = [("authorization", token.as_str())];
    let chain = server.sato.chain(NOTE, 2);
    let messages = [
        append(&server.sato.create(NOTE)),
        push(&chain[..1]),
        push(&chain[1..]),
        ClientMessage::Ping,
    ];

    let written = server.exchange(&shown, &messages).await.messages();
    let pull =
        ClientMessage::Pull { document: NOTE, after: Number(0), at_snapshot: None, unfit: None };
    let read = server.exchange(&shown, &[pull]).await.messages();
    let index = server.exchange(&shown, &[ClientMessage::Subscribe]).await.messages();

    let stored = [(chain[0].id(), Ack::Stored(Number(1))), (chain[1].id(), Ack::Stored(Number(2)))];
    assert!(written.contains(&ServerMessage::Acks { acks: stored.to_vec() }), "{written:?}");
    assert!(written.contains(&ServerMessage::Pong));
    assert!(written.iter().any(|it| matches!(it, ServerMessage::Appended { .. })));
    assert!(matches!(&read[..], [ServerMessage::Batch { envelopes, .. }] if envelopes.len() == 2));
    assert!(matches!(&index[..], [ServerMessage::Index { documents, .. }] if documents.len() == 1));
}

#[tokio::test]
async fn a_token_that_nobody_gave_is_worth_nothing() {
    let server = Server::start();
    let pull = [ClientMessage::PullLog { document: None, from: 0 }];
    let strange = extract::token_text(&[9; 32]);

    for (name, value) in [
        ("authorization", format!("Bearer {strange}")),
        ("authorization", String::from("Bearer x")),
        ("authorization", String::from("Basic YTpi")),
        ("mendan-login", strange.clone()),
    ] {
        let reply = server.exchange(&[(name, &value)], &pull).await;
        reply.check_refused(StatusCode::UNAUTHORIZED, Reason::NotLoggedIn);
    }
}

#[tokio::test]
async fn a_body_is_no_larger_than_a_message_may_be() {
    let server = Server::start();

    let over = server.post(&[], vec![0; MESSAGE_BYTES_MAX + 1]).await;
    let full = server.post(&[], vec![0; MESSAGE_BYTES_MAX]).await;
    let many = server.exchange(&[], &vec![ClientMessage::Ping; 65]).await;
    let enough = server.exchange(&[], &vec![ClientMessage::Ping; 64]).await;

    over.check_refused(StatusCode::PAYLOAD_TOO_LARGE, Reason::Oversize);
    full.check_refused(StatusCode::BAD_REQUEST, Reason::Malformed);
    many.check_refused(StatusCode::PAYLOAD_TOO_LARGE, Reason::Oversize);
    assert_eq!(enough.messages().len(), 64);
}

#[tokio::test]
async fn other_peoples_pages_cannot_speak_for_a_device() {
    let server = Server::start();
    let ping = [ClientMessage::Ping];

    let strange = server.exchange(&[("origin", "https://elsewhere.example")], &ping).await;
    let null = server.exchange(&[("origin", "null")], &ping).await;
    let own = server.exchange(&[("origin", ORIGIN)], &ping).await;
    let other = server.exchange(&[("origin", "http://127.0.0.1:1")], &ping).await;

    assert_eq!(strange.status, StatusCode::FORBIDDEN);
    assert_eq!(null.status, StatusCode::FORBIDDEN);
    assert_eq!(own.messages(), [ServerMessage::Pong]);
    assert_eq!(other.messages(), [ServerMessage::Pong]);
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_keep_pages_apart() {
    let server = Server::start();

    for path in ["/", "/healthz", "/readyz", "/v1/nothing", "/gone.js", "/v1/socket"] {
        let reply = server.get(path).await;
        let text = |name: &str| reply.headers[name].to_str().unwrap();
        let policy = text("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"));
        assert!(policy.contains("connect-src 'self' ws://localhost:1;"), "{policy}");
        assert_eq!(text("x-content-type-options"), "nosniff");
        assert_eq!(text("cross-origin-opener-policy"), "same-origin");
        assert_eq!(text("cross-origin-embedder-policy"), "require-corp");
        assert_eq!(text("referrer-policy"), "no-referrer");
        assert!(!text("permissions-policy").contains("  "));
        assert!(!reply.headers.contains_key("set-cookie"));
        assert!(!reply.headers.contains_key("strict-transport-security"));
    }
}

#[tokio::test]
async fn what_looks_like_a_part_of_the_app_is_never_answered_with_the_page() {
    let server = Server::start();

    assert_eq!(server.get("/gone-1234.js").await.status, StatusCode::NOT_FOUND);
    assert_eq!(server.get("/v1/other").await.status, StatusCode::NOT_FOUND);
    assert_eq!(server.get("/v1/sync").await.status, StatusCode::METHOD_NOT_ALLOWED);
    let page = server.get("/companies/1").await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
    let delete = Request::builder().method(Method::DELETE).uri("/").body(Body::empty()).unwrap();
    assert_eq!(server.send(delete).await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_server_that_stops_is_not_ready() {
    let server = Server::start();
    assert_eq!(server.get("/readyz").await.status, StatusCode::OK);

    server.app.stop();

    assert_eq!(server.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(server.get("/healthz").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_stopped_writer_asks_to_come_back() {
    let server = Server::start();
    let token = server.log_in().await;
    server.app.stop();
    server.app.writer.stop();
    assert_eq!(server.app.ended().await, Life::Stopped);

    let chain = server.sato.chain(NOTE, 1);
    let reply = server.exchange(&[("authorization", &token)], &[push(&chain)]).await;

    let messages = reply.messages();
    let [ServerMessage::Acks { acks }] = &messages[..] else { panic!("{messages:?}") };
    assert!(matches!(acks[0].1, Ack::Refused(refusal) if refusal.reason() == Reason::Busy));
}

#[tokio::test]
async fn metrics_are_elsewhere() {
    let server = Server::start();
    let metrics = metrics_router(Arc::clone(&server.app.counters));

    let reply =
        metrics.oneshot(Request::get("/metrics").body(Body::empty()).unwrap()).await.unwrap();
    let text = reply.into_body().collect().await.unwrap().to_bytes();

    assert!(text.starts_with(b"# TYPE process_cpu_seconds_total counter\n"));
    let page = server.get("/metrics").await;
    assert!(!page.body.starts_with(b"# TYPE"));
}

#[tokio::test]
async fn news_reaches_who_subscribed_and_a_full_line_says_to_pull() {
    let mut firm = Firm::new();
    let ito = Person::new(3);
    firm.enrol(&ito, shared::log::org::Role::Consultant);
    let head = firm.document_appended(firm.sato.who(), &firm.sato.create(NOTE));
    let share = firm.sato.share(NOTE, head, &ito, shared::log::document::Access::Reader);
    firm.document_appended(firm.sato.who(), &share);
    let server = Server::around(firm.store, firm.sato);
    let token = server.log_in().await;
    let line = Arc::new(crate::line::Line::new());
    server.app.hub().join(ito.account, ito.device(), Arc::clone(&line));
    let long = "long".repeat(15_000);
    let mut prev = shared::id::EnvelopeId::NONE;

    for seq in 1..=20 {
        let envelope = server.sato.envelope(NOTE, seq, prev, &long);
        prev = envelope.id();
        server.exchange(&[("authorization", &token)], &[push(&[envelope])]).await.messages();
    }

    // Acks go out before news: an answer of the writer's that comes later says it is all told.
    server.exchange(&[("authorization", &token)], &[ClientMessage::Subscribe]).await.messages();
    let told: Vec<_> =
        line.take().iter().map(|frame| ServerMessage::parse(frame).unwrap()).collect();
    let batches = told.iter().filter(|it| matches!(it, ServerMessage::Batch { .. })).count();
    assert_eq!(batches, 17);
    let last = shared::sync::DocumentState { document: NOTE, log_length: 2, last: Number(20) };
    let event = ServerMessage::Event(shared::sync::Event::Document(last));
    assert_eq!(told.last(), Some(&event));
}

#[test]
fn a_new_database_is_named_by_its_entropy() {
    let one = Store::in_memory(&mut Counter(1)).unwrap();
    let other = Store::in_memory(&mut Counter(2)).unwrap();

    assert_ne!(one.epoch(), other.epoch());
}
