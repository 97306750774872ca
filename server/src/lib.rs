//! The Mendan server.
