-- Attempts are counted before a password is tried, by hashes: of the caller's address, and of the name as typed (people type
-- their password into the wrong box) with the address. No row is of a name alone: strangers could lock anybody out.
DROP TABLE sign_in_failures;
CREATE TABLE sign_in_attempts (
    key bytea PRIMARY KEY,
    attempts integer NOT NULL,
    last_at timestamptz NOT NULL,
    -- Until then nothing more is tried.
    next_at timestamptz NOT NULL
);
CREATE INDEX sign_in_attempts_by_age ON sign_in_attempts (last_at);

-- Whoever failed to sign in is nobody yet.
ALTER TABLE audit ALTER COLUMN staff_id DROP NOT NULL;
