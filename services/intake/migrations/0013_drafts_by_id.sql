-- A draft for each application that is begun, not one for each browser: `token_hash` is the browser's, for all of its drafts.
ALTER TABLE drafts DROP CONSTRAINT drafts_pkey;
ALTER TABLE drafts ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE drafts ALTER COLUMN id DROP DEFAULT;
ALTER TABLE drafts ADD PRIMARY KEY (id);
-- Grows with every change, so that what is registered is what was confirmed.
ALTER TABLE drafts ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE drafts ALTER COLUMN version DROP DEFAULT;
CREATE INDEX drafts_of_browser ON drafts (token_hash, saved_at);
