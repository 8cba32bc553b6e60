"""Who is calling, and what each role may do.

A caller is an API key (`viva_…`) or a candidate, whose token is for one interview. Invites, candidates' tokens, receipts and
links to recordings are signed by the same secret; their audience keeps them apart, so none passes for another.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import jwt
from bson import ObjectId

import settings
from errors import Forbidden, NotFound, Unauthenticated
from models.documents.interview import Interview, get_organization_interview
from models.documents.organization import KEY_PREFIX, Role, find_key_by_id, find_key_by_secret
from models.reads.watermarks import AccessState, read_access_state
from models.storage.clock import now

MIN_SECRET_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Principal:
    """A verified caller. `interview_id` and `generation` are a candidate's, `key_id` is an API key's."""

    organization_id: ObjectId
    role: Role
    name: str
    caller: str
    """stable, for idempotency: key:<id> or candidate:<interview id>"""
    interview_id: ObjectId | None = None
    generation: int | None = None
    expires_at: datetime | None = None
    key_id: ObjectId | None = None

    @property
    def scope(self) -> "Principal":
        """What the caller may see, as a caller who is nobody in particular: equal for all who may see the same."""
        return replace(self, name="", caller="", generation=None, expires_at=None, key_id=None)


class Action(StrEnum):
    """What the API lets callers do; the value ends the sentence "role X may not …"."""

    READ_INTERVIEW = "read interviews"
    """state, progress, times, consent, transcript, and the live streams of these"""
    LIST_INTERVIEWS = "list interviews"
    READ_CANDIDATE = "read who the candidate is"
    READ_EMAIL = "read candidates' emails"
    READ_REFERENCES = "read references and details of an interview"
    """externalId, endDetail, url, latency"""
    READ_POSITION = "read positions"
    """all but title, language and limit, which everybody reads who may read the interview"""
    READ_QUESTIONS = "read questions and criteria"
    READ_EVALUATION = "read evaluations, scores and decisions"
    READ_RECORDING = "read recordings"
    START_INTERVIEW = "start interviews"
    SCHEDULE_INTERVIEW = "schedule interviews"
    RENEW_INVITE = "renew invites"
    SEND_MESSAGE = "write as the candidate"
    END_INTERVIEW = "end interviews"
    CANCEL_INTERVIEW = "cancel interviews"
    EVALUATE_INTERVIEW = "ask for evaluations"
    REVIEW_EVALUATION = "review evaluations"
    SAVE_POSITION = "save positions"
    ERASE_INTERVIEW = "erase interviews"


_STAFF_ACTIONS = frozenset(Action) - {Action.SEND_MESSAGE}

PERMISSIONS: Mapping[Role, frozenset[Action]] = {
    Role.ADMIN: _STAFF_ACTIONS,
    Role.RECRUITER: _STAFF_ACTIONS - {Action.ERASE_INTERVIEW},
    Role.INTEGRATION: _STAFF_ACTIONS - {Action.ERASE_INTERVIEW, Action.REVIEW_EVALUATION, Action.SAVE_POSITION},
    Role.VIEWER: frozenset(
        {
            Action.READ_INTERVIEW,
            Action.LIST_INTERVIEWS,
            Action.READ_CANDIDATE,
            Action.READ_REFERENCES,
            Action.READ_POSITION,
            Action.READ_QUESTIONS,
        }
    ),
    # scope.own_interview narrows it to the one interview of the token
    Role.CANDIDATE: frozenset({Action.READ_INTERVIEW, Action.SEND_MESSAGE, Action.END_INTERVIEW}),
}


def has_permission(principal: Principal, action: Action) -> bool:
    """Whether the caller's role may do this."""
    return action in PERMISSIONS[principal.role]


def require_permission(principal: Principal, action: Action, *, field: str | None = None) -> None:
    """Return if the caller's role may do this. Raises Forbidden, naming the input's `field` that asked for it."""
    if has_permission(principal, action):
        return
    roles = [role for role, actions in PERMISSIONS.items() if action in actions]
    remedy = (
        "only the candidate's own token may"
        if roles == [Role.CANDIDATE]
        else f"use a key of role {' or '.join(role for role in roles if role is not Role.CANDIDATE)}"
    )
    prefix = f"{field}: " if field else ""
    raise Forbidden(f"{prefix}role {principal.role} may not {action}: {remedy}.", field=field)


async def authenticate(token: str, auth: settings.AuthSettings) -> Principal:
    """The caller that a bearer token stands for. Raises Unauthenticated when it is false, expired, revoked or replaced."""
    if token.startswith(KEY_PREFIX):
        return await _authenticate_key(token)
    claims = _decode_token(token, Audience.CANDIDATE, auth)
    if claims is None:
        raise Unauthenticated("The token is not valid, or has expired: send an API key, or join again with the invite.")
    interview = await _load_joined_interview(ObjectId(claims["org"]), ObjectId(claims["sub"]), claims["gen"])
    return Principal(
        organization_id=interview.organization_id,
        role=Role.CANDIDATE,
        name=interview.candidate.name if interview.candidate else "",
        caller=f"candidate:{interview.id}",
        interview_id=interview.id,
        generation=interview.invite_generation,
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
    )


async def recheck(principal: Principal) -> None:
    """Look whether a caller that was verified earlier still has access. Raises Unauthenticated when not."""
    check_expiry(principal)
    if principal.key_id is not None and await find_key_by_id(principal.key_id) is None:
        raise _invalid_key_error()
    if principal.interview_id is not None:
        access_state = await read_access_state(principal.interview_id)
        if access_state is None or not _grants_access(access_state, principal.generation):
            raise _replaced_access_error()


def check_expiry(principal: Principal) -> None:
    """Refuse a caller whose access was given for a time that is over. Raises Unauthenticated."""
    if principal.expires_at is not None and principal.expires_at <= now():
        raise Unauthenticated("Your access has expired: sign in, or join, again.")


def check_candidate_access(principal: Principal, interview: Interview | AccessState) -> None:
    """Refuse a candidate whose invite was replaced, or whose interview was erased. Raises Unauthenticated."""
    if principal.role is Role.CANDIDATE and not _grants_access(interview, principal.generation):
        raise _replaced_access_error()


async def _authenticate_key(secret: str) -> Principal:
    key = await find_key_by_secret(secret) if secret.isascii() else None
    if key is None:
        raise _invalid_key_error()
    return Principal(
        organization_id=key.organization_id,
        role=key.role,
        name=key.name,
        caller=f"key:{key.id}",
        expires_at=key.expires_at,
        key_id=key.id,
    )


async def _load_joined_interview(organization_id: ObjectId, interview_id: ObjectId, generation: int | None) -> Interview:
    interview = await get_organization_interview(organization_id, interview_id)
    if interview is None or not _grants_access(interview, generation):
        raise _replaced_access_error()
    return interview


def _grants_access(interview: Interview | AccessState, generation: int | None) -> bool:
    return interview.erased_at is None and interview.invite_generation == generation


def _invalid_key_error() -> Unauthenticated:
    return Unauthenticated("The API key is unknown, expired or revoked: ask an administrator for a new one.")


def _replaced_access_error() -> Unauthenticated:
    return Unauthenticated("This access has been replaced or withdrawn: join again with the newest invite.")


# --- what is signed


class Audience(StrEnum):
    """What a signed token is for."""

    INVITE = "viva:invite"
    CANDIDATE = "viva:candidate"
    RECEIPT = "viva:receipt"
    PLAYBACK = "viva:playback"


def issue_candidate_token(interview: Interview, auth: settings.AuthSettings) -> tuple[str, datetime]:
    """A candidate's token for this interview, and when it ends (whole seconds)."""
    issued_at = now().replace(microsecond=0)
    expires_at = issued_at + timedelta(minutes=auth.access_minutes)
    claims = {
        "sub": str(interview.id),
        "org": str(interview.organization_id),
        "gen": interview.invite_generation,
        "iat": issued_at,
        "exp": expires_at,
    }
    return sign(claims, Audience.CANDIDATE, auth), expires_at


def issue_invite_token(interview: Interview, auth: settings.AuthSettings) -> str:
    """The invite of the interview's present generation: the same token each time. Interview.expires_at ends it."""
    return sign({"sub": str(interview.id), "gen": interview.invite_generation}, Audience.INVITE, auth)


def decode_invite_token(token: str, auth: settings.AuthSettings) -> tuple[ObjectId, int]:
    """Interview and generation of an invite. Raises NotFound when it is none of ours."""
    claims = _decode_token(token, Audience.INVITE, auth)
    if claims is None:
        raise unknown_invite_error()
    return ObjectId(claims["sub"]), claims["gen"]


def unknown_invite_error() -> NotFound:
    """The one answer for invites that are false, replaced, or of an erased interview."""
    return NotFound("There is no such invite: open the newest link that you were sent, or ask for a new one.")


def issue_playback_token(recording_id: str, minutes: int, auth: settings.AuthSettings) -> str:
    """A token by which whoever has it plays this recording, for so long."""
    return sign({"sub": recording_id, "exp": now() + timedelta(minutes=minutes)}, Audience.PLAYBACK, auth)


def check_playback_token(token: str, recording_id: str, auth: settings.AuthSettings) -> None:
    """Return if the token plays this recording. Raises Forbidden when it is false, expired, or another recording's."""
    claims = _decode_token(token, Audience.PLAYBACK, auth)
    if claims is None or claims["sub"] != recording_id:
        raise Forbidden("This link is not valid, or has expired: read the recording's url again.")


def sign(claims: Mapping[str, Any], audience: Audience, auth: settings.AuthSettings) -> str:
    """A JWT (HS256) of these claims; the same claims give the same token."""
    return jwt.encode({"aud": audience, **claims}, signing_key(auth), algorithm="HS256")


def _decode_token(token: str, audience: Audience, auth: settings.AuthSettings) -> dict[str, Any] | None:
    key = signing_key(auth)
    # PyJWT encodes the token before it looks at it: a lone surrogate would raise something else
    if not token.isascii():
        return None
    try:
        return jwt.decode(token, key, algorithms=["HS256"], audience=audience, options={"require": ["sub", "aud"]})
    except jwt.PyJWTError:
        return None


def signing_key(auth: settings.AuthSettings) -> str:
    """The secret that everything is signed with. Raises RuntimeError when it is too short to protect anything."""
    secret = auth.secret.get_secret_value()
    if len(secret) < MIN_SECRET_LENGTH:
        raise RuntimeError(f"AUTH_SECRET is missing or too short: set it to at least {MIN_SECRET_LENGTH} random characters.")
    return secret
