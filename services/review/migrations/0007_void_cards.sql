-- A lost card's number: nobody gets it again, and no application may use it.
ALTER TABLE card_numbers ADD COLUMN void_at timestamptz;
