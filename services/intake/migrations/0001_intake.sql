-- An application with everything that the applicant typed, as typed and as understood.
CREATE TABLE applications (
    id uuid PRIMARY KEY,
    receipt_number text NOT NULL UNIQUE,
    status text NOT NULL CHECK (status IN (
        'provisional', 'submitted', 'correction_requested', 'approved', 'rejected', 'withdrawn', 'expired')),
    version integer NOT NULL DEFAULT 1,
    round integer NOT NULL DEFAULT 0,
    kind text NOT NULL,
    language text NOT NULL,
    filled_by text NOT NULL,
    -- {field: {raw, display, match_key}}: now, and as first received.
    fields jsonb NOT NULL,
    fields_received jsonb NOT NULL,
    -- The e-mail address as compared at sign-in.
    email_key text NOT NULL,
    password_hash text NOT NULL,
    email_proven_at timestamptz,
    consent_version text NOT NULL,
    consented_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    submitted_at timestamptz,
    expected_on date,
    policy_version text,
    -- What the policy's rules answered at submission: {rule: outcome}.
    outcomes jsonb,
    withdrawal_requested_at timestamptz,
    ended_at timestamptz,
    -- [{item, code, note}], and the items among them that the applicant has answered since.
    corrections jsonb NOT NULL DEFAULT '[]',
    corrected text[] NOT NULL DEFAULT '{}',
    correct_by date,
    rejection jsonb NOT NULL DEFAULT '[]',
    rejection_note text,
    registration_id uuid,
    registration_version integer,
    card_number text,
    card_expires_on date
);
CREATE INDEX applications_waiting ON applications (submitted_at) WHERE status = 'submitted';

CREATE TABLE documents (
    id uuid PRIMARY KEY,
    application_id uuid NOT NULL REFERENCES applications,
    type text NOT NULL,
    side text NOT NULL,
    shows_current_address boolean,
    -- chosen: the id is known to us, the answer of documents not yet.
    state text NOT NULL CHECK (state IN ('chosen', 'stored', 'removed')),
    round integer NOT NULL,
    chosen_at timestamptz NOT NULL,
    width integer NOT NULL DEFAULT 0,
    height integer NOT NULL DEFAULT 0,
    warnings text[] NOT NULL DEFAULT '{}'
);
CREATE INDEX documents_of_application ON documents (application_id);
CREATE UNIQUE INDEX documents_one_of_a_side ON documents (application_id, type, side) WHERE state = 'stored';
CREATE INDEX documents_without_answer ON documents (chosen_at) WHERE state = 'chosen';

-- Images that documents has still to be told to delete.
CREATE TABLE deletions (
    document_id uuid PRIMARY KEY,
    application_id uuid NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    not_before timestamptz NOT NULL
);
CREATE INDEX deletions_due ON deletions (not_before);

-- What happened, for the applicant; the key makes a second telling harmless.
CREATE TABLE timeline (
    application_id uuid NOT NULL REFERENCES applications,
    what text NOT NULL,
    round integer NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (application_id, what, round)
);

CREATE TABLE mails (
    application_id uuid NOT NULL REFERENCES applications,
    caused_by uuid NOT NULL,
    template text NOT NULL,
    state text NOT NULL CHECK (state IN ('delayed', 'sent', 'failed')),
    at timestamptz NOT NULL,
    PRIMARY KEY (application_id, caused_by, template)
);

-- Tokens of the mailed links, hashed.
CREATE TABLE proofs (
    proof_hash bytea PRIMARY KEY,
    application_id uuid NOT NULL REFERENCES applications,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX proofs_of_application ON proofs (application_id, created_at);
CREATE INDEX proofs_expiry ON proofs (expires_at);

CREATE TABLE sessions (
    token_hash bytea PRIMARY KEY,
    application_id uuid NOT NULL REFERENCES applications,
    created_at timestamptz NOT NULL,
    used_at timestamptz NOT NULL
);
CREATE INDEX sessions_expiry ON sessions (used_at);

-- Attempts to sign in that have not succeeded, by a hash of what was tried to be opened.
CREATE TABLE sign_in_attempts (
    subject bytea NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX sign_in_attempts_of ON sign_in_attempts (subject, at);
CREATE INDEX sign_in_attempts_expiry ON sign_in_attempts (at);

CREATE TABLE drafts (
    token_hash bytea PRIMARY KEY,
    form jsonb NOT NULL,
    password_hash text,
    saved_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    application_id uuid REFERENCES applications
);
CREATE INDEX drafts_expiry ON drafts (expires_at);

-- One row for each key of POST /applications: never the body, only a keyed hash of it.
CREATE TABLE idempotency_keys (
    key_hash bytea PRIMARY KEY,
    body_hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    -- Who runs it now; another may take over what a crash left.
    run uuid NOT NULL,
    application_id uuid REFERENCES applications
);
CREATE INDEX idempotency_keys_expiry ON idempotency_keys (created_at);

-- Requests for a mailed link, as typed; answered by a loop, so that nobody learns from the timing whether one exists.
CREATE TABLE link_requests (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    application text NOT NULL,
    requested_at timestamptz NOT NULL
);
