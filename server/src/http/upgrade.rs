//! From a request to a WebSocket that costs little while nothing happens.
//!
//! axum's own hides how a message is cut into frames, and the layer below keeps a buffer as large as
//! the largest frame it ever wrote: after one catch-up each idle connection would hold 256 KiB.

use std::{future::Future, sync::Arc};

use axum::{
    body::{Body, Bytes},
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    response::Response,
};
use futures_util::SinkExt as _;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use shared::limit::MESSAGE_BYTES_MAX;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        self, Message,
        handshake::derive_accept_key,
        protocol::{Role, WebSocketConfig, frame::Frame},
    },
};

use crate::{app::App, http::error::Error};

/// A message is sent in frames of at most this size.
const FRAME_BYTES_MAX: usize = 8 * 1024;
const READ_BUFFER_BYTES: usize = 8 * 1024;
/// Past it a device that does not read is cut off; what waits for it is bounded elsewhere.
const WRITE_BUFFER_BYTES_MAX: usize = 256 * 1024;

/// What a frame says of itself (RFC 6455, §5.2).
const BINARY: u8 = 2;
const CONTINUATION: u8 = 0;

/// A WebSocket to a device.
pub(super) type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// A request that may become a WebSocket (RFC 6455, §4.2.1).
pub(super) struct Upgrade {
    key: HeaderValue,
    ready: OnUpgrade,
}

impl FromRequestParts<Arc<App>> for Upgrade {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Error> {
        let headers = &parts.headers;
        let is_asked = parts.method == Method::GET
            && names(headers, &header::CONNECTION, "upgrade")
            && names(headers, &header::UPGRADE, "websocket")
            && names(headers, &header::SEC_WEBSOCKET_VERSION, "13");
        let key = headers.get(header::SEC_WEBSOCKET_KEY).filter(|_| is_asked).cloned();
        let key = key.ok_or(Error::NotWebSocket)?;
        let ready = parts.extensions.remove::<OnUpgrade>().ok_or(Error::NotWebSocket)?;
        Ok(Self { key, ready })
    }
}

/// Whether a header's list of words holds `wanted`.
fn names(headers: &HeaderMap, name: &HeaderName, wanted: &str) -> bool {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|word| word.trim().eq_ignore_ascii_case(wanted))
}

impl Upgrade {
    /// Agrees, and lets `converse` have the socket.
    pub(super) fn accept<F>(self, converse: impl FnOnce(Socket) -> F + Send + 'static) -> Response
    where
        F: Future<Output = ()> + Send,
    {
        let Self { key, ready } = self;
        tokio::spawn(async move {
            // The device went away between request and answer.
            let Ok(upgraded) = ready.await else { return };
            let config = WebSocketConfig::default()
                .read_buffer_size(READ_BUFFER_BYTES)
                .write_buffer_size(FRAME_BYTES_MAX)
                .max_write_buffer_size(WRITE_BUFFER_BYTES_MAX)
                .max_message_size(Some(MESSAGE_BYTES_MAX))
                .max_frame_size(Some(MESSAGE_BYTES_MAX));
            let stream = TokioIo::new(upgraded);
            let socket = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await;
            converse(socket).await;
        });
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        if let Ok(accepted) = HeaderValue::from_str(&derive_accept_key(key.as_bytes())) {
            headers.insert(header::SEC_WEBSOCKET_ACCEPT, accepted);
        }
        response
    }
}

/// Feeds one binary message; the caller flushes.
pub(super) async fn feed(socket: &mut Socket, message: Bytes) -> tungstenite::Result<()> {
    let mut rest = message;
    let mut code = BINARY;
    loop {
        let piece = rest.split_to(rest.len().min(FRAME_BYTES_MAX));
        let is_last = rest.is_empty();
        socket.feed(Message::Frame(Frame::message(piece, code.into(), is_last))).await?;
        if is_last {
            return Ok(());
        }
        code = CONTINUATION;
    }
}
