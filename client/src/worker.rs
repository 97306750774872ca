//! The worker's side: engine, local store, connection.

/// Runs the driver in a dedicated worker.
pub fn run() {}
