//! One program for the page and for its worker.

fn main() {
    client::start();
}
