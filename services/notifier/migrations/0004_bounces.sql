-- A mail that was taken may still come back.
ALTER TABLE deliveries DROP CONSTRAINT deliveries_status_check;
ALTER TABLE deliveries DROP CONSTRAINT deliveries_check1;
ALTER TABLE deliveries ADD CHECK (status IN ('waiting', 'sending', 'sent', 'failed', 'bounced'));
ALTER TABLE deliveries ADD CHECK (
    (status IN ('sent', 'failed', 'bounced')) = (ended_at IS NOT NULL AND content IS NULL));
