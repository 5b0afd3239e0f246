-- The last round whose applicant was told that the decision is late.
ALTER TABLE cases ADD COLUMN delayed_round integer;
CREATE INDEX cases_by_promise ON cases (expected_on) WHERE status = 'waiting';

-- The days whose staff digest has been said.
CREATE TABLE digests (
    day date PRIMARY KEY
);
