//! Chromium against the built app and the real server.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test that meets something unexpected should stop and say so"
)]

mod access;
mod axe;
mod bench;
mod card;
mod casework;
mod cdp;
mod chromium;
mod cold;
mod day;
mod death;
mod demo;
mod driver;
mod ending;
mod example;
mod export;
mod find;
mod hostile;
mod house;
mod keyboard;
mod leak;
mod list;
mod matter;
mod mishap;
mod office;
mod page;
mod paper;
mod person;
mod proof;
mod proxy;
mod rights;
mod story;
mod tape;
mod turn;
mod typing;
