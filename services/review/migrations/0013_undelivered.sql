-- A mail that did not arrive stays in sight until it does, or until staff have seen to it.
ALTER TABLE mails ADD COLUMN seen_to_at timestamptz, ADD COLUMN seen_to_by uuid;
CREATE INDEX mails_undelivered ON mails (application_id) WHERE outcome = 'failed' AND seen_to_at IS NULL;
