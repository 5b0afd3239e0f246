-- The photographs of an application handed over from one device to another: a link that opens once, then a session that
-- opens only the pages of the photographs. One at a time for each application; tokens are hashed.
CREATE TABLE handovers (
    application_id uuid PRIMARY KEY REFERENCES applications,
    token_hash bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    session_hash bytea UNIQUE,
    opened_at timestamptz,
    ended_at timestamptz
);
CREATE INDEX handovers_expiry ON handovers (created_at);
