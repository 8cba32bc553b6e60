"""How an interview comes to be: at once, or with an invite for later.

The document is made first, under the id that the idempotency key has claimed; whatever a crash left undone is done by the
repetition of the same call.
"""

import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from beanie import PydanticObjectId
from bson import ObjectId

from auth import Action, Principal, allow
from errors import BadInput, Conflict
from lifecycle.attendance import admit
from lifecycle.consent import agree
from lifecycle.services import Services
from lifecycle.states import open_interview
from models.clock import now
from models.interview import Candidate, Interview, InterviewStatus, PositionRef, get_own_interview, search_terms
from models.language import primary_language
from models.position import Position, find_position
from models.transition import create
from models.turn import Channel
from resolvers.access import Access, Invite, access_of, invite_of
from resolvers.idempotency import Once, once
from resolvers.text import DETAIL_LIMIT, email, language_tag, line, optional, prose

MAX_AHEAD = timedelta(days=366)
"""how far ahead an interview may lie, and an invite may last"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven:
    """To which version of the text, and whether to a recording besides."""

    text_version: str
    recording: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _NewInterview:
    candidate_name: str
    position_key: str
    candidate_email: str | None = None
    experience: str | None = None
    channel: Channel = Channel.VOICE
    language: str | None = None
    resume: str | None = None
    job_description: str | None = None
    external_id: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRequest(_NewInterview):
    """Mutation.startInterview."""

    consent: ConsentGiven


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRequest(_NewInterview):
    """Mutation.scheduleInterview."""

    scheduled_for: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """An open interview, with what the candidate needs now and for coming back."""

    interview: Interview
    access: Access
    invite: Invite


@dataclass(frozen=True, slots=True)
class Scheduled:
    """An interview with its present invite."""

    interview: Interview
    invite: Invite


async def start_interview(services: Services, principal: Principal, request: StartRequest) -> Started:
    """Make an interview and open it; the same key again answers the same interview, with a fresh access.

    Raises BadInput for texts, an unknown position or consent text, a language that is not the position's; Conflict for an
    archived position; Unavailable when LiveKit is needed and away: the same call then finishes what this one began.
    """
    allow(principal, Action.START_INTERVIEW)
    request = _checked(request)
    if request.channel is Channel.VOICE:
        services.rooms.require()
    call = once(services, principal, "startInterview", request.idempotency_key, request)
    interview = await _earlier(principal, call)
    if interview is None:
        draft = await _new(principal, request, expiry(services, None, None))
        draft.consent = agree(request.consent.text_version, recording=request.consent.recording)
        interview = await _create(draft, call)
    if interview.status is InterviewStatus.SCHEDULED:
        interview = await open_interview(services, ObjectId(interview.id), interview.consent, interview.channel)
    if interview.channel is Channel.VOICE:
        interview = await admit(services, interview)
    return Started(interview, access_of(services, interview), invite_of(services, interview))


async def schedule_interview(services: Services, principal: Principal, request: ScheduleRequest) -> Scheduled:
    """Make an interview that its invite opens; the same key again answers the same interview.

    Raises as `start_interview` but for consent and channel, and BadInput for times that are past, or in the wrong order.
    """
    allow(principal, Action.SCHEDULE_INTERVIEW)
    request = _checked(request)
    call = once(services, principal, "scheduleInterview", request.idempotency_key, request)
    interview = await _earlier(principal, call)
    if interview is None:
        draft = await _new(principal, request, expiry(services, request.scheduled_for, request.expires_at))
        draft.scheduled_for = request.scheduled_for
        interview = await _create(draft, call)
        await services.live.publish_change(principal.organization_id, ObjectId(interview.id))
    return Scheduled(interview, invite_of(services, interview))


def expiry(services: Services, scheduled_for: datetime | None, expires_at: datetime | None) -> datetime:
    """When an invite ends: as asked, or settings.auth.invite_days after the interview's time.

    Raises BadInput for a time that is past or more than a year ahead, and for an end before the beginning.
    """
    present = now()
    for field, moment in (("scheduledFor", scheduled_for), ("expiresAt", expires_at)):
        if moment is not None and not present < moment <= present + MAX_AHEAD:
            raise BadInput(
                f"{field} must lie in the future, at most {MAX_AHEAD.days} days ahead: send another, or none.", field=field
            )
    if expires_at is None:
        return (scheduled_for or present) + timedelta(days=services.settings.auth.invite_days)
    if scheduled_for is not None and expires_at <= scheduled_for:
        raise BadInput("expiresAt must be later than scheduledFor: nobody could join.", field="expiresAt")
    return expires_at


R = TypeVar("R", bound=_NewInterview)


def _checked(request: R) -> R:
    return replace(
        request,
        candidate_name=line(request.candidate_name, "candidateName"),
        candidate_email=optional(email, request.candidate_email, "candidateEmail"),
        experience=optional(lambda text, field: prose(text, field, DETAIL_LIMIT), request.experience, "experience"),
        position_key=line(request.position_key, "positionKey"),
        language=optional(language_tag, request.language, "language"),
        resume=optional(prose, request.resume, "resume"),
        job_description=optional(prose, request.job_description, "jobDescription"),
        external_id=optional(line, request.external_id, "externalId"),
    )


async def _earlier(principal: Principal, call: Once) -> Interview | None:
    claimed = await call.earlier()
    return await get_own_interview(principal.organization_id, claimed) if claimed else None


async def _new(principal: Principal, request: _NewInterview, expires_at: datetime) -> Interview:
    position = await find_position(principal.organization_id, request.position_key)
    if position is None:
        raise BadInput("positionKey is unknown: the query positions lists the keys of your organization.", field="positionKey")
    if position.archived:
        raise Conflict("The position is archived: choose another, or save it again with archived false.", field="positionKey")
    name, address = request.candidate_name, request.candidate_email
    return Interview(
        organization_id=PydanticObjectId(principal.organization_id),
        status=InterviewStatus.SCHEDULED,
        channel=request.channel,
        language=_language_of(position, request.language),
        candidate=Candidate(name=name, email=address, experience=request.experience),
        candidate_order=_order_of(name),
        name_terms=search_terms(name),
        email_terms=search_terms(name, address),
        resume=request.resume,
        job_description=request.job_description,
        external_id=request.external_id,
        position=PositionRef(
            id=PydanticObjectId(position.id),
            key=position.key,
            version=position.version,
            title=position.title,
            limit_minutes=position.limit_minutes,
            questions=len(position.questions),
        ),
        expires_at=expires_at,
    )


async def _create(interview: Interview, call: Once) -> Interview:
    interview.id = PydanticObjectId(await call.claim(ObjectId()))
    return await create(interview)


def _language_of(position: Position, asked: str | None) -> str:
    if asked is None:
        return position.language
    if primary_language(asked) != primary_language(position.language):
        raise BadInput(
            f"language must be the position's, {position.language}: send that, none, or the key of a position in your language.",
            field="language",
        )
    return asked


def _order_of(name: str) -> str:
    # as people look it up: Åsa beside Asa
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
