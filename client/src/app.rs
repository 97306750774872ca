//! The page.

/// Shows the app.
pub fn start() {}
