//! Backups and restores, file by file. What they are is for [`crate::store`] to know.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use shared::id::ServerEpoch;
use thiserror::Error;

use crate::{
    machine::Entropy,
    store::{Contents, ReadStore, Store, StoreError},
};

/// What SQLite keeps beside a database while it is open.
const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

/// Why there is no copy.
#[derive(Debug, Error)]
pub enum CopyError {
    /// Nothing is written over.
    #[error("{} exists already", .0.display())]
    Exists(PathBuf),
    /// Stop the server first.
    #[error("a server is running on {}", .0.display())]
    Running(PathBuf),
    /// A file cannot be read, made or moved.
    #[error("{}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A database is none, or is damaged.
    #[error("{}", path.display())]
    Store {
        /// Which.
        path: PathBuf,
        /// Why.
        source: StoreError,
    },
}

/// What a restore did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What is there now.
    pub contents: Contents,
    /// What the server calls itself from now on.
    pub epoch: ServerEpoch,
    /// Where the database that was there is kept; `None` if there was none.
    pub former: Option<PathBuf>,
}

/// Copies the database to a new file, also while a server runs on it, and reads the copy through.
pub fn back_up(database: &Path, to: &Path) -> Result<Contents, CopyError> {
    if to.exists() {
        return Err(CopyError::Exists(to.to_owned()));
    }
    let part = beside(to, ".part");
    let contents = copy_checked(database, &part)?;
    put(&part, to)?;
    Ok(contents)
}

/// Puts a copy in place of the database, under a new server epoch. The copy is read through first,
/// and what was there is kept.
pub fn restore(
    from: &Path,
    database: &Path,
    entropy: &mut dyn Entropy,
) -> Result<Restored, CopyError> {
    if database.exists() && Store::is_in_use(database) {
        return Err(CopyError::Running(database.to_owned()));
    }
    let part = beside(database, ".restoring");
    let contents = copy_checked(from, &part)?;
    let broken = |source| CopyError::Store { path: part.clone(), source };
    let mut store = Store::open(&part, entropy).map_err(broken)?;
    store.renew_epoch(entropy).map_err(broken)?;
    let epoch = store.epoch();
    store.close().map_err(broken)?;
    let former = database.exists().then(|| beside(database, &format!(".before-{epoch}")));
    if let Some(former) = &former {
        rename(database, former)?;
    }
    // What a server that died left there belongs to the database that it had.
    for companion in COMPANIONS {
        let left = beside(database, companion);
        if left.exists() {
            match &former {
                Some(former) => rename(&left, &beside(former, companion))?,
                None => remove(&left)?,
            }
        }
    }
    put(&part, database)?;
    Ok(Restored { contents, epoch, former })
}

fn copy_checked(from: &Path, part: &Path) -> Result<Contents, CopyError> {
    for path in [part.to_owned()].into_iter().chain(COMPANIONS.map(|it| beside(part, it))) {
        if path.exists() {
            remove(&path)?;
        }
    }
    let reading = ReadStore::open(from)
        .map_err(|source| CopyError::Store { path: from.to_owned(), source })?;
    // Private from its first byte on.
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(part);
    drop(made.map_err(at(part))?);
    let written = reading.write_checked(part);
    written.map_err(|source| CopyError::Store { path: from.to_owned(), source })
}

/// Moves a finished file to its name, durably.
fn put(part: &Path, to: &Path) -> Result<(), CopyError> {
    File::open(part).and_then(|file| file.sync_all()).map_err(at(part))?;
    rename(part, to)?;
    let directory = to.parent().filter(|it| !it.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new("."));
    File::open(directory).and_then(|file| file.sync_all()).map_err(at(directory))
}

fn rename(from: &Path, to: &Path) -> Result<(), CopyError> {
    fs::rename(from, to).map_err(at(from))
}

fn remove(path: &Path) -> Result<(), CopyError> {
    fs::remove_file(path).map_err(at(path))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> CopyError + use<> {
    let path = path.to_owned();
    move |source| CopyError::File { path, source }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;
    use shared::id::{DocumentId, Number};

    use super::*;
    use crate::service::fixture::{Counter, Firm, push};

    const NOTE: DocumentId = DocumentId::new([0xD0; 16]);

    /// A database on disk with a document of three envelopes, and where it is.
    fn house() -> (tempfile::TempDir, PathBuf) {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("mendan.sqlite");
        let mut firm = Firm::new();
        firm.document_appended(firm.sato.who(), &firm.sato.create(NOTE));
        let chain = firm.sato.chain(NOTE, 3);
        firm.say(firm.sato.who(), push(&chain));
        firm.store.write_copy(&path).unwrap();
        (home, path)
    }

    fn envelopes(path: &Path) -> usize {
        let store = ReadStore::open(path).unwrap();
        store.reader().envelopes(NOTE, Number(0)).unwrap().items.len()
    }

    #[test]
    fn a_copy_is_made_while_the_database_is_in_use() {
        let (home, path) = house();
        let to = home.path().join("copy.sqlite");
        let in_use = Store::open(&path, &mut Counter(9)).unwrap();

        let contents = back_up(&path, &to).unwrap();

        assert_eq!((contents.documents, contents.envelopes), (1, 3));
        assert_eq!(envelopes(&to), 3);
        assert!(!beside(&to, "-wal").exists());
        in_use.close().unwrap();
    }

    #[test]
    fn a_copy_is_never_written_over_a_file() {
        let (home, path) = house();
        let to = home.path().join("copy.sqlite");
        back_up(&path, &to).unwrap();

        assert!(matches!(back_up(&path, &to), Err(CopyError::Exists(_))));
    }

    #[test]
    fn a_restored_database_has_another_name_and_what_was_there_is_kept() {
        let (home, path) = house();
        let copy = home.path().join("copy.sqlite");
        back_up(&path, &copy).unwrap();
        let before = ReadStore::open(&path).unwrap().reader().epoch().unwrap();
        fs::write(beside(&path, "-wal"), b"of a server that died").unwrap();

        let restored = restore(&copy, &path, &mut Counter(50)).unwrap();

        // Before anybody opens it: whoever reads makes one.
        assert!(!beside(&path, "-wal").exists());
        let after = ReadStore::open(&path).unwrap().reader().epoch().unwrap();
        assert_ne!(before, after);
        assert_eq!(restored.epoch, after);
        assert_eq!(envelopes(&path), 3);
        let former = restored.former.unwrap();
        assert_eq!(envelopes(&former), 3);
        assert!(!beside(&path, ".restoring").exists());
    }

    #[test]
    fn nothing_is_restored_under_a_running_server() {
        let (home, path) = house();
        let copy = home.path().join("copy.sqlite");
        back_up(&path, &copy).unwrap();
        let running = Store::open(&path, &mut Counter(9)).unwrap();

        assert!(matches!(restore(&copy, &path, &mut Counter(50)), Err(CopyError::Running(_))));

        running.close().unwrap();
        restore(&copy, &path, &mut Counter(50)).unwrap();
    }

    #[test]
    fn a_damaged_copy_is_not_restored() {
        let damages = [
            "UPDATE run SET bytes = zeroblob(length(bytes))",
            "UPDATE chain SET seq = seq - 1",
            "DELETE FROM run_index",
            "DELETE FROM org_entry WHERE position = 1",
        ];
        for damage in damages {
            let (home, path) = house();
            let copy = home.path().join("copy.sqlite");
            back_up(&path, &copy).unwrap();
            assert_ne!(Connection::open(&copy).unwrap().execute(damage, []).unwrap(), 0);

            let refused = restore(&copy, &path, &mut Counter(50));

            assert!(matches!(refused, Err(CopyError::Store { .. })), "{refused:?}");
            assert_eq!(envelopes(&path), 3);
        }
    }

    #[test]
    fn a_file_that_is_no_database_is_not_restored() {
        let (home, path) = house();
        let copy = home.path().join("copy.sqlite");
        fs::write(&copy, b"not a database, only long enough to look like something").unwrap();

        let refused = restore(&copy, &path, &mut Counter(50));

        assert!(matches!(refused, Err(CopyError::Store { .. })), "{refused:?}");
    }
}
