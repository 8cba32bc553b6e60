"""Consent: the versioned texts that candidates agree to before the first question.

A stored consent names the version that the candidate read. Published texts are therefore never edited: a changed text gets
a new version, in a new folder beside the old ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from errors import BadInput
from models.documents.interview import Consent
from models.documents.language import primary_language
from models.storage.clock import now

CONSENT_TEXTS_FOLDER = Path(__file__).parent / "consent_texts"
CURRENT_CONSENT_VERSION = "2026-11"
FALLBACK_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class ConsentText:
    """A consent text and the language it is written in."""

    version: str
    language: str
    text: str


class ConsentTexts:
    """The consent texts of every version, by version and language."""

    def __init__(self, texts: Mapping[str, Mapping[str, str]]) -> None:
        self._texts = texts

    def get_current(self, language: str) -> ConsentText:
        """Return the current text in the language of a BCP 47 tag, or in English if there is no translation."""
        translations = self._texts[CURRENT_CONSENT_VERSION]
        primary = primary_language(language)
        text_language = primary if primary in translations else FALLBACK_LANGUAGE
        return ConsentText(CURRENT_CONSENT_VERSION, text_language, translations[text_language])

    def create_consent(self, text_version: str, *, recording: bool) -> Consent:
        """Return a consent to the text of that version, given now. Raises BadInput if there is no such version."""
        if text_version not in self._texts:
            raise BadInput(
                f"consent.textVersion is unknown: show the candidate the text of version {CURRENT_CONSENT_VERSION} "
                "(invitation.consentText) and send that version.",
                field="consent.textVersion",
            )
        return Consent(text_version=text_version, given_at=now(), recording=recording)


def load_consent_texts() -> ConsentTexts:
    """Read all texts from consent_texts/<version>/<language>.txt."""
    return ConsentTexts({folder.name: _read_translations(folder) for folder in CONSENT_TEXTS_FOLDER.iterdir()})


def _read_translations(folder: Path) -> dict[str, str]:
    # the newline at the end of the file is not part of the text
    return {path.stem: path.read_text(encoding="utf-8").removesuffix("\n") for path in folder.glob("*.txt")}
