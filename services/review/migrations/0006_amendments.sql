-- The newest of what the applicant changed in each round, also where the round itself has not been heard of yet.
-- `changes`: {field: {before, after}}, as application.amended.v1 has it.
CREATE TABLE amendments (
    application_id uuid NOT NULL,
    round integer NOT NULL,
    version integer NOT NULL,
    amended_at timestamptz NOT NULL,
    policy_version text NOT NULL,
    changes jsonb NOT NULL,
    outcomes jsonb NOT NULL,
    PRIMARY KEY (application_id, round)
);

-- The version of the application that the case shows; unknown of what was handed over before it was kept.
ALTER TABLE cases ADD COLUMN application_version integer;
-- {field: as it was in the round before}, of what a correction changed.
ALTER TABLE cases ADD COLUMN mended jsonb NOT NULL DEFAULT '{}';
-- The documents that came with this round, where there was one before.
ALTER TABLE cases ADD COLUMN new_documents uuid[] NOT NULL DEFAULT '{}';
-- The last day for the correction that was asked for.
ALTER TABLE cases ADD COLUMN correct_by date;

-- Deadlines that staff moved, and why.
CREATE TABLE extensions (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases ON DELETE CASCADE,
    round integer NOT NULL,
    correct_by date NOT NULL,
    reason text NOT NULL,
    staff_id uuid NOT NULL REFERENCES staff,
    at timestamptz NOT NULL
);
CREATE INDEX extensions_of_case ON extensions (case_id, at);
