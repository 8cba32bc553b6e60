"""What the speech recognizer is asked for: published language codes, and key terms within the limits."""

import pytest
from starlette.datastructures import QueryParams

from agent.phrases import LANGUAGES
from agent.recognition import (
    DOCUMENTED_CODES,
    MAX_KEY_TERM_BYTES,
    MAX_KEY_TERMS,
    collect_key_terms,
    find_terms,
    resolve_recognition_language,
)
from models.documents.interview import Candidate, Interview
from models.documents.position import Position, Question
from sandbox.deepgram.options import parse_listen_options
from tests.factories import make_interview, make_position


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        *[(code, code) for code in ("en", "en-GB", "en-US", "en-CA", "de", "de-CH", "es", "es-419", "fr", "fr-CA")],
        *[("de-AT", "de"), ("de-DE", "de"), ("de-Latn-CH", "de-CH"), ("de-1996", "de"), ("de-CH-1996", "de-CH")],
        *[("es-MX", "es-419"), ("es-AR", "es-419"), ("es-US", "es-419"), ("es-ES", "es")],
        *[("fr-BE", "fr"), ("fr-FR", "fr"), ("fr-ca", "fr-CA")],
        *[("en-ZA", "en"), ("en-IE", "en"), ("en-gb", "en-GB"), ("en-GB-oxendict", "en-GB")],
    ],
)
def test_tag_becomes_a_code_that_nova_3_documents(tag: str, code: str) -> None:
    assert resolve_recognition_language("nova-3", tag) == code
    assert resolve_recognition_language("nova-3-general", tag) == code


def test_code_depends_on_the_model() -> None:
    assert resolve_recognition_language("nova-2", "en-CA") == "en"
    assert resolve_recognition_language("nova-2", "es-MX") == "es-419"
    assert resolve_recognition_language("enhanced", "en-GB") == "en"
    assert resolve_recognition_language("enhanced", "es-MX") == "es"


@pytest.mark.parametrize("model", [*DOCUMENTED_CODES, "nova-3-general", "enhanced"])
def test_simulated_deepgram_accepts_every_code_that_is_requested(model: str) -> None:
    regions = ("", "-AT", "-CH", "-DE", "-MX", "-ES", "-US", "-GB", "-CA", "-BE", "-ZA", "-IN", "-419", "-Latn-AT")
    for tag in (f"{language}{region}" for language in LANGUAGES for region in regions):
        code = resolve_recognition_language(model, tag)
        query = {"model": model, "language": code, "encoding": "linear16", "sample_rate": "16000"}
        assert parse_listen_options(QueryParams(query)).language == code


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("How do you debug a service mesh with Istio and PostgreSQL?", ["Istio", "PostgreSQL"]),
        ("kubectl, PostgreSQL, Istio, Łódź", ["kubectl", "PostgreSQL", "Istio", "Łódź"]),
        ("We use k8s, C++, C#, Node.js and CI/CD.", ["k8s", "C++", "C#", "Node.js", "CI/CD"]),
        ("You join our team in Kraków. Reports go to Zoë.", ["Kraków", "Zoë"]),
        ("- Terraform, helm\n- five years of Go", ["Terraform", "helm", "Go"]),
        ("Tell me about a time when you failed. What happened?", []),
        ("In short, calmly, and with care: describe 3 steps in 2026.", []),
        ("WHAT WE OFFER\nA friendly team", []),
        ("When I started, I'm told, it broke.", []),
        ("", []),
    ],
)
def test_terms_are_names_technical_words_and_lists_of_them(text: str, terms: list[str]) -> None:
    assert list(find_terms(text, "en")) == terms


def test_german_nouns_are_not_terms() -> None:
    assert list(find_terms("Wie führen Sie den Betrieb einer Datenbank mit PostgreSQL?", "de-AT")) == ["PostgreSQL"]


@pytest.fixture
async def position(database: None) -> Position:
    question = Question(key="mesh", text="How do you debug a service mesh with Istio?")
    return await make_position(title="Platform engineer, Łódź", key_terms=["kubectl", "Felco 2"], questions=[question])


async def make_described_interview(position: Position, job_description: str) -> Interview:
    return await make_interview(position, candidate=Candidate(name="Łukasz Żółć"), job_description=job_description)


async def test_key_terms_come_from_name_position_and_job_description_without_repetition(position: Position) -> None:
    interview = await make_described_interview(position, "You run Istio and PostgreSQL.")
    terms = collect_key_terms("nova-3", interview, position)
    assert terms == ["Łukasz", "Żółć", "kubectl", "Felco 2", "Platform engineer", "Łódź", "Istio", "PostgreSQL"]
    assert collect_key_terms("nova-2", interview, position) == []


async def test_key_terms_of_an_erased_candidate_have_no_name(position: Position) -> None:
    interview = await make_described_interview(position, "")
    interview.candidate = None
    assert collect_key_terms("nova-3", interview, position)[0] == "kubectl"


@pytest.mark.parametrize("word", ["Tech{}Ω", "x{}"])
async def test_key_terms_stay_within_the_limits_of_deepgram(position: Position, word: str) -> None:
    interview = await make_described_interview(position, " ".join(word.format(number) for number in range(2000)))
    terms = collect_key_terms("nova-3", interview, position)
    assert "Łukasz" in terms
    size = sum(len(term.encode()) for term in terms)
    assert len(terms) <= MAX_KEY_TERMS
    assert size <= MAX_KEY_TERM_BYTES
    # one of the limits is used up
    assert len(terms) == MAX_KEY_TERMS or size > 0.9 * MAX_KEY_TERM_BYTES
    query = [("model", "nova-3"), ("encoding", "linear16"), ("sample_rate", "16000"), *(("keyterm", term) for term in terms)]
    assert parse_listen_options(QueryParams(query))
