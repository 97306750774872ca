-- Snapshots that somebody vouched for, the newest two of a document. All envelopes up to number
-- `base` are in the snapshot; `position` is that of the entry that vouches for it. Where `is_floor`
-- is set, a device that has less than `base` begins at the snapshot: the envelopes are not here.
CREATE TABLE snapshot (
    document BLOB    NOT NULL,
    base     INTEGER NOT NULL,
    position INTEGER NOT NULL,
    is_floor INTEGER NOT NULL,
    PRIMARY KEY (document, base)
) STRICT, WITHOUT ROWID;

-- A run of stubs stands for envelopes that were dropped: of each, device, seq and content address.
ALTER TABLE run_index ADD COLUMN is_stub INTEGER NOT NULL DEFAULT 0;
