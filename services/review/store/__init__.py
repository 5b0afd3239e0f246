"""SQL, visible as SQL."""
