//! Pages: each shows views and sends commands, and decides nothing but words and layout.

pub mod alarm;
pub mod bars;
pub mod case;
pub mod devices;
pub mod employee;
pub mod frame;
pub mod gate;
pub mod home;
pub mod invitation;
pub mod invite;
pub mod kit;
pub mod lock;
pub mod members;
pub mod note;
pub mod opening;
pub mod people;
pub mod policy;
pub mod regrant;
pub mod summary;
pub mod trouble;
pub mod unseen;
pub mod work;
