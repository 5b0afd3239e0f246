-- One telephone may be a school's: among those who share it, those of the same name are found without reading the others.
-- Expressions, as with plain columns a plan for any values takes the index of the telephone alone.
CREATE INDEX registrations_by_phone_and_name ON registrations ((phone_key || ' ' || name_key));
CREATE INDEX registrations_by_phone_and_kana ON registrations ((phone_key || ' ' || kana_key));
CREATE INDEX registrations_by_phone_and_id ON registrations (phone_key, id);
DROP INDEX registrations_by_phone;
CREATE INDEX cases_by_phone_and_name ON cases ((phone_key || ' ' || name_key));
CREATE INDEX cases_by_phone_and_kana ON cases ((phone_key || ' ' || kana_key));
CREATE INDEX cases_by_phone_and_id ON cases (phone_key, id);
DROP INDEX cases_by_phone;
