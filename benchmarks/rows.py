"""Every row of `make bench`: its name and what measures it. One module for each family of rows."""

from collections.abc import Awaitable, Callable, Mapping

from benchmarks.backlog import measure_consume_backlog, measure_relay_backlog
from benchmarks.consume import measure_consume
from benchmarks.images import measure_12mp, measure_24mp, measure_48mp, measure_heic, measure_png
from benchmarks.pages import measure_apply_flow, measure_first_visit_bytes, measure_form_page
from benchmarks.relay import measure_relay
from benchmarks.runner import Row, Runner
from benchmarks.submit_to_mail import measure_submit_to_mail
from benchmarks.upload_lag import measure_upload_lag

Measure = Callable[[Runner], Awaitable[Row]]

ROWS: Mapping[str, Measure] = {
    "relay": measure_relay,
    "consume": measure_consume,
    "relay_backlog": measure_relay_backlog,
    "consume_backlog": measure_consume_backlog,
    "submit_to_mail": measure_submit_to_mail,
    "image_12mp": measure_12mp,
    "image_24mp": measure_24mp,
    "image_48mp": measure_48mp,
    "image_heic": measure_heic,
    "image_png": measure_png,
    "upload_lag": measure_upload_lag,
    "first_visit_bytes": measure_first_visit_bytes,
    "form_page": measure_form_page,
    "apply_flow": measure_apply_flow,
}
