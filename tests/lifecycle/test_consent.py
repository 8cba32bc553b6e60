from datetime import timedelta

import pytest

from errors import BadInput
from lifecycle.consent import CONSENT_TEXTS, CURRENT_CONSENT_VERSION, create_consent, get_consent_text
from models.storage.clock import now


@pytest.mark.parametrize(("tag", "language"), [("en", "en"), ("de-AT", "de"), ("ES", "es"), ("fr", "fr"), ("ja", "en")])
def test_the_text_is_in_the_interviews_language_else_in_english(tag: str, language: str) -> None:
    text = get_consent_text(tag)
    assert (text.version, text.language) == (CURRENT_CONSENT_VERSION, language)
    assert text.text == CONSENT_TEXTS[CURRENT_CONSENT_VERSION][language]


@pytest.mark.parametrize(
    ("language", "words"),
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
def test_every_language_says_what_must_be_said(language: str, words: list[str]) -> None:
    text = get_consent_text(language).text
    assert [word for word in words if word not in text] == []
    assert "  " not in text


def test_a_consent_says_to_which_text_when_and_whether_to_a_recording() -> None:
    consent = create_consent(CURRENT_CONSENT_VERSION, recording=True)
    assert (consent.text_version, consent.recording) == (CURRENT_CONSENT_VERSION, True)
    assert now() - consent.given_at < timedelta(seconds=5)


@pytest.mark.parametrize("version", ["", "2019-01", "\0"])
def test_an_unknown_text_is_refused_and_the_current_one_named(version: str) -> None:
    with pytest.raises(BadInput, match=CURRENT_CONSENT_VERSION) as refused:
        create_consent(version, recording=False)
    assert refused.value.field == "consent.textVersion"
