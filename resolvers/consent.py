"""Consent: the text for an organization and position, and the record that a candidate agreed to it."""

from dataclasses import dataclass

from bson import ObjectId

from auth import Action, Principal, require_permission
from errors import Conflict
from lifecycle.consent import CURRENT_CONSENT_VERSION, ConsentDetails, ConsentText
from lifecycle.services import Services
from models.documents.consent_text import AgreedConsentText, store_consent_text
from models.documents.interview import Consent, ConsentMethod, Interview
from models.documents.notice import find_current_notice
from models.documents.organization import Organization, get_organization
from models.documents.position import Position, find_position, get_position
from models.storage.clock import now
from resolvers.ids import IdKind, build_not_found
from resolvers.input_text import clean_language_tag, clean_optional


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentChoice:
    """The text to which the candidate consents, and whether also to a recording. Default language: the interview's."""

    text_version: str
    recording: bool
    language: str | None = None
    text_digest: str | None = None


async def get_consent_text(services: Services, principal: Principal, position_key: str, language: str | None) -> ConsentText:
    """Return the current text for interviews of a position, by default in the position's language. Raises NotFound."""
    require_permission(principal, Action.START_INTERVIEW)
    language = clean_optional(clean_language_tag, language, "language")
    # keys are ASCII, and MongoDB refuses some other text
    position = await find_position(principal.organization_id, position_key) if position_key.isascii() else None
    if position is None:
        raise build_not_found(IdKind.POSITION)
    details = await _load_details(principal.organization_id, position)
    return services.consent_texts.compose(language or position.language, details)


async def get_interview_consent_text(services: Services, interview: Interview) -> ConsentText:
    """Return the current text in the interview's language, for its version of the position."""
    return await _compose(services, interview, interview.language, CURRENT_CONSENT_VERSION)


async def record_consent(services: Services, interview: Interview, choice: ConsentChoice, method: ConsentMethod) -> Consent:
    """Store the text that the candidate agreed to, and return the consent, given now, for the interview.

    Raises BadInput for an unknown version, and Conflict if the candidate has seen another text than the current one.
    """
    language = clean_optional(clean_language_tag, choice.language, "consent.language")
    text = await _compose(services, interview, language or interview.language, choice.text_version)
    if choice.text_digest is not None and choice.text_digest != text.digest:
        raise Conflict(
            "The consent text has changed since the candidate saw it: show the current text, and send its digest and language.",
            field="consent.textDigest",
        )
    await store_consent_text(
        AgreedConsentText(
            organization_id=interview.owner_id,
            digest=text.digest,
            version=text.version,
            language=text.language,
            text=text.text,
        )
    )
    return Consent(
        text_version=text.version,
        given_at=now(),
        recording=choice.recording,
        language=text.language,
        text_digest=text.digest,
        method=method,
        recording_text=text.recording_text if choice.recording else None,
    )


async def _compose(services: Services, interview: Interview, language: str, version: str) -> ConsentText:
    position = await get_position(interview.position.id)
    if position is None:
        raise build_not_found(IdKind.POSITION)
    return services.consent_texts.compose(language, await _load_details(interview.owner_id, position), version)


async def _load_details(organization_id: ObjectId, position: Position) -> ConsentDetails:
    organization = await get_organization(organization_id)
    if organization is None:
        raise build_not_found(IdKind.ORGANIZATION)
    notice = await find_current_notice(organization_id)
    retention = organization.retention
    return ConsentDetails(
        organization=organization.name,
        position=position.title,
        criteria=[criterion.name for criterion in position.criteria],
        contact=notice.contact if notice and notice.contact else _describe_contact(organization),
        alternative=notice.alternative if notice else None,
        # an erasure of one class of data includes the classes before it
        recording_days=_find_shortest(retention.recording_days, retention.transcript_days, retention.candidate_days),
        transcript_days=_find_shortest(retention.transcript_days, retention.candidate_days),
        candidate_days=retention.candidate_days,
    )


def _describe_contact(organization: Organization) -> str | None:
    contact = organization.contact
    return f"{contact.name}, {contact.email}" if contact else None


def _find_shortest(*days: int | None) -> int | None:
    return min((limit for limit in days if limit is not None), default=None)
