"""What can be said in one sentence to the person at the terminal."""


class Stopped(Exception):
    """Something a person has to see to; the message is the whole output, no traceback."""
