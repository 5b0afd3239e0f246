"""review: cases, staff accounts, duplicate search, decisions, registrations, card numbers, audit."""
