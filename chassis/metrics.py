"""Every metric of the system, in one place. Labels are types and codes, never ids or personal data."""

from prometheus_client import Counter, Gauge, Histogram

requests = Histogram("http_request_seconds", "Time to answer a request", ["method", "route", "status"])
outbox_waiting = Gauge("outbox_waiting", "Events recorded and not yet published")
outbox_oldest = Gauge("outbox_oldest_seconds", "Age of the oldest event not yet published")
published = Counter("events_published_total", "Events handed to the broker", ["type", "outcome"])
handled = Counter("events_handled_total", "Messages taken from a queue", ["queue", "outcome"])
handling = Histogram("event_handling_seconds", "Time to handle a batch of messages", ["queue"])
event_age = Histogram("event_age_seconds", "From recording an event to its effect", ["type"])
dead_letters = Counter("dead_letters_total", "Messages set aside as dead letters", ["queue"])
loop_failures = Counter("loop_failures_total", "Rounds of a background loop that failed", ["loop"])
messages_unsent = Gauge(
    "messages_unsent", "Messages that should have been sent long ago, by what they wait for", ["why"]
)
decoder_confined = Gauge(
    "decoder_confined", "1 where a process that decodes images can do nothing else, 0 where the kernel allows that"
)
