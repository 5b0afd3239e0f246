-- Subjects that were erased: no copy of what was said about them is kept once it has gone out. No personal data.
ALTER TABLE outbox_subjects ADD COLUMN erased_at timestamptz;

CREATE INDEX outbox_subjects_erased ON outbox_subjects (erased_at) WHERE erased_at IS NOT NULL;
CREATE INDEX outbox_published_by_subject ON outbox (subject) WHERE published_at IS NOT NULL;
