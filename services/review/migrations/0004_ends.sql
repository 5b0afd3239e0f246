-- Since when a case is decided or closed, as far as the clock of its data has seen; NULL while it goes on.
ALTER TABLE cases ADD COLUMN ended_at timestamptz;
CREATE INDEX cases_by_end ON cases (ended_at) WHERE ended_at IS NOT NULL;

CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX registrations_by_expiry ON registrations (expires_on);
