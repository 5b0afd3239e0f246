"""The harness works: rows run small and verify their own effects. No speed is asserted."""

import pytest

from benchmarks.__main__ import chosen, table
from benchmarks.backlog import measure_consume_backlog, measure_relay_backlog
from benchmarks.consume import measure_consume
from benchmarks.relay import measure_relay
from benchmarks.rows import Measure
from benchmarks.runner import Runner
from tools.errors import Stopped
from tools.installation import Installation


@pytest.mark.parametrize("measure", [measure_relay, measure_consume, measure_relay_backlog, measure_consume_backlog])
async def test_a_row_is_measured_and_what_it_did_is_verified(measure: Measure, provisioned: Installation) -> None:
    row = await measure(Runner(pairs=1, size=0.01, _house=provisioned))
    assert row.value > 0 and row.ceiling > 0 and row.ratio > 0
    assert row.name in table([row])


def test_a_row_that_is_not_there_is_named() -> None:
    with pytest.raises(Stopped, match=r"There is no row relais\. There are: relay, consume, "):
        chosen("relay,relais")
