-- The notice before the card expires was stopped by staff, because the person asked: no word on the contact of the same
-- application brings it back. The next application asks anew.
ALTER TABLE registrations ADD COLUMN notice_stopped boolean NOT NULL DEFAULT false;
