-- The trace of the event that asked for the message: the sending goes on with it.
ALTER TABLE deliveries ADD COLUMN traceparent text;

-- What waits for one applicant goes out one after the other.
CREATE INDEX deliveries_to_one ON deliveries (application_id) WHERE status IN ('waiting', 'sending');
