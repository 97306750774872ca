//! The pieces that pages are made of.
//!
//! Elements are built with functions, not with `view!`: the macro turns constant markup into
//! `innerHTML`, which the page's Trusted Types policy forbids.

pub mod badge;
pub mod below;
pub mod board;
pub mod choice;
pub mod copy;
pub mod dialog;
pub mod dom;
pub mod file;
pub mod html;
pub mod icon;
pub mod moment;
pub mod node;
pub mod offset;
pub mod part;
pub mod scale;
pub mod span;
pub mod splice;
pub mod square;
pub mod text_box;
pub mod text_sync;
