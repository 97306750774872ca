//! The only place that makes a response from an error.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use shared::{
    refusal::{Reason, Refusal},
    sync::ServerMessage,
};

use crate::service::refused;

/// Names the refusal's code to whoever looks at headers only.
const CODE: &str = "mendan-code";

/// Why a request got no answer of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Error {
    /// For a reason that has a code.
    Refused(Refusal),
    /// A page of somebody else's makes the request.
    ForeignOrigin,
    /// Nothing is here.
    NotFound,
    /// Something is here, but not for this method.
    WrongMethod,
    /// Only a WebSocket is spoken here.
    NotWebSocket,
    /// The body did not come in time.
    Slow,
    /// The database does not answer; logged where it was noticed.
    Unready,
}

impl From<Reason> for Error {
    fn from(reason: Reason) -> Self {
        Self::Refused(Refusal::new(reason))
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match self {
            Self::Refused(refusal) => respond(refusal),
            Self::ForeignOrigin => StatusCode::FORBIDDEN.into_response(),
            Self::NotFound => StatusCode::NOT_FOUND.into_response(),
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED.into_response(),
            Self::NotWebSocket => {
                (StatusCode::UPGRADE_REQUIRED, [(header::UPGRADE, "websocket")]).into_response()
            }
            Self::Slow => StatusCode::REQUEST_TIMEOUT.into_response(),
            Self::Unready => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        }
    }
}

/// For paths under `/v1/` that this version does not have.
pub(super) async fn not_found() -> Error {
    Error::NotFound
}

fn respond(refusal: Refusal) -> Response {
    let reason = refusal.reason();
    let body = ServerMessage::to_body(&[refused(refusal)]);
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/cbor"))];
    let mut response = (status(reason), kind, body).into_response();
    if let Ok(code) = HeaderValue::from_str(&reason.code()) {
        response.headers_mut().insert(CODE, code);
    }
    if let Some(wait_ms) = refusal.detail.filter(|_| is_passing(reason)) {
        let seconds = HeaderValue::from(wait_ms.div_ceil(1_000));
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

fn is_passing(reason: Reason) -> bool {
    matches!(reason, Reason::TooManyRequests | Reason::ServerFull | Reason::Busy)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "reasons are open to newer programs")]
fn status(reason: Reason) -> StatusCode {
    match reason {
        Reason::Oversize => StatusCode::PAYLOAD_TOO_LARGE,
        Reason::NotLoggedIn | Reason::WrongSignature | Reason::WrongBootstrap => {
            StatusCode::UNAUTHORIZED
        }
        Reason::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
        Reason::ServerFull => StatusCode::INSUFFICIENT_STORAGE,
        Reason::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Reason::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        // The others are about one message among several, and travel in the body of a 200.
        _ => StatusCode::BAD_REQUEST,
    }
}
