"""States and rules of intake, pure."""
