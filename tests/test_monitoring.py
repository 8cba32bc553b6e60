"""Dashboards, alerts and the runbook agree with the metrics in the code: names, labels, limits and pages."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest
import yaml
from prometheus_client import REGISTRY
from prometheus_client.values import MultiProcessValue

import agent.voice.speech  # noqa: F401  # it has the metric of spoken replies
from engine import metrics
from lifecycle import livekit_worker
from lifecycle.deployment_state import DeploymentState
from lifecycle.metrics_page import build_deployment_families, build_process_families
from lifecycle.overdue import OVERDUE_SECONDS, Backlog
from models.documents.interview import OPEN_STATUSES, EvaluationStatus
from models.documents.interview_indexes import UNFINISHED_EVALUATIONS
from models.documents.worker_heartbeat import WorkerKind
from models.reads.backlog import DueWork, EndpointStates, WaitingEvaluations, Work
from models.reads.change_list import FeedState
from models.reads.daily_totals import DailyTotals
from tests.helpers import ROOT

DEPLOY = ROOT / "deploy"
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
ALERTS = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
DASHBOARD = json.loads((DEPLOY / "grafana" / "viva.json").read_text(encoding="utf-8"))
OTHERS = {
    "up": {"job"},
    "probe_ssl_earliest_cert_expiry": {"job", "instance"},
    "process_resident_memory_bytes": set[str](),
    "process_cpu_seconds_total": set[str](),
}
"""Metrics that Prometheus, blackbox_exporter and prometheus_client give."""
TARGET_LABELS = {"job", "instance"}
SELECTOR = re.compile(r"\b((?:viva|probe|process)_\w+|up)\b(?:\{([^}]*)\})?")
MATCHER = re.compile(r"(\w+)\s*(=~|!~|!=|=)\s*\"([^\"]*)\"")
GROUPING = re.compile(r"\bby \(([^)]*)\)")
LEGEND = re.compile(r"\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}")

STATE = DeploymentState(
    backlog=Backlog({work: DueWork() for work in Work}, dict.fromkeys(WorkerKind, 0), FeedState(0, 1.0)),
    evaluations={EvaluationStatus(status): 0 for status in UNFINISHED_EVALUATIONS},
    waiting_evaluations=WaitingEvaluations(),
    repairs_given_up=0,
    voice_interviews=dict.fromkeys(OPEN_STATUSES, 0),
    unrecorded_interviews=0,
    endpoints=EndpointStates(),
    today=DailyTotals(),
    mongodb_disk_share=0.1,
    recording_disk_share=0.1,
)


def list_metrics() -> dict[str, set[str]]:
    """Return the labels of every sample that the code can give, by its name."""
    found: dict[str, set[str]] = {name: set(labels) for name, labels in OTHERS.items()}
    for collector in set(REGISTRY._collector_to_names):
        labels = set(getattr(collector, "_labelnames", ()))
        for name in REGISTRY._collector_to_names[collector]:
            if name.startswith("viva_"):
                found[name] = labels | ({"le"} if name.endswith("_bucket") else set())
    families = [
        *build_process_families(is_mongodb_up=True, is_redis_up=True, tasks=1),
        *build_deployment_families(STATE),
        *livekit_worker.WorkerCollector(Mock(active_jobs=[])).collect(),
    ]
    for family in families:
        found[family.name] = {label for sample in family.samples for label in sample.labels}
    return found


METRICS = list_metrics()


def expressions() -> Iterator[tuple[str, str, str]]:
    """Yield the origin, expression and text with labels of each alert and of each query of the dashboard."""
    for alert in ALERTS:
        yield alert["alert"], alert["expr"], alert["annotations"]["summary"]
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"], target["legendFormat"]


@pytest.mark.parametrize(("origin", "expression", "text"), list(expressions()))
def test_queries_use_metrics_and_labels_that_exist(origin: str, expression: str, text: str) -> None:
    names = [name for name, _ in SELECTOR.findall(expression)]
    assert names and set(names) <= METRICS.keys()
    for name, matchers in SELECTOR.findall(expression):
        assert {label for label, *_ in MATCHER.findall(matchers)} <= METRICS[name] | TARGET_LABELS
    labels = set[str]().union(*(METRICS[name] for name in names)) | TARGET_LABELS
    grouped = {label.strip() for group in GROUPING.findall(expression) for label in group.split(",")}
    assert grouped <= labels
    used = set(LEGEND.findall(text))
    # an aggregation has only the labels that it groups by
    assert used <= (grouped if re.match(r"(\w+\(\d*,? ?)*(sum|max|min)\b", expression) else labels), origin


def test_values_in_matchers_exist() -> None:
    works = {work.value for work in Work}
    used = {
        value
        for _, expression, _ in expressions()
        for label, _, values in MATCHER.findall(expression)
        if label == "work"
        for value in values.split("|")
    }
    assert used == works
    samples = {tuple(sample.labels.values()) for family in build_deployment_families(STATE) for sample in family.samples}
    assert {("usd",), ("jobs",), ("paused",)} <= samples


def test_alerts_of_the_backlog_have_the_limits_of_the_health_check() -> None:
    expression = next(alert["expr"] for alert in ALERTS if alert["alert"] == "VivaBacklog")
    limits = {
        work: float(limit)
        for works, limit in re.findall(r'work=~?"([^"]*)"\}\) > (\d+)', expression)
        for work in works.split("|")
    }
    assert limits == {work.value: limit for work, limit in OVERDUE_SECONDS.items()}


def slug(heading: str) -> str:
    """Return the anchor that GitHub makes from a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def test_each_alert_has_a_page_in_the_runbook_and_each_page_an_alert() -> None:
    headings = {slug(heading) for heading in re.findall(r"^## (.+)$", RUNBOOK, re.MULTILINE)}
    urls = {alert["annotations"]["runbook_url"] for alert in ALERTS}
    assert urls == {f"docs/runbook.md#{heading}" for heading in headings}
    for alert in ALERTS:
        assert f"`{alert['alert']}`" in RUNBOOK, f"no page names {alert['alert']}"
    for text in RUNBOOK.split("\n## ")[1:]:
        for part in ("**For people:**", "**Confirm:**", "**Do", "**Over:**"):
            assert part in text, text.splitlines()[0]


def test_every_metric_is_documented_and_every_documented_one_exists() -> None:
    table = OPERATIONS.split("## Health and metrics")[1].split("\n## ")[0]
    documented = {
        name: {label.strip() for label in labels.split(",") if label}
        for name, labels in re.findall(r"^\| `(viva_\w+)(?:\{([^}]*)\})?`", table, re.MULTILINE)
    }
    ours = {
        # a histogram is documented by its own name
        re.sub(r"_(bucket|sum|count)$", "", name): labels - {"le"}
        for name, labels in METRICS.items()
        if name.startswith("viva_") and not name.endswith("_created")
    }
    assert documented == {name: labels for name, labels in ours.items() if f"{name}_total" not in ours}


def test_metrics_that_alerts_compare_exist_before_the_first_event() -> None:
    samples = {(sample.name, *sample.labels.values()) for family in REGISTRY.collect() for sample in family.samples}
    assert {("viva_livekit_requests_total", outcome) for outcome in ("done", "failed")} <= samples
    for purpose in ("reply", "judge"):
        assert ("viva_claude_calls_total", purpose, "answered") in samples


def test_labels_are_resolved_once() -> None:
    assert metrics.OUTCOMES["OK"] is metrics.OUTCOMES["OK"]


def test_alerts_have_a_severity_and_names_of_their_own() -> None:
    assert {alert["labels"]["severity"] for alert in ALERTS} == {"critical", "warning"}
    assert all(set(alert) <= {"alert", "expr", "for", "labels", "annotations"} for alert in ALERTS)
    assert len({alert["alert"] for alert in ALERTS}) == len(ALERTS)


def test_dashboard_has_unique_panels_that_do_not_overlap() -> None:
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells = [
        (x, y)
        for panel in panels
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert {target["datasource"]["uid"] for panel in panels for target in panel.get("targets", [])} == {"${datasource}"}


def test_scrapes_send_the_token() -> None:
    prometheus = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    ours = [job for job in prometheus["scrape_configs"] if job["job_name"] in ("viva-api", "viva-workers")]
    assert all(job["authorization"]["credentials_file"] for job in ours) and len(ours) == 2
    monitor = yaml.safe_load((DEPLOY / "prometheus" / "pod-monitor.yaml").read_text(encoding="utf-8"))
    for endpoint in monitor["spec"]["podMetricsEndpoints"]:
        assert endpoint["authorization"]["credentials"] == {"name": "viva", "key": "API_METRICS_TOKEN"}


def test_files_of_ended_jobs_are_merged_and_their_counts_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(livekit_worker.METRICS_FOLDER_VARIABLE, str(tmp_path))
    # process ids are smaller than these on every system, except that of this process
    for process in (2**30, 2**30 + 1, os.getpid()):
        counter = MultiProcessValue(lambda process=process: process)(
            "counter", "viva_leases_lost", "viva_leases_lost_total", (), (), metrics.LEASES_LOST._documentation
        )
        counter.inc(2)
        MultiProcessValue(lambda process=process: process)("gauge", "viva_g", "viva_g", (), (), "g", "livesum").set(1)
    before = REGISTRY.get_sample_value("viva_leases_lost_total") or 0
    for _ in range(2):
        page = livekit_worker.collect_worker_metrics(Mock(active_jobs=[])).decode()
        assert f"viva_leases_lost_total {before + 6}" in page
        assert "viva_g 1.0" in page
    kept = {f"counter_{os.getpid()}.db", "counter_ended.db", f"gauge_livesum_{os.getpid()}.db"}
    assert {path.name for path in tmp_path.iterdir()} == kept
