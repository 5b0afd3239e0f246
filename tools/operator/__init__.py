"""The operator's command `ouchi`: dead letters, outbox, replay, one application's trace, the state of the house.

It works as the administrator, straight on the databases and the broker, so it also works while services are down.
"""
