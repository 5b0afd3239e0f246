-- What documents says of an image after it was stored. `mask`: whether something on it must be covered, and whether it is.
ALTER TABLE documents ADD COLUMN mask text NOT NULL DEFAULT 'none' CHECK (mask IN ('none', 'pending', 'done'));
ALTER TABLE documents ADD COLUMN deleted_at timestamptz;
