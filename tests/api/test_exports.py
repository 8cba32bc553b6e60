"""Files to save or print, over HTTP: who may read which, in which format, and with which headers."""

import csv
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import BytesIO, StringIO
from urllib.parse import urlsplit

import httpx2
import pypdf
import pytest
import webvtt
from bson import ObjectId
from starlette.applications import Starlette

from api.http import build_routes
from auth import Audience, issue_playback_token, sign
from lifecycle.services import Services
from lifecycle.states import erase_interview
from models.documents.evaluation import Evaluation, Evidence, Review
from models.documents.interview import Candidate, Erasure, ErasureScope, EvaluationStatus, Interview, InterviewStatus
from models.documents.organization import Role
from models.documents.recording import RecordingStatus
from models.documents.turn import Speaker
from models.documents.turn_correction import TurnCorrection
from models.writes.append_turns import append_candidate_turn
from resolvers.reports import ReportKind, build_report_url
from tests.factories import new_outcome, new_recording, new_recording_file, new_review, new_turn, seconds_ago
from tests.resolvers.tenant import STAFF, Tenant, global_id_of
from tests.schema.api_client import bearer_headers, issue_token, with_services

TEXT = "I pruned the <roses> in spring & wrote it down."
QUOTE = "wrote it down"
PAGE_FORMATS = {"json": "application/json", "html": "text/html; charset=utf-8"}
PAGE_KINDS = (ReportKind.REPORT, ReportKind.EXPLANATION)
TRANSCRIPT_FORMATS = {
    "json": "application/json",
    "txt": "text/plain; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
}


@dataclass
class ExportScenario:
    """A reviewed evaluation of an interview with a recording, and a client of the API."""

    services: Services
    tenant: Tenant
    client: httpx2.AsyncClient
    interview: Interview
    evaluation: Evaluation
    review: Review

    @property
    def interview_path(self) -> str:
        return f"/interviews/{global_id_of(self.interview)}"

    @property
    def evaluation_path(self) -> str:
        return f"/evaluations/{global_id_of(self.evaluation)}"

    @property
    def paths(self) -> list[str]:
        """The path of every file about the evaluation that is not a PDF."""
        documents = [f"{self.evaluation_path}/{kind}.{suffix}" for kind in PAGE_KINDS for suffix in PAGE_FORMATS]
        return [*documents, f"{self.evaluation_path}/feedback-letter.txt", self.comparison_path]

    @property
    def comparison_path(self) -> str:
        return f"/comparison.csv?positionKey={self.tenant.position.key}&positionVersion=1"

    async def get(self, path: str, role: Role | None = None, tenant: Tenant | None = None) -> httpx2.Response:
        token = await issue_token(tenant or self.tenant, role, self.interview) if role else None
        return await self.client.get(path, headers=bearer_headers(token))

    def link(self, kind: ReportKind) -> str:
        url = build_report_url(self.services, kind, self.evaluation)
        assert url
        parts = urlsplit(url)
        return f"{parts.path}?{parts.query}"


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx2.AsyncClient]:
    app = with_services(Starlette(routes=build_routes(services.settings)), services)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://viva") as client:
        yield client


@pytest.fixture
async def exports(services: Services, tenant: Tenant, client: httpx2.AsyncClient) -> ExportScenario:
    started_at = seconds_ago(100)
    interview = await tenant.make_interview(started_at=started_at)
    turn = new_turn("item:1", TEXT, Speaker.CANDIDATE, started_at=seconds_ago(90), ended_at=seconds_ago(80))
    stored, *_ = await append_candidate_turn(interview.id, turn)
    await interview.set({Interview.status: InterviewStatus.COMPLETED})
    outcome = new_outcome()
    start = TEXT.index(QUOTE)
    quote = Evidence(quote=QUOTE, seq=stored.seq, start=start, end=start + len(QUOTE), sentence=TEXT, sentence_end=len(TEXT))
    outcome.criteria[0].evidence = [quote]
    review = new_review()
    evaluation = await tenant.make_evaluation(interview, outcome=outcome, reviews=[review])
    file = new_recording_file(status=RecordingStatus.COMPLETED, started_at=seconds_ago(95))
    await new_recording(interview, files=[file]).insert()
    return ExportScenario(services, tenant, client, interview, evaluation, review)


# --- who may read


@pytest.mark.parametrize("role", [*Role, None])
async def test_transcript_is_readable_by_every_role_that_may_read_the_interview(
    exports: ExportScenario, role: Role | None
) -> None:
    statuses = [
        (await exports.get(f"{exports.interview_path}/transcript.{suffix}", role)).status_code for suffix in TRANSCRIPT_FORMATS
    ]
    assert statuses == [200 if role else 401] * 3


@pytest.mark.parametrize("role", [*Role, None])
async def test_files_about_evaluations_are_readable_by_staff_only(exports: ExportScenario, role: Role | None) -> None:
    expected = 200 if role in STAFF else 403 if role else 401
    assert {path: (await exports.get(path, role)).status_code for path in exports.paths} == dict.fromkeys(exports.paths, expected)


@pytest.mark.usefixtures("pango")
@pytest.mark.parametrize("role", [Role.RECRUITER, *(role for role in Role if role not in STAFF), None])
async def test_pdf_files_are_readable_by_staff_only(exports: ExportScenario, role: Role | None) -> None:
    """The handler is that of the other formats, which the previous test requests in every role; to render a PDF takes seconds."""
    expected = 200 if role in STAFF else 403 if role else 401
    paths = [f"{exports.evaluation_path}/{kind}.pdf" for kind in PAGE_KINDS]
    assert {(await exports.get(path, role)).status_code for path in paths} == {expected}


@pytest.mark.usefixtures("pango")
async def test_link_opens_the_pdf(exports: ExportScenario) -> None:
    for kind in PAGE_KINDS:
        response = await exports.get(exports.link(kind).replace(".html?", ".pdf?"))
        assert (response.status_code, response.headers["content-type"]) == (200, "application/pdf")


async def test_candidate_cannot_export_another_interview(exports: ExportScenario, tenant: Tenant) -> None:
    other = await tenant.make_interview()
    response = await exports.get(f"/interviews/{global_id_of(other)}/transcript.txt", Role.CANDIDATE)
    assert response.status_code == 404
    assert response.text.startswith("There is no such interview")


async def test_files_of_another_organization_are_not_found(exports: ExportScenario, other_tenant: Tenant) -> None:
    paths = [f"{exports.interview_path}/transcript.vtt", *exports.paths[:-1]]
    statuses = {path: (await exports.get(path, Role.ADMIN, other_tenant)).status_code for path in paths}
    assert statuses == dict.fromkeys(paths, 404)
    named = f"{exports.comparison_path}&interviewId={global_id_of(exports.interview)}"
    assert (await exports.get(named, Role.ADMIN, other_tenant)).status_code == 404


async def test_files_of_an_erased_interview_are_not_found(exports: ExportScenario) -> None:
    links = [exports.link(kind) for kind in ReportKind]
    await erase_interview(exports.services, exports.interview)
    assert {(await exports.get(path, Role.ADMIN)).status_code for path in exports.paths[:-1]} == {404}
    assert {(await exports.get(link)).status_code for link in links} == {404}
    transcript = (await exports.get(f"{exports.interview_path}/transcript.json", Role.ADMIN)).json()
    assert transcript["turns"] == []
    assert "Ada" not in (await exports.get(exports.comparison_path, Role.ADMIN)).text


async def test_reports_are_not_found_while_the_transcript_is_being_erased(exports: ExportScenario) -> None:
    links = [exports.link(kind) for kind in ReportKind]
    await exports.interview.set({Interview.erasure: Erasure(scope=ErasureScope.TRANSCRIPT, turns=1, evaluations=1)})
    assert await Evaluation.get(exports.evaluation.id), "its deletion is pending"
    assert [(await exports.get(link)).status_code for link in links] == [404] * 3


@pytest.mark.parametrize(
    "path", ["/interviews/int_1/transcript.txt", "/evaluations/eva_1/report.pdf", "/evaluations/x/explanation.json"]
)
async def test_malformed_id_is_not_found(exports: ExportScenario, path: str) -> None:
    assert (await exports.get(path, Role.ADMIN)).status_code == 404


async def test_only_completed_evaluations_have_reports(exports: ExportScenario, tenant: Tenant) -> None:
    pending = await tenant.make_evaluation(exports.interview, version=2, status=EvaluationStatus.PENDING, outcome=None)
    assert build_report_url(exports.services, ReportKind.REPORT, pending) is None
    response = await exports.get(f"/evaluations/{global_id_of(pending)}/report.json", Role.RECRUITER)
    assert (response.status_code, response.text) == (409, "Only a completed evaluation has a report: this one is PENDING.")


# --- links


@pytest.mark.parametrize("kind", PAGE_KINDS)
@pytest.mark.parametrize("suffix", PAGE_FORMATS)
async def test_link_opens_its_document_without_a_credential(exports: ExportScenario, kind: ReportKind, suffix: str) -> None:
    response = await exports.get(exports.link(kind).replace(".html?", f".{suffix}?"))
    assert (response.status_code, response.headers["content-type"]) == (200, PAGE_FORMATS[suffix])


async def test_link_opens_nothing_else(exports: ExportScenario, tenant: Tenant) -> None:
    token = exports.link(ReportKind.EXPLANATION).partition("token=")[2]
    other = await tenant.make_evaluation(await tenant.make_interview(), outcome=new_outcome())
    evaluation_id, auth = global_id_of(exports.evaluation), exports.services.settings.auth
    tokens = {
        f"{exports.evaluation_path}/report.html": token,
        f"/evaluations/{global_id_of(other)}/explanation.html": token,
        f"{exports.evaluation_path}/report.json": "nonsense",
        f"{exports.evaluation_path}/report.pdf": issue_playback_token(f"report:{evaluation_id}", 15, auth),
        f"{exports.evaluation_path}/explanation.json": sign(
            {"sub": f"explanation:{evaluation_id}", "exp": seconds_ago(1)}, Audience.REPORT, auth
        ),
    }
    statuses = {path: (await exports.get(f"{path}?token={value}")).status_code for path, value in tokens.items()}
    assert statuses == dict.fromkeys(tokens, 403)
    assert (await exports.get(f"{exports.evaluation_path}/feedback-letter.txt?token={token}")).status_code == 403
    assert (await exports.get(exports.link(ReportKind.FEEDBACK_LETTER))).status_code == 200


# --- contents


@pytest.mark.parametrize("suffix", TRANSCRIPT_FORMATS)
async def test_transcript_has_its_media_type_name_and_no_cache(exports: ExportScenario, suffix: str) -> None:
    response = await exports.get(f"{exports.interview_path}/transcript.{suffix}", Role.RECRUITER)
    expected = {
        "content-type": TRANSCRIPT_FORMATS[suffix],
        "content-disposition": f'attachment; filename="transcript-{global_id_of(exports.interview)}.{suffix}"',
        "cache-control": "private, no-store",
    }
    assert {name: response.headers.get(name) for name in expected} == expected
    assert response.headers["x-request-id"]


async def test_transcript_times_count_from_the_recording_for_those_who_may_play_it(exports: ExportScenario) -> None:
    starts = {}
    for role in Role:
        data = (await exports.get(f"{exports.interview_path}/transcript.json", role)).json()
        starts[role] = (data["timeOrigin"], round(data["turns"][0]["startSeconds"]))
    assert starts == {role: ("RECORDING", 5) if role in STAFF else ("INTERVIEW", 10) for role in Role}
    captions = webvtt.from_buffer(
        StringIO((await exports.get(f"{exports.interview_path}/transcript.vtt", Role.CANDIDATE)).text)
    ).captions
    assert [(cue.voice, cue.text) for cue in captions] == [
        ("Candidate", "I pruned the &lt;roses&gt; in spring &amp; wrote it down.")
    ]


async def test_correction_of_a_turn_is_beside_it_in_transcript_and_report(exports: ExportScenario) -> None:
    await TurnCorrection(interview_id=exports.interview.id, seq=1, text="In autumn, I meant.").insert()
    transcript = (await exports.get(f"{exports.interview_path}/transcript.json", Role.CANDIDATE)).json()
    report = (await exports.get(f"{exports.evaluation_path}/report.json", Role.RECRUITER)).json()
    quote = report["criteria"][0]["quotes"][0]
    assert transcript["turns"][0]["correction"] == quote["correction"] == "In autumn, I meant."


async def test_report_page_allows_its_own_style_and_nothing_else(exports: ExportScenario) -> None:
    response = await exports.get(exports.link(ReportKind.REPORT))
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert response.headers["content-disposition"].startswith("inline; ")
    assert response.headers["cache-control"] == "private, no-store"
    assert f"<mark>{QUOTE}</mark>" in response.text
    assert f'{exports.interview_path}#turn-1"' in response.text
    assert exports.review.reviewer in response.text
    assert "&lt;roses&gt;" in response.text


@pytest.mark.usefixtures("pango")
async def test_pdf_has_the_text_of_the_page(exports: ExportScenario) -> None:
    response = await exports.get(f"{exports.evaluation_path}/report.pdf", Role.INTEGRATION)
    document = pypdf.PdfReader(BytesIO(response.content))
    text = " ".join(" ".join(page.extract_text() for page in document.pages).split())
    for expected in ("Ada Lovelace", QUOTE, exports.tenant.organization.name, exports.review.reviewer):
        assert expected in text
    assert response.headers["content-disposition"] == (f'attachment; filename="report-{global_id_of(exports.evaluation)}.pdf"')


async def test_explanation_and_letter_name_no_reviewer(exports: ExportScenario) -> None:
    explanation = await exports.get(f"{exports.evaluation_path}/explanation.json", Role.RECRUITER)
    letter = await exports.get(f"{exports.evaluation_path}/feedback-letter.txt", Role.RECRUITER)
    report = await exports.get(f"{exports.evaluation_path}/report.json", Role.RECRUITER)
    internal = [exports.review.reviewer, exports.review.reason, "a fact about"]
    assert not [text for text in internal if text in explanation.text or text in letter.text]
    assert json.loads(report.text)["reviews"][0]["reviewer"] == exports.review.reviewer
    assert letter.text.startswith("Your interview for the position Tester\n\nDear Ada Lovelace,")
    assert letter.headers["content-disposition"].startswith('attachment; filename="feedback-letter-')


async def test_comparison_is_a_csv_file_by_name_or_in_the_given_order(exports: ExportScenario, tenant: Tenant) -> None:
    formula = await tenant.make_interview(InterviewStatus.COMPLETED, name="=1+1", candidate=Candidate(name="=1+1"))
    response = await exports.get(exports.comparison_path, Role.INTEGRATION)
    assert response.headers["content-type"] == "text/csv; header=present; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="comparison.csv"'
    assert response.content.startswith(b"\xef\xbb\xbfinterview,candidate,")
    named = [global_id_of(exports.interview), global_id_of(formula)]
    ordered = await exports.get(exports.comparison_path + "".join(f"&interviewId={name}" for name in named), Role.ADMIN)

    def read_names(text: str) -> list[str]:
        return [line["candidate"] for line in csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline=""))]

    assert read_names(response.text) == ["'=1+1", "Ada Lovelace"]
    assert read_names(ordered.text) == ["Ada Lovelace", "'=1+1"]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "positionKey=tester",
        "positionKey=tester&positionVersion=x",
        "positionVersion=1",
        "positionKey=tester&positionVersion=²",
    ],
)
async def test_comparison_without_a_position_version_is_a_bad_request(exports: ExportScenario, query: str) -> None:
    assert (await exports.get(f"/comparison.csv?{query}", Role.ADMIN)).status_code == 400


async def test_only_get_head_and_post_are_allowed(exports: ExportScenario) -> None:
    path = f"{exports.interview_path}/transcript.txt"
    headers = bearer_headers(await issue_token(exports.tenant, Role.ADMIN))
    assert (await exports.client.put(path, headers=headers)).status_code == 405
    head = await exports.client.head(path, headers=headers)
    assert (head.status_code, head.content, int(head.headers["content-length"]) > 0) == (200, b"", True)


async def test_unknown_format_is_not_found(exports: ExportScenario) -> None:
    paths = [f"{exports.interview_path}/transcript.pdf", f"{exports.evaluation_path}/report.csv", f"/evaluations/{ObjectId()}"]
    assert {(await exports.get(path, Role.ADMIN)).status_code for path in paths} == {404}
