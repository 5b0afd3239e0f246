"""What a document is and what holds for it: pure, no I/O."""
