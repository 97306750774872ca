//! What the documents mean.

pub mod case;
pub mod catalogue;
pub mod field;
pub mod note;
