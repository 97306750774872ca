//! Stories in the simulated world: real engines, the real service, one seed.

mod behind;
mod card;
mod card_file;
mod crash;
mod ending;
mod evidence;
mod evil_member;
mod evil_server;
mod interview;
mod joining;
mod long;
mod matter;
mod members;
mod plan;
mod random;
mod recovery;
mod regrant;
mod removal;
mod report;
mod restore;
mod room;
mod rough;
mod sabotage;
mod sample;
mod scenarios;
mod thief;
