-- A registration may come of several applications: all of them show its newest card.
CREATE INDEX applications_by_registration ON applications (registration_id) WHERE registration_id IS NOT NULL;
