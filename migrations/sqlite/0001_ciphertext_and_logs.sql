-- What the server keeps: ciphertext it cannot open, signed logs it can check, and addresses.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The firm's log. Positions are dense from 0.
CREATE TABLE org_entry (
    position INTEGER PRIMARY KEY,
    bytes    BLOB NOT NULL
) STRICT;

-- The documents' logs. Positions are dense from 0 within a document.
CREATE TABLE document_entry (
    document BLOB    NOT NULL,
    position INTEGER NOT NULL,
    bytes    BLOB    NOT NULL,
    PRIMARY KEY (document, position)
) STRICT, WITHOUT ROWID;

-- Envelopes of one document that became durable together, as CBOR byte strings one after another.
-- Appended by rowid and never updated: an index entry is paid per run, not per edit.
CREATE TABLE run (
    id    INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;

-- Where the envelopes of a document are. `first` is the number of a run's first envelope.
CREATE TABLE run_index (
    document BLOB    NOT NULL,
    first    INTEGER NOT NULL,
    count    INTEGER NOT NULL,
    run      INTEGER NOT NULL REFERENCES run (id),
    PRIMARY KEY (document, first)
) STRICT, WITHOUT ROWID;

-- The newest envelope of each device in each document.
CREATE TABLE chain (
    document BLOB    NOT NULL,
    device   BLOB    NOT NULL,
    seq      INTEGER NOT NULL,
    envelope BLOB    NOT NULL,
    number   INTEGER NOT NULL,
    PRIMARY KEY (document, device)
) STRICT, WITHOUT ROWID;

-- Sealed secrets, numbered densely from 1 within the account that may fetch them.
-- Either `device` is set (the account's own seeds), or `document` and `epoch` are.
CREATE TABLE wrap (
    account  BLOB    NOT NULL,
    number   INTEGER NOT NULL,
    device   BLOB,
    document BLOB,
    epoch    INTEGER,
    sealed   BLOB    NOT NULL,
    PRIMARY KEY (account, number)
) STRICT, WITHOUT ROWID;

-- Derived from the logs by replaying them; may be emptied and filled again at any time.

CREATE TABLE member (
    account  BLOB    NOT NULL,
    document BLOB    NOT NULL,
    access   INTEGER NOT NULL,
    PRIMARY KEY (account, document)
) STRICT, WITHOUT ROWID;

CREATE TABLE device (
    device  BLOB PRIMARY KEY,
    account BLOB NOT NULL,
    verify  BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE enrolment (
    verify     BLOB PRIMARY KEY,
    position   INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
