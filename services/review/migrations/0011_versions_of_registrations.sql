-- Everything that a registration ever was. The newest one is what it is; the one before it is what it was.
CREATE TABLE registration_versions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    registration_id uuid NOT NULL REFERENCES registrations ON DELETE CASCADE,
    application_id uuid NOT NULL,
    version integer NOT NULL,
    at timestamptz NOT NULL,
    -- NULL: no staff member did it (the applicant gave another address), or it was not kept yet who did.
    staff_id uuid,
    because text NOT NULL,
    content jsonb NOT NULL
);
CREATE INDEX registration_versions_in_order ON registration_versions (registration_id, id);
CREATE INDEX registration_versions_by_application ON registration_versions (application_id);
INSERT INTO registration_versions (registration_id, application_id, version, at, because, content)
SELECT id, application_id, version, changed_at, 'kept_from_now_on', to_jsonb(r) - 'told_days'
  FROM registrations r ORDER BY changed_at, id;

-- {registration, as}: whose renewal, change or replacement the approval was, as staff said.
ALTER TABLE decisions ADD COLUMN same_as jsonb;
-- Which cases said of another one that it is of the same person.
CREATE INDEX decisions_by_verdict ON decisions USING gin (verdicts jsonb_path_ops);
