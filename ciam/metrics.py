"""Numbers for Prometheus: what requests, sign-ups and codes came to, and the deliveries that wait; `GET /metrics`."""

import os
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from structlog.contextvars import get_contextvars

from ciam import answers
from ciam.client_address import is_within
from ciam.needs import Kind, Needs, declare
from tenants import clock, isolation, refusals, sql

INTERNAL = ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})

disable_created_metrics()  # type: ignore[no-untyped-call]
REQUESTS = Histogram(
    "ciam_request_seconds",
    "Answered requests, and how long they took",
    ["route", "method", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
SIGN_UPS = Counter("ciam_sign_ups", "Calls that sign somebody up, by how they were answered", ["outcome"])
REFUSALS = Counter("ciam_refusals", "Refused calls of strangers, by event", ["event"])
CODE_REQUESTS = Counter("ciam_code_requests", "Calls that ask for a code", ["channel", "outcome"])


def count(request: HttpRequest, response: HttpResponseBase, outcome: str, seconds: float) -> None:
    """One answered request; what its view counts besides, the class of the view says with `counted_as`."""
    match = request.resolver_match
    method = request.method if request.method in METHODS else "other"
    REQUESTS.labels(match.route if match else "none", method, f"{response.status_code // 100}xx").observe(seconds)
    refused = get_contextvars().get(refusals.KIND)
    if refused:
        REFUSALS.labels(refused).inc()
    counted_as = getattr(getattr(match and match.func, "cls", None), "counted_as", None)
    if counted_as == "sign_up" and method == "POST":
        SIGN_UPS.labels(outcome).inc()
    elif counted_as == "code_request":
        CODE_REQUESTS.labels(get_contextvars().get("channel", "unknown"), outcome).inc()


@declare(Needs(Kind.OPERATOR))
def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever asks from inside; from anywhere else there is no such page."""
    if not is_within(request, (*INTERNAL, *settings.METRICS_NETWORKS)):
        return answers.error(404, "not_found")
    if request.method not in ("GET", "HEAD"):
        return answers.error(405, "method_not_allowed", Allow="GET, HEAD")
    return HttpResponse(generate_latest(_everything()), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _everything() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(AllProcesses() if os.environ.get("PROMETHEUS_MULTIPROC_DIR") else REGISTRY)
    registry.register(Unfinished())
    return registry


class AllProcesses(Collector):
    """The counts of all processes that share the data directory; each host's are in a directory of its own."""

    def collect(self) -> Iterable[Metric]:
        files = [str(file) for file in settings.METRICS_DIR.glob("*/*.db")]
        found: Iterable[Metric] = MultiProcessCollector.merge(files)  # type: ignore[no-untyped-call]
        return found


class Unfinished(Collector):
    """Read from the database when asked for; left out while that is away."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            with isolation.across_tenants():
                number, age = _unfinished()
        except DatabaseError:
            return
        yield GaugeMetricFamily("ciam_deliveries_unfinished", "Deliveries that nobody has finished yet", number)
        yield GaugeMetricFamily("ciam_delivery_oldest_unfinished_seconds", "Age of the oldest of them", age)


def _unfinished() -> tuple[int, float]:
    row = sql.fetch_one(
        f"""SELECT {clock.expression()}, count(*), min(created_at) FROM delivery_delivery
            WHERE status IN ('pending', 'claimed') AND (next_try_at IS NULL OR next_try_at <= {clock.expression()})""",
        {},
    )
    assert row is not None
    now, number, oldest = row
    return number, (clock.read(now) - clock.stored(oldest)).total_seconds() if oldest else 0.0
