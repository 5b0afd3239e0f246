-- Staff and their sessions. Only the hash of a session's token is kept.
CREATE TABLE staff (
    id uuid PRIMARY KEY,
    username text NOT NULL UNIQUE,
    password_hash text NOT NULL,
    role text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE sessions (
    token_hash bytea PRIMARY KEY,
    staff_id uuid NOT NULL REFERENCES staff ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL
);
CREATE INDEX sessions_by_staff ON sessions (staff_id);
CREATE INDEX sessions_by_age ON sessions (seen_at);

-- A hash of the name as typed: people type their password into the wrong box.
CREATE TABLE sign_in_failures (
    username_hash bytea NOT NULL,
    failed_at timestamptz NOT NULL
);
CREATE INDEX sign_in_failures_by_name ON sign_in_failures (username_hash, failed_at);
CREATE INDEX sign_in_failures_by_age ON sign_in_failures (failed_at);

-- A claimed case is a waiting one with a lease that lasts; nothing has to sweep expired leases.
CREATE TABLE cases (
    id uuid PRIMARY KEY,
    application_id uuid NOT NULL UNIQUE,
    receipt_number text NOT NULL,
    status text NOT NULL CHECK (status IN ('waiting', 'correction_requested', 'decided', 'closed')),
    decision text CHECK (decision IN ('approve', 'reject')),
    closed_because text CHECK (closed_because IN ('withdrawal_accepted', 'withdrawn')),
    version integer NOT NULL,
    kind text NOT NULL,
    category text NOT NULL,
    language text NOT NULL,
    round integer NOT NULL,
    -- Resubmitted cases come first in the queue: false sorts before true.
    first_round boolean GENERATED ALWAYS AS (round = 1) STORED,
    submitted_at timestamptz NOT NULL,
    waiting_since timestamptz NOT NULL,
    expected_on date NOT NULL,
    policy_version text NOT NULL,
    filled_by text NOT NULL,
    consent jsonb NOT NULL,
    applicant jsonb NOT NULL,
    outcomes jsonb NOT NULL,
    -- The card to renew, as understood.
    card_number text,
    name_key text NOT NULL,
    kana_key text,
    birth_date date NOT NULL,
    address_key text NOT NULL,
    phone_key text NOT NULL,
    claimed_by uuid REFERENCES staff,
    claimed_until timestamptz,
    CHECK ((status = 'decided') = (decision IS NOT NULL)),
    CHECK ((status = 'closed') = (closed_because IS NOT NULL)),
    CHECK ((claimed_by IS NULL) = (claimed_until IS NULL))
);
CREATE INDEX cases_in_order ON cases (first_round, waiting_since, id);
CREATE INDEX cases_by_status ON cases (status, first_round, waiting_since, id);
CREATE INDEX cases_by_birth_date ON cases (birth_date);
CREATE INDEX cases_by_phone ON cases (phone_key);

-- What came before the application itself was handed over.
CREATE TABLE withdrawals (
    application_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('requested', 'withdrawn')),
    round integer NOT NULL,
    PRIMARY KEY (application_id, kind, round)
);

-- `round` is the latest one that names the document; NULL while only documents has spoken of it.
CREATE TABLE documents (
    application_id uuid NOT NULL,
    id uuid NOT NULL,
    type text NOT NULL,
    side text NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    warnings text[] NOT NULL,
    shows_current_address boolean,
    round integer,
    position integer NOT NULL DEFAULT 0,
    bytes integer,
    mask text,
    PRIMARY KEY (application_id, id)
);

-- The last word about each mail; `sequence` is notifier's own count.
CREATE TABLE mails (
    application_id uuid NOT NULL,
    caused_by uuid NOT NULL,
    template text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('sent', 'failed')),
    sequence bigint NOT NULL,
    PRIMARY KEY (application_id, caused_by, template)
);

CREATE TABLE decisions (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases ON DELETE CASCADE,
    round integer NOT NULL,
    decision text NOT NULL CHECK (decision IN ('approve', 'correct', 'reject')),
    decided_at timestamptz NOT NULL,
    staff_id uuid NOT NULL REFERENCES staff,
    reasons jsonb NOT NULL,
    amendments jsonb NOT NULL,
    verdicts jsonb NOT NULL,
    note text,
    card_number text,
    card_unknown boolean NOT NULL,
    UNIQUE (case_id, round)
);

-- Every number that was ever given out or seen, so that none is given twice, not even after an erasure.
CREATE TABLE card_numbers (
    card_number text PRIMARY KEY,
    given_at timestamptz NOT NULL
);

-- The last serial number given out under a prefix.
CREATE TABLE card_counters (
    prefix text PRIMARY KEY,
    serial bigint NOT NULL
);

CREATE TABLE registrations (
    id uuid PRIMARY KEY,
    application_id uuid NOT NULL,
    version integer NOT NULL,
    status text NOT NULL CHECK (status IN ('active', 'expired', 'cancelled')),
    card_number text NOT NULL UNIQUE REFERENCES card_numbers,
    name_raw text NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    kana text,
    kana_key text,
    birth_date date NOT NULL,
    postal_code text NOT NULL,
    address text NOT NULL,
    address_key text NOT NULL,
    phone text NOT NULL,
    phone_key text NOT NULL,
    email text NOT NULL,
    guardian_name text,
    category text NOT NULL,
    expires_on date NOT NULL,
    pickup_branch text NOT NULL,
    hold_contact text NOT NULL,
    registered_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL
);
CREATE INDEX registrations_by_birth_date ON registrations (birth_date);
CREATE INDEX registrations_by_phone ON registrations (phone_key);

-- Who did what when. No personal data: ids and codes only. No references, so that a row outlives what it tells of.
CREATE TABLE audit (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    staff_id uuid NOT NULL,
    action text NOT NULL,
    case_id uuid,
    document_id uuid,
    detail jsonb NOT NULL
);
CREATE INDEX audit_by_case ON audit (case_id, at);
CREATE INDEX audit_by_staff ON audit (staff_id, at);
