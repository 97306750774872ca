//! What the documents mean.

pub mod action_plan;
pub mod appointment;
pub mod attest;
pub mod calendar;
pub mod canvas;
pub mod case;
pub mod catalogue;
pub mod company;
pub mod consent;
pub mod contribution;
pub mod date;
pub mod directory;
pub mod disclosure;
#[cfg(test)]
mod every_kind;
pub mod field;
pub mod form;
#[cfg(test)]
pub(crate) mod group;
pub mod interview;
pub mod item;
pub mod job_card;
pub mod json;
pub mod matter;
pub mod note;
pub mod opinion;
pub mod package;
pub mod plan;
pub mod private;
pub mod report;
pub mod rights;
pub mod roster;
pub mod rule;
pub mod safety_plan;
pub mod shape;
pub mod signature;
pub mod slot;
pub mod summary;
pub mod supervision;
pub mod survey;
pub mod venue;
pub mod wave;
pub mod window;
