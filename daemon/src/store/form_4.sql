-- Form 4: what requests leave behind. No text of anybody's.

-- The chain of the audit. What was pruned is gone; where the chain goes on after it stays.
CREATE TABLE audit_chain (
    one           INTEGER PRIMARY KEY CHECK (one = 1),
    id            TEXT NOT NULL,
    pruned_number INTEGER NOT NULL,
    pruned_hash   BLOB NOT NULL
) STRICT;

INSERT INTO audit_chain VALUES (1, lower(hex(randomblob(16))), 0, zeroblob(32));

-- One record for each request: a line of JSON. Its hash is the SHA-256 of the hash before and that line.
CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL,
    record TEXT NOT NULL,
    hash   BLOB NOT NULL
) STRICT;

CREATE INDEX audit_at ON audit (at);

-- What each key used: by day (since 1970), and by model ('' where none was asked; key '' without one). Money is in
-- millionths of the currency.
CREATE TABLE usage (
    day       INTEGER NOT NULL,
    tenant    INTEGER NOT NULL,
    key       TEXT NOT NULL,
    model     TEXT NOT NULL,
    requests  INTEGER NOT NULL,
    input     INTEGER NOT NULL,
    output    INTEGER NOT NULL,
    micros    INTEGER NOT NULL,
    estimated INTEGER NOT NULL,
    PRIMARY KEY (day, tenant, key, model)
) STRICT, WITHOUT ROWID;

-- What each key has spent in a calendar month, counted since the year 0.
CREATE TABLE spent (
    month  INTEGER NOT NULL,
    key    TEXT NOT NULL,
    micros INTEGER NOT NULL,
    PRIMARY KEY (month, key)
) STRICT, WITHOUT ROWID;
