//! Who has to do something about an error.

/// The party at fault; the engine decides by it what happens to what caused the error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Something is missing here, or wrong with this program: keep what caused it.
    Ours,
    /// Whoever wrote the bytes: set them aside and name the author.
    Peer,
    /// This program is older than the author's: ask for an update.
    Version,
    /// The machine or the network: try again.
    Environment,
}
