//! The pieces that pages are made of.
//!
//! Elements are built with functions, not with `view!`: the macro turns constant markup into
//! `innerHTML`, which the page's Trusted Types policy forbids.

pub mod dom;
