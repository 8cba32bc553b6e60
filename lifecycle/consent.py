"""Consent: the versioned texts that candidates agree to before the first question.

A text is a template for all organizations and positions. A stored consent names the version and the digest of the text that
the candidate read. Published texts are therefore never edited: a changed text gets a new version, in a new folder beside the
old ones.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from errors import BadInput
from models.documents.language import primary_language
from models.wording.data_files import read_yaml

CONSENT_TEXTS_FOLDER = Path(__file__).parent / "consent_texts"
CURRENT_CONSENT_VERSION = "2026-12"
FALLBACK_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class ConsentText:
    """A consent text for one organization and position, and the language it is written in."""

    version: str
    language: str
    text: str
    recording_text: str | None
    """The candidate's declaration of consent to a recording; None in a version that has none."""

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the text in UTF-8."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentDetails:
    """What a consent text says about the organization and the position. None selects the default wording."""

    organization: str
    position: str
    criteria: Sequence[str]
    """Names of the characteristics that are assessed."""
    contact: str | None = None
    """Whom candidates can ask."""
    alternative: str | None = None
    """One or more sentences about the alternative to an interview by an AI."""
    recording_days: int | None = None
    """Days after the interview for which recordings are kept; None if no limit is set."""
    transcript_days: int | None = None
    candidate_days: int | None = None


class RetentionPhrases(BaseModel):
    """How a text says for how long data are kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    one: str
    other: str
    """Contains `{count}`."""
    unlimited: str

    def format(self, days: int | None, organization: str) -> str:
        """Return the phrase for that number of days, or for no limit."""
        if days is None:
            return self.unlimited.format(organization=organization)
        return self.one if days == 1 else self.other.format(count=days)


class DefaultWording(BaseModel):
    """What a text says where the organization has no wording of its own. Contains `{organization}`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    contact: str
    alternative: str
    retention: RetentionPhrases


@dataclass(frozen=True, slots=True)
class ConsentTemplate:
    """The text of one version in one language, with placeholders in braces. `wording` is None if it has none."""

    text: str
    wording: DefaultWording | None
    recording_text: str | None = None

    def fill(self, details: ConsentDetails) -> str:
        """Return the text for this organization and position."""
        wording = self.wording
        if wording is None:
            return self.text
        organization = _join_lines(details.organization)
        # the values are inserted in one pass, so that braces in them stay as they are
        return self.text.format(
            organization=organization,
            position=_join_lines(details.position),
            criteria=", ".join(map(_join_lines, details.criteria)),
            contact=_join_lines(details.contact or wording.contact.format(organization=organization)).removesuffix("."),
            alternative=_join_lines(details.alternative or wording.alternative.format(organization=organization)),
            recording_retention=wording.retention.format(details.recording_days, organization),
            transcript_retention=wording.retention.format(details.transcript_days, organization),
            candidate_retention=wording.retention.format(details.candidate_days, organization),
        )


class ConsentTexts:
    """The consent texts of every version, by version and language."""

    def __init__(self, templates: Mapping[str, Mapping[str, ConsentTemplate]]) -> None:
        self._templates = templates

    def compose(self, language: str, details: ConsentDetails, version: str = CURRENT_CONSENT_VERSION) -> ConsentText:
        """Return the text in the language of a BCP 47 tag, or in English if there is no translation.

        Raises BadInput if there is no such version.
        """
        translations = self._templates.get(version)
        if translations is None:
            raise BadInput(
                f"consent.textVersion is unknown: show the candidate the text of version {CURRENT_CONSENT_VERSION} "
                "(invitation.consentText or consentText) and send that version.",
                field="consent.textVersion",
            )
        primary = primary_language(language)
        text_language = primary if primary in translations else FALLBACK_LANGUAGE
        template = translations[text_language]
        return ConsentText(version, text_language, template.fill(details), template.recording_text)


def load_consent_texts() -> ConsentTexts:
    """Read all texts from consent_texts/<version>/<language>.txt, and their default wording from <language>.yaml.

    The declaration of consent to a recording is in recording/<language>.txt.
    """
    return ConsentTexts({folder.name: _read_translations(folder) for folder in CONSENT_TEXTS_FOLDER.iterdir()})


def _read_translations(folder: Path) -> dict[str, ConsentTemplate]:
    return {path.stem: _read_template(path) for path in folder.glob("*.txt")}


def _read_template(path: Path) -> ConsentTemplate:
    wording = path.with_suffix(".yaml")
    recording_text = path.parent / "recording" / path.name
    return ConsentTemplate(
        _read_text(path),
        DefaultWording.model_validate(read_yaml(wording)) if wording.exists() else None,
        _read_text(recording_text) if recording_text.exists() else None,
    )


def _read_text(path: Path) -> str:
    # the newline at the end of the file is not part of the text
    return path.read_text(encoding="utf-8").removesuffix("\n")


def _join_lines(value: str) -> str:
    # pages split the text into paragraphs, so a value must not begin a new one
    return " ".join(value.split())
