-- What a request asks to be mailed. For a new password the application may be left out: then it is each of the address.
ALTER TABLE link_requests ADD COLUMN purpose text NOT NULL DEFAULT 'continue'
    CHECK (purpose IN ('continue', 'reset_password'));

CREATE INDEX applications_by_email ON applications (email_key);

-- Tokens of the links that set a new password, hashed. Used ones are kept for a day: links are counted.
CREATE TABLE password_resets (
    token_hash bytea PRIMARY KEY,
    application_id uuid NOT NULL REFERENCES applications,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX password_resets_of_application ON password_resets (application_id, created_at);
CREATE INDEX password_resets_by_age ON password_resets (created_at);

-- Our sequence of the event that said the address to write to: a link must not go to an earlier one.
ALTER TABLE applications ADD COLUMN contact_sequence bigint NOT NULL DEFAULT 1;
