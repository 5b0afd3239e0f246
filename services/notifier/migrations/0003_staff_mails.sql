-- A mail to staff is about no application; its recipient is an address of theirs, from the policy.
ALTER TABLE deliveries ALTER COLUMN application_id DROP NOT NULL;
ALTER TABLE deliveries ADD CHECK ((recipient = 'applicant') = (application_id IS NOT NULL));
