//! Whether the server lives and what it counts, for the operator's tools.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};

use crate::{
    app::{App, Life},
    http::error::Error,
    metrics::Counters,
};

/// The process answers.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// The writer runs and the database answers.
pub(super) async fn ready(State(app): State<Arc<App>>) -> Result<&'static str, Error> {
    if *app.life().borrow() != Life::Running {
        return Err(Error::Unready);
    }
    match app.readers.read(|reader| reader.org_length().map(drop)).await {
        Some(Ok(())) => Ok("ready\n"),
        Some(Err(error)) => {
            tracing::error!(?error, "the database does not answer");
            Err(Error::Unready)
        }
        None => Err(Error::Unready),
    }
}

/// Prometheus text.
pub(super) async fn metrics(State(counters): State<Arc<Counters>>) -> Response {
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], counters.to_text()).into_response()
}
