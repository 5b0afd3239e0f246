-- Whose consent to the notice was taken back at the library, by the application that it was given with: no word of intake
-- on that contact, in whatever order it is heard, brings it back. No personal data.
CREATE TABLE ended_consents (
    application_id uuid PRIMARY KEY
);
