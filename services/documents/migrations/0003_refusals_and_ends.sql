-- A keyed hash of the file as it was sent, bound to its application: the same file is known again, and nothing is said
-- about its bytes. Gone with the document, and empty once masked. No CHECK: replicas that do not know of it run on.
ALTER TABLE documents ADD COLUMN mark bytea;

-- Files that were refused, by the same hash, so that the same file is answered without being decoded again.
CREATE TABLE refusals (
    application uuid        NOT NULL,
    mark        bytea       NOT NULL,
    code        text        NOT NULL,
    refused_at  timestamptz NOT NULL,
    PRIMARY KEY (application, mark)
);

CREATE INDEX refusals_by_time ON refusals (refused_at);

ALTER TABLE applications DROP CONSTRAINT applications_outcome_check;
ALTER TABLE applications ADD CONSTRAINT applications_outcome_check
    CHECK (outcome IN ('open', 'expired', 'withdrawn', 'rejected', 'approved', 'erased'));
