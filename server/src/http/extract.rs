//! What handlers want of a request, as argument types.

use std::{convert::Infallible, net::IpAddr, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use shared::{limit::MESSAGE_BYTES_MAX, refusal::Reason};
use tokio::time::timeout;

use crate::{
    app::App,
    http::{error::Error, login::Token},
};

/// For a whole body to arrive.
const BODY: Duration = Duration::from_secs(15);

/// Where a request came from, as the accept loop saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address(pub IpAddr);

/// The admissible origin at which the device reached the server.
pub(super) struct Origin(pub(super) String);

impl FromRequestParts<Arc<App>> for Origin {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        // Browsers always name the origin of a POST or a WebSocket; whoever names none is no
        // browser, and meant the host it asked for.
        let host = || {
            let scheme = if app.place.is_tls { "https" } else { "http" };
            text(header::HOST).map(|host| format!("{scheme}://{host}"))
        };
        let admitted = if parts.headers.contains_key(header::ORIGIN) {
            app.admit_origin(Some(text(header::ORIGIN).unwrap_or_default()))
        } else {
            host().and_then(|host| app.admit_origin(Some(&host))).or(app.admit_origin(None))
        };
        admitted.map(|origin| Self(String::from(origin))).ok_or(Error::ForeignOrigin)
    }
}

impl<S: Sync> FromRequestParts<S> for Address {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        // Without the accept loop, as in tests, everybody is one and the same.
        Ok(parts.extensions.get().copied().unwrap_or(Self(IpAddr::from([0, 0, 0, 0]))))
    }
}

/// A body of admissible size that came in time.
pub(super) async fn whole(body: Body) -> Result<Bytes, Error> {
    match timeout(BODY, Limited::new(body, MESSAGE_BYTES_MAX).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Reason::Oversize.into()),
        Ok(Err(_)) => Err(Reason::Malformed.into()),
        Err(_) => Err(Error::Slow),
    }
}

/// The token in a header, after `prefix`.
pub(super) fn token(headers: &HeaderMap, name: &str, prefix: &str) -> Option<Token> {
    let text = headers.get(name)?.to_str().ok()?.strip_prefix(prefix)?;
    BASE64_URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

/// A token as headers carry it.
pub(super) fn token_text(token: &Token) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(token)
}
