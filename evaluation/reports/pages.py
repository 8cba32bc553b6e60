"""Printable pages: HTML without scripts and without resources of its own or of others."""

from base64 import b64encode
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from evaluation.reports.explanation import Explanation
from evaluation.reports.labels import Labels
from evaluation.reports.report import Report
from evaluation.reports.transcript import format_seconds

_FOLDER = Path(__file__).parent / "templates"


class PageRenderer:
    """Renders reports and explanations from the templates of this package. Every value is escaped."""

    def __init__(self) -> None:
        self._css = (_FOLDER / "report.css").read_text("utf-8")
        # The templates come with the code, so that they need no check for changes.
        self._templates = Environment(
            loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, auto_reload=False
        )
        self._templates.filters |= {
            "date": _format_date,
            "percent": _format_percent,
            "seconds": format_seconds,
            "words": _to_words,
        }

    @property
    def content_security_policy(self) -> str:
        """The policy of the pages: their own style sheet and nothing else."""
        digest = b64encode(sha256(self._css.encode()).digest()).decode()
        return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    def render_report(self, report: Report) -> str:
        """Return the report's page, in English like the pages for reviewers."""
        return self._templates.get_template("report.html").render(report=report, css=Markup(self._css))  # noqa: S704  our own file

    def render_explanation(self, explanation: Explanation, labels: Labels) -> str:
        """Return the page of a candidate's explanation in the labels' language."""
        template = self._templates.get_template("explanation.html")
        return template.render(explanation=explanation, labels=labels, css=Markup(self._css))  # noqa: S704  our own file


def _format_date(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "not recorded"


def _format_percent(share: float) -> str:
    return f"{round(share * 10_000) / 100:g}"


def _to_words(code: str) -> str:
    """Return the name of an enum's member as words: NOT_ASSESSED as Not assessed."""
    return code.replace("_", " ").capitalize()
