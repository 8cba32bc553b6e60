"""The page /metrics of every process: metrics of the process, and gauges of the whole deployment."""

import asyncio
import hmac
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import REGISTRY, Collector

from lifecycle.deployment_state import DeploymentState
from lifecycle.services import Services
from models.database import is_available
from settings import Settings

CONTENT_TYPE = CONTENT_TYPE_LATEST
READ_SECONDS = 2.0
"""Seconds that MongoDB has to answer before its gauges are left out."""
_USAGE_KINDS = ("interviews", "try_outs", "messages", "calls", "input_tokens", "cached_input_tokens", "output_tokens", "usd")


def find_refusal(settings: Settings, authorization: str) -> tuple[int, str] | None:
    """Return the status and text with which a scrape is refused; None if it may be answered.

    The scraper sends settings.api.metrics_token as its bearer token. Without the setting only the sandbox has this page.
    """
    token = settings.api.metrics_token.get_secret_value()
    if not token:
        return None if settings.sandbox else (404, "Set API_METRICS_TOKEN to serve metrics.\n")
    if hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
        return None
    return 401, "Send Authorization: Bearer <API_METRICS_TOKEN>.\n"


async def render_process(services: Services) -> bytes:
    """Return the gauges that are computed for each scrape of a process."""
    is_redis_up = await services.live.is_connected()
    tasks = len(asyncio.all_tasks())
    families = build_process_families(is_mongodb_up=is_available(), is_redis_up=is_redis_up, tasks=tasks)
    return render([_Families(list(families))])


async def render_page(services: Services) -> bytes:
    """Return the metrics of this process and of the deployment. What MongoDB does not give in time is left out."""
    state = await services.deployment.read(READ_SECONDS)
    deployment = render([_Families(list(build_deployment_families(state)))]) if state else b""
    return generate_latest(REGISTRY) + await render_process(services) + deployment


def render(collectors: Iterable[Collector]) -> bytes:
    """Return these metrics in Prometheus's text format."""
    registry = CollectorRegistry()
    for collector in collectors:
        registry.register(collector)
    return generate_latest(registry)


class _Families(Collector):
    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


class SummedCollector(Collector):
    """Adds up samples of the same name and labels from several collectors, as of a worker and of the processes of its jobs."""

    def __init__(self, collectors: Iterable[Collector]) -> None:
        self._collectors = list(collectors)

    def collect(self) -> Iterator[Metric]:
        """Yield one metric for each name."""
        families: dict[str, Metric] = {}
        sums: dict[str, dict[tuple[str, tuple[tuple[str, str], ...]], float]] = {}
        for collector in self._collectors:
            for family in collector.collect():
                families.setdefault(family.name, family)
                values = sums.setdefault(family.name, {})
                for sample in family.samples:
                    # processes may order labels differently
                    key = sample.name, tuple(sorted(sample.labels.items()))
                    values[key] = values.get(key, 0.0) + sample.value
        for name, family in families.items():
            merged = Metric(name, family.documentation, family.type, family.unit)
            for (sample_name, labels), value in sums[name].items():
                merged.add_sample(sample_name, dict(labels), value)
            yield merged


def build_process_families(*, is_mongodb_up: bool, is_redis_up: bool, tasks: int) -> Iterator[Metric]:
    """Yield the gauges of a process that are computed for each scrape."""
    yield _gauge("viva_mongodb_up", "Whether this process reaches MongoDB's primary", float(is_mongodb_up))
    yield _gauge("viva_redis_up", "Whether this process is connected to Redis", float(is_redis_up))
    yield _gauge("viva_tasks", "asyncio tasks alive in the process", tasks)


def build_deployment_families(state: DeploymentState) -> Iterator[Metric]:
    """Yield the gauges of the deployment, which every API and jobs process serves."""
    backlog, today = state.backlog, state.today
    yield _gauges(
        "viva_due_work",
        "Work that is due and that no worker has begun, at most 1000",
        "work",
        {k: d.count for k, d in backlog.due.items()},
    )
    yield _gauges(
        "viva_due_work_oldest_seconds",
        "Seconds for which the oldest of this work has been due",
        "work",
        {work: due.oldest_seconds for work, due in backlog.due.items()},
    )
    yield _gauges("viva_workers", "Workers that have sent a heartbeat within 30 seconds", "kind", backlog.workers)
    if backlog.feed is not None:
        yield _gauge(
            "viva_change_feed_gaps",
            "Times that changes were lost to the change feed because MongoDB's oplog was too short",
            backlog.feed.gaps,
        )
        yield _gauge(
            "viva_change_feed_stalled_seconds",
            "Seconds since the change feed last advanced; it does so every second",
            backlog.feed.stalled_seconds,
        )
    yield _gauges("viva_evaluations", "Interviews whose newest evaluation is in this state", "status", state.evaluations)
    waiting = state.waiting_evaluations
    yield _gauges(
        "viva_evaluations_waiting",
        "Evaluations that wait until Claude can be reached, or until a daily budget is open",
        "reason",
        {"judge": waiting.for_judge, "budget": waiting.for_budget},
    )
    yield _gauge(
        "viva_judge_unavailable_seconds",
        "Seconds for which the first of the evaluations that wait for Claude has been waiting",
        waiting.judge_unavailable_seconds,
    )
    yield _gauge("viva_repairs_given_up", "Repairs that have used up their attempts", state.repairs_given_up)
    yield _gauges("viva_voice_interviews", "Open voice interviews by status", "status", state.voice_interviews)
    yield _gauge(
        "viva_unrecorded_interviews",
        "Interviews without a recording although the candidate consented to one and is in the room",
        state.unrecorded_interviews,
    )
    endpoints = state.endpoints
    yield _gauges(
        "viva_webhook_endpoints",
        "Webhook endpoints: active, of these failing, and paused by Viva",
        "state",
        {"active": endpoints.active, "failing": endpoints.failing, "paused": endpoints.paused},
    )
    yield _gauge(
        "viva_webhook_failing_seconds",
        "Seconds since the first attempt that failed, of the endpoint that has failed longest",
        endpoints.failing_seconds,
    )
    yield _gauges(
        "viva_usage_today",
        "Usage of all organizations today (UTC)",
        "kind",
        dict(
            zip(
                _USAGE_KINDS,
                [
                    today.interviews,
                    today.try_outs,
                    today.messages,
                    today.usage.calls,
                    today.usage.input_tokens,
                    today.usage.cached_input_tokens,
                    today.usage.output_tokens,
                    today.usage.cost_usd,
                ],
                strict=True,
            )
        ),
    )
    yield _gauges(
        "viva_budget_largest_share",
        "Largest share of a daily budget that any organization has used",
        "budget",
        today.largest_shares,
    )
    yield _gauges("viva_budgets_exhausted", "Organizations that have used up a daily budget", "budget", today.exhausted)
    if state.mongodb_disk_share is not None:
        yield _gauge("viva_mongodb_disk_used_ratio", "Used share of MongoDB's disk", state.mongodb_disk_share)
    if state.recording_disk_share is not None:
        yield _gauge("viva_recording_disk_used_ratio", "Used share of the disk with the recordings", state.recording_disk_share)


def _gauge(name: str, documentation: str, value: float) -> Metric:
    return GaugeMetricFamily(name, documentation, value=value)


def _gauges(name: str, documentation: str, label: str, values: Mapping[Any, float]) -> Metric:
    family = GaugeMetricFamily(name, documentation, labels=[label])
    for key, value in values.items():
        family.add_metric([str(key)], value)
    return family
