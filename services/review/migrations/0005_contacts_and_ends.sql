-- The newest e-mail address, also where the application itself has not been heard of yet; `version` is the application's.
CREATE TABLE contacts (
    application_id uuid PRIMARY KEY,
    version integer NOT NULL,
    email text NOT NULL,
    language text NOT NULL
);
-- The version of the application that the case has its e-mail address from.
ALTER TABLE cases ADD COLUMN contact_version integer NOT NULL DEFAULT 0;

-- An application may also expire while its correction is waited for.
ALTER TABLE withdrawals DROP CONSTRAINT withdrawals_kind_check;
ALTER TABLE withdrawals ADD CHECK (kind IN ('requested', 'withdrawn', 'expired'));
ALTER TABLE cases DROP CONSTRAINT cases_closed_because_check;
ALTER TABLE cases ADD CHECK (closed_because IN ('withdrawal_accepted', 'withdrawn', 'expired'));

-- Applications that were erased: nothing that is heard of them later brings them back. No personal data.
CREATE TABLE erasures (
    application_id uuid PRIMARY KEY,
    erased_at timestamptz NOT NULL
);
