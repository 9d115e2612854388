-- Form 1. Times are seconds since 1970.

CREATE TABLE tenant (
    id      INTEGER PRIMARY KEY,
    name    TEXT NOT NULL UNIQUE,
    created INTEGER NOT NULL
) STRICT;

INSERT INTO tenant (name, created) VALUES ('default', unixepoch());

-- An API key. The key itself is not kept, only its SHA-256: it has 160 random bits, so no stretching is needed.
CREATE TABLE api_key (
    id      TEXT PRIMARY KEY,
    tenant  INTEGER NOT NULL REFERENCES tenant (id),
    name    TEXT NOT NULL,
    hash    BLOB NOT NULL,
    scopes  TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER,
    revoked INTEGER
) STRICT;

-- Documents that share their numbers. A project keeps no original: only which number a name of its own stands for.
CREATE TABLE project (
    id      INTEGER PRIMARY KEY,
    tenant  INTEGER NOT NULL REFERENCES tenant (id),
    name    TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    wrapper BLOB NOT NULL,
    created INTEGER NOT NULL,
    used    INTEGER NOT NULL,
    UNIQUE (tenant, name)
) STRICT;

CREATE TABLE project_number (
    project INTEGER NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    kind    TEXT NOT NULL,
    number  INTEGER NOT NULL,
    lookup  BLOB NOT NULL,
    PRIMARY KEY (project, kind, number),
    UNIQUE (project, lookup)
) STRICT, WITHOUT ROWID;

-- A session owns its originals. They are sealed by the session's key, which is wrapped by a key made of SECRET_KEY
-- (`wrapper` tells which). Without the row nothing opens them.
CREATE TABLE session (
    id      INTEGER PRIMARY KEY,
    tenant  INTEGER NOT NULL REFERENCES tenant (id),
    name    TEXT NOT NULL,
    project INTEGER REFERENCES project (id) ON DELETE SET NULL,
    wrapped BLOB NOT NULL,
    wrapper BLOB NOT NULL,
    created INTEGER NOT NULL,
    used    INTEGER NOT NULL,
    UNIQUE (tenant, name)
) STRICT;

CREATE INDEX session_used ON session (used);

-- What a placeholder stands for. `lookup` finds an original that is already known without opening any.
CREATE TABLE entry (
    session INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    kind    TEXT NOT NULL,
    number  INTEGER NOT NULL,
    lookup  BLOB NOT NULL,
    sealed  BLOB NOT NULL,
    PRIMARY KEY (session, kind, number),
    UNIQUE (session, lookup)
) STRICT, WITHOUT ROWID;
