-- Whether the person wants to be told before the card expires (consent, ADR 0009).
ALTER TABLE contacts ADD COLUMN expiry_notice boolean NOT NULL DEFAULT false;

-- A change of language says the address too, but did not bring it. `caused_by` and this: of the event that did; who had
-- the address is told because of it once it is left. Both are unknown until that event is heard.
ALTER TABLE contacts ADD COLUMN email_sequence bigint NOT NULL DEFAULT 0;
UPDATE contacts SET email_sequence = sequence, caused_by = coalesce(caused_by, application_id);

-- Which application's contact is told before a card expires, and until when it may be. Nothing else of the registration.
CREATE TABLE registrations (
    registration_id uuid   PRIMARY KEY,
    version         bigint NOT NULL,
    application_id  uuid   NOT NULL,
    expires_on      date   NOT NULL
);
CREATE INDEX registrations_by_application ON registrations (application_id);

-- Of an erased application: how far intake has told of its contact, so that an earlier event brings back no consent that
-- was taken back; and whether it is known how it ended. If not, a card may still be heard of.
ALTER TABLE forgotten ADD COLUMN contact_sequence bigint NOT NULL DEFAULT 0;
ALTER TABLE forgotten ADD COLUMN end_known boolean NOT NULL DEFAULT false;

-- What is not true any more is not sent, and nobody is told that it failed.
ALTER TABLE deliveries DROP CONSTRAINT deliveries_status_check;
ALTER TABLE deliveries DROP CONSTRAINT deliveries_check1;
ALTER TABLE deliveries ADD CHECK (status IN ('waiting', 'sending', 'sent', 'failed', 'bounced', 'dropped'));
ALTER TABLE deliveries ADD CHECK (
    (status IN ('sent', 'failed', 'bounced', 'dropped')) = (ended_at IS NOT NULL AND content IS NULL));

-- Whether it is known how an application ended stands in its deliveries, also in those that have ended.
CREATE INDEX deliveries_by_application ON deliveries (application_id);
