//! Stories in the simulated world: real engines, the real service, one seed.

mod crash;
mod interview;
mod joining;
mod random;
mod restore;
mod rough;
mod sabotage;
