ALTER TABLE applications DROP CONSTRAINT applications_status_check;
ALTER TABLE applications ADD CHECK (status IN (
    'provisional', 'submitted', 'correction_requested', 'approved', 'rejected', 'withdrawn', 'expired', 'erased'));
CREATE INDEX applications_open ON applications (id) WHERE status IN ('provisional', 'correction_requested');
CREATE INDEX applications_ended ON applications (status, ended_at) WHERE ended_at IS NOT NULL AND status <> 'erased';

-- Reminders that were said; `day`: the policy's, counted from the beginning of the time that is given.
CREATE TABLE reminders (
    application_id uuid NOT NULL REFERENCES applications,
    round integer NOT NULL,
    day integer NOT NULL,
    said_at timestamptz NOT NULL,
    PRIMARY KEY (application_id, round, day)
);

-- The proof that everything personal is gone: what remains of an application is its row of codes and days, and this.
CREATE TABLE erasures (
    application_id uuid PRIMARY KEY REFERENCES applications,
    receipt_number text NOT NULL,
    outcome text NOT NULL,
    because text NOT NULL CHECK (because IN ('schedule', 'request')),
    policy_version text NOT NULL,
    erased_at timestamptz NOT NULL
);
CREATE INDEX erasures_by_time ON erasures (erased_at);
