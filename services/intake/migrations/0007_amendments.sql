-- What the applicant changed while the application waited for the decision. `fields_before`: all fields as they were.
CREATE TABLE amendments (
    application_id uuid NOT NULL REFERENCES applications,
    version integer NOT NULL,
    round integer NOT NULL,
    at timestamptz NOT NULL,
    fields_before jsonb NOT NULL,
    changed text[] NOT NULL,
    PRIMARY KEY (application_id, version)
);

-- The fields as review has them: as handed over, or as staff knew them when they asked for a correction.
ALTER TABLE applications ADD COLUMN fields_handed jsonb;
-- {field: {raw, display, match_key} or null}: what the applicant wanted and the decision came before.
ALTER TABLE applications ADD COLUMN fields_missed jsonb NOT NULL DEFAULT '{}';
