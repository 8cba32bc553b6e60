import re
from hashlib import sha256

import pytest

from errors import BadInput
from lifecycle.consent import (
    CONSENT_TEXTS_FOLDER,
    CURRENT_CONSENT_VERSION,
    ConsentDetails,
    ConsentTexts,
    load_consent_texts,
)

LANGUAGES = {"en", "de", "es", "fr"}
PUBLISHED_TEXT_DIGESTS = {
    "2026-11/en.txt": "1561673e3b2505d9709fa78327333d4363c96bba99cff92d3cab9086afd02d08",
    "2026-11/de.txt": "c03877d0f7a830a3c819144f68dc7f054c4a77b0c93f5dc692e779786e70f7c1",
    "2026-11/es.txt": "68a51c6d148ca6e4155c485fda940befd42c33e1f8491d79a5cfc7f396116cf3",
    "2026-11/fr.txt": "074007c21655ee64fd30af4b9053945b11a5195bc4b3e2dc196a3956e49db8f4",
    "2026-12/en.txt": "975fac06b1752354671f1f68ada1ad21c2db3e40a543c2b3f9caf3b505f20e88",
    "2026-12/en.yaml": "2ef70ec7dc6aa918b9c2b35950808183db373705766c71089519c7d3bd70d4d7",
    "2026-12/de.txt": "bd0cc9a3784af6606b361d4d09eebefdec3a8b5d0bf38ba809f5aa6f7a474e47",
    "2026-12/de.yaml": "e5a8e2655893bb80d37fbc35cc5041ab25cb34855d712da07bca980f5764b06c",
    "2026-12/es.txt": "8fa6356306876ab03246a3d9b5e09c85ecb79a61cf753db4d6b221a6236d8f7e",
    "2026-12/es.yaml": "444ed1d3b4125ef86175dae356483865228c42185bdf6fcaf58ed8eea624d4ee",
    "2026-12/fr.txt": "d9e780eb28e78fd4d86335aee45ea1ef5160c876b28ce4db1d562988c3977dae",
    "2026-12/fr.yaml": "fbf65dda28d5b7d23efdd20a248c29cd9c11f93686c249fc6736e58aadab0233",
    "2026-12/recording/en.txt": "08336bf5421770bf162df2a04fb55129b57304cd933b249a685a383b3f800230",
    "2026-12/recording/de.txt": "274a61d2601b9ed54fcc2d3b0d03eda141b6e78488f85b3eb435cce296e23a4a",
    "2026-12/recording/es.txt": "3dc363b6f6a07c9b2f6e1c7d71beaca2ba376df0ff9e4882b23e37b211f036d4",
    "2026-12/recording/fr.txt": "8ef3d034ace426a91d7f8a53a98b6bfd1f013705183230bc6fb08adf957ec182",
}
"""SHA-256 of each published text and default wording. Add the digests of a new version; never change those of an old one."""
VERSIONS = sorted({path.split("/")[0] for path in PUBLISHED_TEXT_DIGESTS})
DETAILS = ConsentDetails(
    organization="Analytical Engines",
    position="Tester",
    criteria=["Technical skill", "Problem solving"],
    contact="Jane Doe, jobs@example.org",
    alternative="You can talk to a person by telephone instead.",
    recording_days=1,
    transcript_days=180,
)


@pytest.fixture(scope="module")
def consent_texts() -> ConsentTexts:
    return load_consent_texts()


def test_published_texts_never_change() -> None:
    digests = {
        path.relative_to(CONSENT_TEXTS_FOLDER).as_posix(): sha256(path.read_bytes().removesuffix(b"\n")).hexdigest()
        for path in CONSENT_TEXTS_FOLDER.rglob("*.*")
    }
    assert digests == PUBLISHED_TEXT_DIGESTS


def test_every_version_has_a_text_in_every_language() -> None:
    assert CURRENT_CONSENT_VERSION in VERSIONS
    for version in VERSIONS:
        assert {path.stem for path in (CONSENT_TEXTS_FOLDER / version).glob("*.txt")} == LANGUAGES, version


@pytest.mark.parametrize(("tag", "language"), [("en", "en"), ("de-AT", "de"), ("ES", "es"), ("fr", "fr"), ("ja", "en")])
def test_text_is_in_the_requested_language_or_english(consent_texts: ConsentTexts, tag: str, language: str) -> None:
    text = consent_texts.compose(tag, DETAILS)
    assert (text.version, text.language) == (CURRENT_CONSENT_VERSION, language)
    assert text.text == consent_texts.compose(language, DETAILS).text


@pytest.mark.parametrize(
    ("language", "phrases"),
    [
        (
            "en",
            ["(AI), not by a person", "make every decision", "a score from 0 to 100 and in a band", "these characteristics only"],
        ),
        (
            "de",
            ["(KI), kein Mensch", "Jede Entscheidung", "Punktzahl von 0 bis 100 und eine Einstufung", "nur diese Merkmale"],
        ),
        (
            "es",
            ["(IA), no una persona", "Todas las decisiones", "puntuación de 0 a 100 y una categoría", "estas características"],
        ),
        (
            "fr",
            ["(IA), et non", "Toutes les décisions", "un score de 0 à 100 et une catégorie", "Seules ces caractéristiques"],
        ),
    ],
)
def test_text_says_who_decides_and_what_is_assessed(consent_texts: ConsentTexts, language: str, phrases: list[str]) -> None:
    text = consent_texts.compose(language, DETAILS).text
    assert [phrase for phrase in [*phrases, "Technical skill, Problem solving"] if phrase not in text] == []


@pytest.mark.parametrize(
    ("language", "phrases"),
    [
        ("en", ["stored as a transcript", "recorded only if", "stop at any time", "withdraw your consent at any time", "erased"]),
        (
            "de",
            ["als Protokoll gespeichert", "nur aufgezeichnet, wenn", "jederzeit aufhören", "jederzeit widerrufen", "Löschung"],
        ),
        (
            "es",
            ["como transcripción", "solo se graban si", "terminar en cualquier momento", "retirar su consentimiento", "borren"],
        ),
        (
            "fr",
            [
                "de transcription",
                "ne sont enregistrés que si",
                "arrêter à tout moment",
                "retirer votre consentement",
                "effacement",
            ],
        ),
    ],
)
def test_text_says_what_is_recorded_and_what_candidates_can_do(
    consent_texts: ConsentTexts, language: str, phrases: list[str]
) -> None:
    text = consent_texts.compose(language, DETAILS).text
    assert [phrase for phrase in phrases if phrase not in text] == []


@pytest.mark.parametrize(
    ("language", "retention"),
    [
        (
            "en",
            "Recordings are kept for one day after the interview, the transcript and the assessment for 180 days after the "
            "interview, and all other data of this interview until Analytical Engines deletes them.",
        ),
        (
            "de",
            "Aufzeichnungen werden bis einen Tag nach dem Gespräch gespeichert, Protokoll und Bewertung bis 180 Tage nach dem "
            "Gespräch und alle übrigen Daten dieses Gesprächs bis zur Löschung durch Analytical Engines.",
        ),
        (
            "es",
            "Las grabaciones se conservan hasta un día después de la entrevista; la transcripción y la valoración, hasta 180 "
            "días después de la entrevista; y los demás datos de esta entrevista, hasta su eliminación por parte de Analytical "
            "Engines.",
        ),
        (
            "fr",
            "Les enregistrements sont conservés jusqu'à un jour après l'entretien, la transcription et l'évaluation jusqu'à 180 "
            "jours après l'entretien, et toutes les autres données de cet entretien jusqu'à leur suppression par Analytical "
            "Engines.",
        ),
    ],
)
def test_text_says_how_long_data_are_kept(consent_texts: ConsentTexts, language: str, retention: str) -> None:
    assert retention in consent_texts.compose(language, DETAILS).text.split("\n\n")


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@pytest.mark.parametrize("version", VERSIONS)
def test_text_has_no_unfilled_placeholder(consent_texts: ConsentTexts, version: str, language: str) -> None:
    with_defaults = ConsentDetails(organization="Analytical Engines", position="Tester", criteria=["Skill"])
    for details in (DETAILS, with_defaults):
        text = consent_texts.compose(language, details, version).text
        assert not re.search(r"[{}]|  |\.\.", text)
        assert "None" not in text


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_organization_wording_replaces_the_default(consent_texts: ConsentTexts, language: str) -> None:
    own = consent_texts.compose(language, DETAILS).text
    assert f": {DETAILS.contact}." in own
    assert DETAILS.alternative is not None
    assert DETAILS.alternative in own
    default = consent_texts.compose(
        language, ConsentDetails(organization="Analytical Engines", position="Tester", criteria=["Skill"])
    ).text
    assert "Jane Doe" not in default
    assert len(default.split("\n\n")) == len(own.split("\n\n"))


def test_values_neither_fill_placeholders_nor_begin_paragraphs(consent_texts: ConsentTexts) -> None:
    details = ConsentDetails(
        organization="{contact}", position="Tester\n\nI agree to everything.", criteria=["a {criteria}"], contact="{0} {position}"
    )
    text = consent_texts.compose("en", details).text
    assert "“Tester I agree to everything.” at {contact} is led" in text
    assert "a {criteria}" in text
    assert "please contact: {0} {position}." in text
    assert text.split("\n\n")[-1] == "I have read this and agree to take part."


@pytest.mark.parametrize(
    ("language", "phrase"), [("en", "is recorded"), ("de", "aufgezeichnet wird"), ("es", "se grabe"), ("fr", "soit enregistré")]
)
def test_current_version_has_a_declaration_for_recordings(consent_texts: ConsentTexts, language: str, phrase: str) -> None:
    assert phrase in (consent_texts.compose(language, DETAILS).recording_text or "")
    assert consent_texts.compose(language, DETAILS, "2026-11").recording_text is None


def test_digest_is_that_of_the_filled_text(consent_texts: ConsentTexts) -> None:
    text = consent_texts.compose("de", DETAILS)
    assert text.digest == sha256(text.text.encode()).hexdigest()
    other = ConsentDetails(organization="Another", position="Tester", criteria=["Skill"])
    assert consent_texts.compose("de", other).digest != text.digest


def test_earlier_version_remains_available(consent_texts: ConsentTexts) -> None:
    text = consent_texts.compose("en", DETAILS, "2026-11")
    assert (text.version, text.digest) == ("2026-11", PUBLISHED_TEXT_DIGESTS["2026-11/en.txt"])


@pytest.mark.parametrize("version", ["", "2019-01", "\0"])
def test_unknown_version_is_rejected_and_the_error_names_the_current_one(consent_texts: ConsentTexts, version: str) -> None:
    with pytest.raises(BadInput, match=CURRENT_CONSENT_VERSION) as error:
        consent_texts.compose("en", DETAILS, version)
    assert error.value.field == "consent.textVersion"
