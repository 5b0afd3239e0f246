-- One row for each image. What the picture shows is in the object storage, sealed with `wrapped_key`.
CREATE TABLE documents (
    id              uuid        PRIMARY KEY,
    application     uuid        NOT NULL,
    type            text        NOT NULL,
    side            text        NOT NULL,
    width           int         NOT NULL CHECK (width > 0),
    height          int         NOT NULL CHECK (height > 0),
    bytes           int         NOT NULL CHECK (bytes > 0),
    warnings        text[]      NOT NULL,
    mask            text        NOT NULL CHECK (mask IN ('none', 'pending', 'done')),
    stored_at       timestamptz NOT NULL,
    -- The rest is gone once the document is deleted: the row then only says that it was here.
    folder          text        UNIQUE,
    wrapped_key     bytea,
    key_name        text,
    fingerprint     bytea,
    deleted_at      timestamptz,
    CHECK (num_nulls(folder, wrapped_key, key_name, fingerprint) = CASE WHEN deleted_at IS NULL THEN 0 ELSE 4 END)
);

CREATE INDEX documents_kept_by_application ON documents (application) WHERE deleted_at IS NULL;

-- How each application stands, as far as heard: it starts the clock of the application's images.
CREATE TABLE applications (
    id         uuid        PRIMARY KEY,
    round      int         NOT NULL,
    outcome    text        NOT NULL CHECK (outcome IN ('open', 'withdrawn', 'rejected', 'approved')),
    decided_at timestamptz NOT NULL,
    delete_on  date,
    CHECK ((outcome = 'open') = (delete_on IS NULL))
);

CREATE INDEX applications_delete_on ON applications (delete_on) WHERE delete_on IS NOT NULL;

-- Who looked at what. Kept as long as the policy keeps its audit.
CREATE TABLE reads (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    read_at     timestamptz NOT NULL,
    caller      text        NOT NULL,
    actor       text        NOT NULL,
    document    uuid        NOT NULL,
    application uuid        NOT NULL,
    rendition   text        NOT NULL
);

CREATE INDEX reads_by_document ON reads (document, read_at);
CREATE INDEX reads_by_time ON reads (read_at);

-- Service tokens work once: their ids are remembered until they expire.
CREATE TABLE used_tokens (
    id         uuid        PRIMARY KEY,
    expires_at timestamptz NOT NULL
);

CREATE INDEX used_tokens_expired ON used_tokens (expires_at);
