//! The router is the table of contents: paths here, one module each.
//!
//! **Invariant:** handlers translate; what may be done is decided in [`crate::service`].

use std::sync::Arc;

use axum::{
    Router,
    middleware::{map_response, map_response_with_state},
    routing::{any, get, post},
};

use crate::{app::App, metrics::Counters};

mod asset;
pub(crate) mod error;
mod extract;
mod header;
mod health;
pub(crate) mod login;
mod socket;
mod sync;
mod upgrade;

pub use extract::Address;

/// Everything that is served to devices.
///
/// | path | who may | what |
/// |---|---|---|
/// | `POST /v1/sync` | whoever logs in with it | a CBOR array of messages each way |
/// | `GET /v1/socket` | whoever logs in on it | the same messages, one a frame |
/// | `GET /healthz` | everybody | the process answers |
/// | `GET /readyz` | everybody | the database can be written |
/// | `GET` anything else | everybody | the app |
pub fn router(app: Arc<App>) -> Router {
    let headers = header::Headers::new(&app.place);
    Router::new()
        .route("/v1/sync", post(sync::exchange))
        .route("/v1/socket", get(socket::upgrade))
        .route("/v1/{*rest}", any(error::not_found))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .fallback(asset::serve)
        .layer(map_response_with_state(headers, header::secure))
        .with_state(app)
}

/// What is served to the operator, on a listener of its own.
pub fn metrics_router(counters: Arc<Counters>) -> Router {
    Router::new()
        .route("/metrics", get(health::metrics))
        .layer(map_response(header::plain))
        .with_state(counters)
}

#[cfg(test)]
mod tests;
