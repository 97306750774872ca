//! Headers that every response carries.

use axum::{
    extract::State,
    http::{HeaderName, HeaderValue, header},
    response::Response,
};

use crate::app::Place;

const FIXED: [(HeaderName, HeaderValue); 7] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-embedder-policy"),
        HeaderValue::from_static("require-corp"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("permissions-policy"),
        // The camera scans codes, the screen stays on during an interview, authenticators unlock.
        HeaderValue::from_static(
            "camera=(self), screen-wake-lock=(self), publickey-credentials-create=(self), \
             publickey-credentials-get=(self), clipboard-write=(self), accelerometer=(), \
             autoplay=(), bluetooth=(), browsing-topics=(), clipboard-read=(), \
             display-capture=(), fullscreen=(), geolocation=(), gyroscope=(), hid=(), \
             idle-detection=(), magnetometer=(), microphone=(), midi=(), payment=(), \
             serial=(), usb=(), xr-spatial-tracking=()",
        ),
    ),
];

/// A year, as the preload lists ask for.
const STRICT_TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// What depends on where the server is.
#[derive(Clone, Debug)]
pub(super) struct Headers {
    content_security: HeaderValue,
    is_secure: bool,
}

impl Headers {
    pub(super) fn new(place: &Place) -> Self {
        // Some browsers do not count WebSockets among 'self'.
        let socket = place.origin.replacen("http", "ws", 1);
        let policy = format!(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
             img-src 'self' data: blob:; font-src 'self'; connect-src 'self' {socket}; \
             worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'; require-trusted-types-for 'script'; \
             trusted-types mendan default"
        );
        let content_security =
            HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
        Self { content_security, is_secure: place.origin.starts_with("https://") }
    }
}

/// Headers for devices.
pub(super) async fn secure(State(headers): State<Headers>, response: Response) -> Response {
    let mut response = plain(response).await;
    let map = response.headers_mut();
    map.insert(header::CONTENT_SECURITY_POLICY, headers.content_security);
    if headers.is_secure {
        map.insert(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT);
    }
    response
}

/// Headers for everybody.
pub(super) async fn plain(mut response: Response) -> Response {
    for (name, value) in FIXED {
        response.headers_mut().insert(name, value);
    }
    response
        .headers_mut()
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}
