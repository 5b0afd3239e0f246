-- How many pixels of the reading rendition the coding of what was sent carried what is at one place: a mask grows by as much.
-- Of what was stored before it is not known; the blocks of most JPEGs have 16 pixels.
ALTER TABLE documents ADD COLUMN reach smallint NOT NULL DEFAULT 16;
