//! The Mendan app.
