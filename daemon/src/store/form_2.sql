-- Form 2: surrogates, invented texts that stand for originals.

-- What a surrogate of a session stands for. `lookup` finds it by its original; `mark` is a keyed hash of the surrogate,
-- so that no two originals share one. The surrogate and its original rest sealed by the session's key.
CREATE TABLE surrogate (
    session INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    kind    TEXT NOT NULL,
    lookup  BLOB NOT NULL,
    mark    BLOB NOT NULL,
    text    BLOB NOT NULL,
    sealed  BLOB NOT NULL,
    PRIMARY KEY (session, lookup),
    UNIQUE (session, mark)
) STRICT, WITHOUT ROWID;

-- The surrogates that a project's documents share, sealed by the project's key; of originals only keyed hashes.
CREATE TABLE project_surrogate (
    project INTEGER NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    kind    TEXT NOT NULL,
    lookup  BLOB NOT NULL,
    mark    BLOB NOT NULL,
    text    BLOB NOT NULL,
    PRIMARY KEY (project, lookup),
    UNIQUE (project, mark)
) STRICT, WITHOUT ROWID;
