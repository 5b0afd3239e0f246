-- By which version of the rules the match keys of a row were made; 1 is what they were before they had versions.
ALTER TABLE cases ADD COLUMN keys_version smallint NOT NULL DEFAULT 1;
ALTER TABLE registrations ADD COLUMN keys_version smallint NOT NULL DEFAULT 1;
CREATE INDEX cases_by_keys_version ON cases (keys_version);
CREATE INDEX registrations_by_keys_version ON registrations (keys_version);
