//! What a browser calls.

use std::cell::RefCell;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::{
    CHECKS,
    figure::{FIGURES, Turn},
};

thread_local! {
    static TURN: RefCell<Option<Turn>> = const { RefCell::new(None) };
}

/// Runs a check of the table; what it has tried.
#[wasm_bindgen]
pub fn check(index: usize) -> usize {
    (CHECKS[index].run)()
}

/// Prepares a figure of the table.
#[wasm_bindgen]
pub fn prepare(index: usize) {
    let turn = (FIGURES[index].prepare)();
    TURN.with(|it| *it.borrow_mut() = Some(turn));
}

/// One turn of what was prepared; how much was done.
#[wasm_bindgen]
pub fn turn() -> f64 {
    TURN.with(|it| (it.borrow_mut().as_mut().unwrap())())
}
