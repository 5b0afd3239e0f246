"""The service that keeps identity images: checked, cleaned, encrypted, forgotten on time."""
