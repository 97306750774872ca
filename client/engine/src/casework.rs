//! What the documents mean.

pub mod case;
pub mod field;
pub mod note;
