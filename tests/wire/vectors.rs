//! Writes the vectors that are not there yet. Never touches one that is.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a generator run by hand, which should stop at the first surprise"
)]
#![expect(dead_code, reason = "shared with the tests, which use all of it")]

use std::fs;

mod cast;
mod kept;
mod said;
mod sample;
mod vector;

fn main() {
    fs::create_dir_all(vector::folder()).unwrap();
    for (name, vectors) in vector::files() {
        let path = vector::folder().join(name);
        if path.exists() {
            println!("kept  {}", path.display());
        } else {
            let text = serde_json::to_string_pretty(&vectors).unwrap();
            fs::write(&path, format!("{text}\n")).unwrap();
            println!("wrote {}", path.display());
        }
    }
}
