-- Consent to a mail before the card expires.
ALTER TABLE applications ADD COLUMN expiry_notice boolean NOT NULL DEFAULT false;

-- As first received, like fields_received; NULL: never changed since.
ALTER TABLE applications ADD COLUMN language_received text;
ALTER TABLE applications ADD COLUMN expiry_notice_received boolean;
