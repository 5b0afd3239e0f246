-- Whether the person wants to be told before the card expires. It goes with the e-mail address, under the same version.
ALTER TABLE contacts ADD COLUMN expiry_notice boolean NOT NULL DEFAULT false;
ALTER TABLE cases ADD COLUMN expiry_notice boolean NOT NULL DEFAULT false;
ALTER TABLE registrations ADD COLUMN expiry_notice boolean NOT NULL DEFAULT false;

-- The version of its latest application that the registration has its e-mail address from.
ALTER TABLE registrations ADD COLUMN contact_version integer NOT NULL DEFAULT 0;
UPDATE registrations r SET contact_version = c.contact_version FROM cases c WHERE c.application_id = r.application_id;
CREATE INDEX registrations_by_application ON registrations (application_id);

-- How many days before `expires_on` the person was to be told the last time; NULL: not told of this day yet.
ALTER TABLE registrations ADD COLUMN told_days integer;
-- Whom to tell, next to each other; those who have been told are passed over within the index.
CREATE INDEX registrations_to_be_told ON registrations (expires_on, coalesce(told_days, 2147483647))
 WHERE expiry_notice AND status = 'active';
