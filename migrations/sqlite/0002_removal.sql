-- Who may not come in any more. Derived from the org log, as `device` is.

-- Position of the entry that revoked the device.
ALTER TABLE device ADD COLUMN revoked INTEGER;

-- Accounts that are frozen or removed.
CREATE TABLE closed (
    account BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;
