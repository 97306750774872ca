//! `POST /v1/sync`: messages in, messages out, for networks that let no WebSocket through.
//!
//! `[Hello]` is answered with a `Mendan-Login` header to be shown with the `[Auth]`; that one's
//! `Ready` holds the token for `Authorization: Bearer` afterwards. There are no cookies.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use bytes::BufMut as _;
use shared::{
    limit::BATCH_ENVELOPES_MAX,
    refusal::{Reason, Refusal},
    sync::ClientMessage,
};
use tokio::time::timeout;

use crate::{
    app::App,
    carrier::Carrier,
    http::{
        error::Error,
        extract::{self, Address, Origin},
        login::Token,
    },
    machine::make_bytes,
    service::Connection,
};

const LOGIN: &str = "mendan-login";
/// For the writer to answer everything in a body.
const ANSWER: Duration = Duration::from_secs(30);
/// Messages in a body.
const MESSAGES_MAX: usize = BATCH_ENVELOPES_MAX;
/// What a device should wait that found the server busy.
const BUSY_WAIT_MS: u64 = 2_000;

/// Carries out the messages of a body in order.
pub(super) async fn exchange(
    State(app): State<Arc<App>>,
    Origin(origin): Origin,
    Address(address): Address,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    let permit = app.exchanges.try_acquire().ok().ok_or_else(busy)?;
    let body = extract::whole(body).await?;
    let messages = ClientMessage::parse_body(&body).ok_or(Reason::Malformed)?;
    if messages.len() > MESSAGES_MAX {
        return Err(Reason::Oversize.into());
    }
    let connection = connection(&app, &headers)?;
    let mut carrier =
        Carrier::new(Arc::clone(&app), origin, connection).at(address).giving_tokens();
    carrier.carry(messages).await;
    let line = carrier.line();
    let settled = async {
        while !line.is_settled() {
            line.ready().await;
        }
    };
    timeout(ANSWER, settled).await.ok().ok_or_else(busy)?;
    let mut response = respond(&carrier.line().take());
    drop(permit);
    let connection = carrier.take_connection();
    if connection.is_challenged() {
        let token: Token = make_bytes(&mut &*app.machine);
        app.logins().keep(app.machine.now(), &token, connection).map_err(Error::Refused)?;
        if let Ok(text) = HeaderValue::from_str(&extract::token_text(&token)) {
            response.headers_mut().insert(LOGIN, text);
        }
    }
    Ok(response)
}

/// The connection that the headers go on with.
fn connection(app: &App, headers: &HeaderMap) -> Result<Connection, Error> {
    let now = app.machine.now();
    if headers.contains_key(LOGIN) {
        let token = extract::token(headers, LOGIN, "").ok_or(Reason::NotLoggedIn)?;
        return app.logins().resume(now, &token).ok_or_else(|| Reason::NotLoggedIn.into());
    }
    if headers.contains_key(header::AUTHORIZATION) {
        let token = extract::token(headers, header::AUTHORIZATION.as_str(), "Bearer ")
            .ok_or(Reason::NotLoggedIn)?;
        let who = app.logins().who(now, &token).ok_or(Reason::NotLoggedIn)?;
        return Ok(Connection::resumed(who));
    }
    Ok(Connection::new())
}

/// A CBOR array around messages that are encoded already.
fn respond(frames: &[bytes::Bytes]) -> Response {
    let mut body = Vec::with_capacity(9 + frames.iter().map(bytes::Bytes::len).sum::<usize>());
    // Head of an array whose length takes eight bytes; the protocol does not ask for the shortest.
    body.put_u8(0x9B);
    body.put_u64(u64::try_from(frames.len()).unwrap_or(u64::MAX));
    for frame in frames {
        body.extend_from_slice(frame);
    }
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/cbor")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, body).into_response()
}

fn busy() -> Error {
    Error::Refused(Refusal::wait(Reason::Busy, BUSY_WAIT_MS))
}
