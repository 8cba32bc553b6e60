from datetime import timedelta
from hashlib import sha256

import pytest

from errors import BadInput
from lifecycle.consent import CONSENT_TEXTS_FOLDER, CURRENT_CONSENT_VERSION, ConsentTexts, load_consent_texts
from models.storage.clock import now

LANGUAGES = {"en", "de", "es", "fr"}
PUBLISHED_TEXT_DIGESTS = {
    ("2026-11", "en"): "1561673e3b2505d9709fa78327333d4363c96bba99cff92d3cab9086afd02d08",
    ("2026-11", "de"): "c03877d0f7a830a3c819144f68dc7f054c4a77b0c93f5dc692e779786e70f7c1",
    ("2026-11", "es"): "68a51c6d148ca6e4155c485fda940befd42c33e1f8491d79a5cfc7f396116cf3",
    ("2026-11", "fr"): "074007c21655ee64fd30af4b9053945b11a5195bc4b3e2dc196a3956e49db8f4",
}
"""SHA-256 of each published text. Add the digests of a new version; never change those of an old one."""


@pytest.fixture(scope="module")
def consent_texts() -> ConsentTexts:
    return load_consent_texts()


def test_published_texts_never_change() -> None:
    digests = {
        (path.parent.name, path.stem): sha256(path.read_bytes().removesuffix(b"\n")).hexdigest()
        for path in CONSENT_TEXTS_FOLDER.rglob("*.*")
    }
    assert digests == PUBLISHED_TEXT_DIGESTS


def test_every_version_has_a_text_in_every_language() -> None:
    assert CURRENT_CONSENT_VERSION in {version for version, _ in PUBLISHED_TEXT_DIGESTS}
    for version in {version for version, _ in PUBLISHED_TEXT_DIGESTS}:
        assert {path.stem for path in (CONSENT_TEXTS_FOLDER / version).iterdir()} == LANGUAGES, version


@pytest.mark.parametrize(("tag", "language"), [("en", "en"), ("de-AT", "de"), ("ES", "es"), ("fr", "fr"), ("ja", "en")])
def test_text_is_in_the_interview_language_or_english(consent_texts: ConsentTexts, tag: str, language: str) -> None:
    text = consent_texts.get_current(tag)
    assert (text.version, text.language) == (CURRENT_CONSENT_VERSION, language)
    assert sha256(text.text.encode()).hexdigest() == PUBLISHED_TEXT_DIGESTS[CURRENT_CONSENT_VERSION, language]


@pytest.mark.parametrize(
    ("language", "phrases"),
    [
        ("en", ["(AI), not by a person", "transcript", "recorded only if", "takes no decision", "stop at any time", "erased"]),
        (
            "de",
            ["(KI), kein Mensch", "Protokoll", "nur aufgezeichnet, wenn", "keine Entscheidung", "jederzeit aufhören", "Löschung"],
        ),
        ("es", ["(IA), no una persona", "transcripción", "solo se graban si", "ninguna decisión", "cualquier momento", "borre"]),
        ("fr", ["(IA), et non", "transcription", "ne sont enregistrés que si", "aucune décision", "à tout moment", "effacement"]),
    ],
)
def test_text_contains_every_required_statement(consent_texts: ConsentTexts, language: str, phrases: list[str]) -> None:
    text = consent_texts.get_current(language).text
    assert [phrase for phrase in phrases if phrase not in text] == []
    assert "  " not in text


def test_consent_records_version_time_and_recording(consent_texts: ConsentTexts) -> None:
    consent = consent_texts.create_consent(CURRENT_CONSENT_VERSION, recording=True)
    assert (consent.text_version, consent.recording) == (CURRENT_CONSENT_VERSION, True)
    assert now() - consent.given_at < timedelta(seconds=5)


@pytest.mark.parametrize("version", ["", "2019-01", "\0"])
def test_unknown_version_is_rejected_and_the_error_names_the_current_one(consent_texts: ConsentTexts, version: str) -> None:
    with pytest.raises(BadInput, match=CURRENT_CONSENT_VERSION) as error:
        consent_texts.create_consent(version, recording=False)
    assert error.value.field == "consent.textVersion"
