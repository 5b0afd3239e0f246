-- An address may change. `caused_by`: the event that said it; who had an earlier one is told, once for each address.
-- The receipt number is unknown where the change is heard before the application itself: nothing is sent until it is.
ALTER TABLE contacts ADD COLUMN caused_by uuid;
ALTER TABLE contacts ALTER COLUMN receipt_number DROP NOT NULL;

-- No message goes to an address that was said before this one.
ALTER TABLE deliveries ADD COLUMN contact_sequence bigint NOT NULL DEFAULT 0;

-- A message to the address before has it in its content, which is blanked once the delivery has ended.
ALTER TABLE deliveries DROP CONSTRAINT deliveries_check2;
ALTER TABLE deliveries ADD CHECK ((recipient IN ('applicant', 'previous')) = (application_id IS NOT NULL));
