"""notifier: knows whom to write to and how far each message has come. It decides nothing."""
