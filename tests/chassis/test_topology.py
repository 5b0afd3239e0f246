from chassis.topology import BrokerUser, definitions, password_hash
from contracts import CONTRACTS, SERVICES

USERS = {service: BrokerUser(service, "x") for service in SERVICES}
DOCUMENT = definitions(CONTRACTS, vhost="v", users=USERS, subscribers=[], retry_delays=(5, 30))


def _queues() -> set[str]:
    return {queue["name"] for queue in DOCUMENT["queues"]}


def test_every_listener_of_every_event_has_a_queue_of_its_own() -> None:
    wanted = {f"{s}.{c.type}" for c in CONTRACTS.values() for s in c.heard_by if s in SERVICES}
    retries = {f"{s}.retry.{delay}s" for s in SERVICES for delay in (5, 30)}
    assert _queues() == wanted | retries | {f"{s}.dead" for s in SERVICES}


def test_every_queue_is_a_durable_quorum_queue() -> None:
    assert {(q["durable"], q["arguments"]["x-queue-type"]) for q in DOCUMENT["queues"]} == {(True, "quorum")}


def test_nothing_dead_letters_through_the_default_exchange() -> None:
    exchanges = {q["arguments"].get("x-dead-letter-exchange") for q in DOCUMENT["queues"]}
    assert exchanges == {None} | {f"{s}.{kind}" for s in SERVICES for kind in ("dead", "return")}


def test_a_service_may_publish_just_the_types_that_the_contracts_give_it() -> None:
    [notifier] = [p for p in DOCUMENT["topic_permissions"] if p["user"] == "notifier"]
    assert notifier["write"] == r"^(notification\.failed\.v1|notification\.sent\.v1)$"


def test_nobody_may_configure_anything() -> None:
    assert {p["configure"] for p in DOCUMENT["permissions"]} == {"^$"}


def test_two_hashes_of_one_password_differ() -> None:
    assert password_hash("secret") != password_hash("secret")
