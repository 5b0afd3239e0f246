-- How often a caller has asked, by a keyed hash of who it is. Unlogged: counting waits for no disk, and a crash or a
-- failover only begins all counts anew.
CREATE UNLOGGED TABLE rate_counts (
    subject bytea PRIMARY KEY,
    count bigint NOT NULL,
    ends_at timestamptz NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX rate_counts_expiry ON rate_counts (ends_at);
