"""Authentication of callers, and the permissions of each role.

A caller uses an API key (`viva_…`), a session (the cookie of api.session_cookies) or a candidate's token, which is for one
interview. Invites, candidates' tokens, erasure receipts and links to recordings and reports are signed with the same secret; each
has its own audience, so that none is accepted as another.
"""

import base64
import hashlib
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import jwt
from bson import ObjectId
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

import settings
from errors import Forbidden, NotFound, Unauthenticated, Unavailable
from models.documents.interview import Interview, get_organization_interview
from models.documents.member import Member
from models.documents.member_invitation import MemberInvitation
from models.documents.organization import KEY_PREFIX, ApiKey, IdentityProvider, Role, find_organization_of_program
from models.documents.turn import AccessOrigin
from models.reads.closed_organizations import RECHECK_AGE_SECONDS
from models.reads.credentials import AccessState, CredentialReader, SessionAccess
from models.reads.interview_row import InterviewRow
from models.storage.clock import now
from models.writes.member_identity import recognize_member
from oidc import IdentityProviders, read_audiences, read_unverified_claims, read_verified_email

_MAX_TIMESTAMP = datetime.max.replace(tzinfo=UTC).timestamp() - 1
"""The latest time that a token may name; a later one could not be stored."""


class Action(StrEnum):
    """An action that the API authorizes; the value completes the sentence "role X may not …"."""

    READ_INTERVIEW = "read interviews"
    """State, progress, times, consent and transcript, and their live streams."""
    LIST_INTERVIEWS = "list interviews"
    READ_CANDIDATE = "read who the candidate is"
    READ_EMAIL = "read candidates' emails"
    READ_REFERENCES = "read references and details of an interview"
    """The fields externalId, endDetail, url, latency and candidatePresent."""
    READ_POSITION = "read positions"
    """All of a position but title, language and limit, which every reader of the interview may read."""
    READ_QUESTIONS = "read questions and criteria"
    READ_EVALUATION = "read evaluations, scores and decisions"
    READ_RAW_JUDGEMENT = "read the raw answers of the judge"
    READ_RECORDING = "read recordings"
    START_INTERVIEW = "start interviews"
    SCHEDULE_INTERVIEW = "schedule interviews"
    RENEW_INVITE = "renew invites"
    SEND_MESSAGE = "write as the candidate"
    SIGNAL_INTERVIEWER = "signal the interviewer as the candidate"
    CORRECT_TURN = "correct the candidate's turns"
    END_INTERVIEW = "end interviews"
    REOPEN_INTERVIEW = "reopen interviews"
    CANCEL_INTERVIEW = "cancel interviews"
    EVALUATE_INTERVIEW = "ask for evaluations"
    REVIEW_EVALUATION = "review evaluations"
    SAVE_POSITION = "save positions"
    START_TRY_OUT = "try out positions"
    ERASE_INTERVIEW = "erase interviews"
    READ_LEGAL_HOLD = "read legal holds"
    SET_LEGAL_HOLD = "set or release legal holds"
    READ_RETENTION_POLICY = "read the retention policy"
    UPDATE_RETENTION_POLICY = "update the retention policy"
    READ_ORGANIZATION_USAGE = "read what the organization uses"
    READ_DECISION_RECORDS = "read the records of erased interviews"
    SET_DEMOGRAPHICS = "store demographic data"
    ANALYZE_IMPACT = "analyze impact"
    UPDATE_NOTICE = "update the notice for candidates"
    UPDATE_ORGANIZATION = "update the organization"
    """Name, contact and logo."""
    WITHDRAW_CONSENT = "withdraw a candidate's consent"
    REQUEST_ACCOMMODATION = "make a candidate's requests"
    MANAGE_KEYS = "manage API keys"
    MANAGE_MEMBERS = "manage members"
    MANAGE_WEBHOOKS = "manage webhooks"
    READ_AUDIT_LOG = "read the audit log"
    READ_TRACE = "read traces"
    READ_REQUESTS = "read candidates' requests"
    """Requests, accommodations and the reason of a withdrawal, which may be about health."""
    RESOLVE_REQUEST = "answer candidates' requests"
    WRITE_NOTE = "write notes about interviews"
    DELETE_ANY_NOTE = "delete notes of other people"


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated caller. Candidates have `interview_id` and `generation`, members `member_id`, and API keys `key_id`."""

    organization_id: ObjectId
    role: Role
    name: str
    caller: str
    """Stable identity for idempotency keys: key:<caller_id>, member:<id> or candidate:<interview id>."""
    interview_id: ObjectId | None = None
    generation: int | None = None
    expires_at: datetime | None = None
    key_id: ObjectId | None = None
    caller_id: ObjectId | None = None
    """Id of the person: of the member or of an API key's caller, which rotations of the key do not change."""
    origin: AccessOrigin | None = None
    """How a candidate's token was obtained; None for API keys, and for tokens that do not say."""
    issued_to: ObjectId | None = None
    """Id of the API key that got a candidate's token from startInterview."""
    issued_to_member: ObjectId | None = None
    """Id of the member who got a candidate's token from startInterview."""
    permissions: frozenset[Action] | None = None
    """The only actions that the key may be used for; None for all of its role."""
    member_id: ObjectId | None = None
    session_id: ObjectId | None = None
    """Id of the session, for a member or for an API key with which a person has signed in."""

    @property
    def scope(self) -> "Principal":
        """Return the caller without its identity: equal for all callers that may read the same."""
        return replace(
            self,
            name="",
            caller="",
            generation=None,
            expires_at=None,
            key_id=None,
            caller_id=None,
            origin=None,
            issued_to=None,
            issued_to_member=None,
            member_id=None,
            session_id=None,
        )


_STAFF_ACTIONS = frozenset(Action) - {Action.SEND_MESSAGE, Action.SIGNAL_INTERVIEWER, Action.CORRECT_TURN}
_ADMIN_ACTIONS = frozenset(
    {
        Action.ERASE_INTERVIEW,
        Action.UPDATE_NOTICE,
        Action.UPDATE_ORGANIZATION,
        Action.READ_RAW_JUDGEMENT,
        Action.SET_LEGAL_HOLD,
        Action.UPDATE_RETENTION_POLICY,
        Action.READ_DECISION_RECORDS,
        Action.ANALYZE_IMPACT,
        Action.MANAGE_KEYS,
        Action.MANAGE_MEMBERS,
        Action.MANAGE_WEBHOOKS,
        Action.READ_AUDIT_LOG,
        Action.READ_TRACE,
        Action.DELETE_ANY_NOTE,
    }
)
_ACTION_NAMES = frozenset(Action.__members__)
_DECIDER_ACTIONS = frozenset(
    {
        Action.REVIEW_EVALUATION,
        Action.SAVE_POSITION,
        Action.START_TRY_OUT,
        Action.READ_LEGAL_HOLD,
        Action.READ_REQUESTS,
        Action.RESOLVE_REQUEST,
        Action.REOPEN_INTERVIEW,
        Action.READ_ORGANIZATION_USAGE,
        Action.WRITE_NOTE,
    }
)
"""Actions of people, which programs may not perform."""

PERMISSIONS: Mapping[Role, frozenset[Action]] = {
    Role.ADMIN: _STAFF_ACTIONS,
    Role.RECRUITER: _STAFF_ACTIONS - _ADMIN_ACTIONS,
    Role.INTEGRATION: _STAFF_ACTIONS - _ADMIN_ACTIONS - _DECIDER_ACTIONS,
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
    # resolvers.scope limits this to the interview of the token
    Role.CANDIDATE: frozenset(
        {
            Action.READ_INTERVIEW,
            Action.SEND_MESSAGE,
            Action.END_INTERVIEW,
            Action.CORRECT_TURN,
            Action.WITHDRAW_CONSENT,
            Action.REQUEST_ACCOMMODATION,
            Action.READ_REQUESTS,
            Action.SIGNAL_INTERVIEWER,
        }
    ),
}


def has_permission(principal: Principal, action: Action) -> bool:
    """Return whether the caller's role may perform the action."""
    return action in PERMISSIONS[principal.role] and (principal.permissions is None or action in principal.permissions)


def require_permission(principal: Principal, action: Action, *, field: str | None = None) -> None:
    """Raise Forbidden unless the caller's role may perform the action. `field` is the path of the input that needs it."""
    if has_permission(principal, action):
        return
    prefix = f"{field}: " if field else ""
    if action in PERMISSIONS[principal.role]:
        raise Forbidden(f"{prefix}this key may not {action}: use one with the permission {action.name}.", field=field)
    roles = [role for role, actions in PERMISSIONS.items() if action in actions]
    remedy = (
        "only the candidate's own token may"
        if roles == [Role.CANDIDATE]
        else f"use a key of role {' or '.join(role for role in roles if role is not Role.CANDIDATE)}"
    )
    raise Forbidden(f"{prefix}role {principal.role} may not {action}: {remedy}.", field=field)


async def authenticate(token: str, auth: settings.AuthSettings, credentials: CredentialReader) -> Principal:
    """Return the caller that a bearer token identifies.

    Raises Unauthenticated if the token is invalid, expired, revoked or replaced, or its organization is closed.
    """
    principal = await _identify(token, auth, credentials)
    _check_open(principal, await credentials.closed_organizations.read_ids())
    return principal


async def _identify(token: str, auth: settings.AuthSettings, credentials: CredentialReader) -> Principal:
    if token.startswith(KEY_PREFIX):
        return await _authenticate_key(token, credentials)
    claims = _decode_token(token, Audience.CANDIDATE, auth)
    if claims is None:
        raise Unauthenticated("The token is invalid or has expired: send an API key, or join again with the invite.")
    interview = await _load_joined_interview(ObjectId(claims["org"]), ObjectId(claims["sub"]), claims["gen"])
    return replace(
        build_candidate_principal(interview, datetime.fromtimestamp(claims["exp"], UTC)),
        origin=AccessOrigin(claims["via"]) if "via" in claims else None,
        issued_to=ObjectId(claims["key"]) if "key" in claims else None,
        issued_to_member=ObjectId(claims["member"]) if "member" in claims else None,
    )


async def authenticate_program(token: str, issuer: str, providers: IdentityProviders) -> Principal:
    """Return the member that a token identifies, which the identity provider of the organization has issued to a program.

    `issuer` is the token's, unverified. Raises Unauthenticated, also if the organization is closed, or Unavailable if the
    provider's keys cannot be read.
    """
    audiences = read_audiences(read_unverified_claims(token) or {})
    organization = await find_organization_of_program(issuer, audiences)
    if organization is None or organization.identity_provider is None or organization.identity_provider.audience is None:
        raise Unauthenticated("The token is of an issuer or for an audience that no organization has: send an API key.")
    if organization.closed_at is not None:
        raise _closed_organization_error()
    provider = organization.identity_provider
    claims = await providers.verify(token, issuer, organization.identity_provider.audience)
    email, is_permitted = read_permitted_email(claims, provider)
    member = await recognize_member(organization.id, issuer, claims["sub"], email) if is_permitted else None
    if member is None:
        raise Unauthenticated("The token's subject is no member of the organization: ask an administrator for an invitation.")
    principal = build_member_principal(member, datetime.fromtimestamp(min(int(claims["exp"]), _MAX_TIMESTAMP), UTC))
    _check_open(principal, [organization.id] if organization.closed_at else [])
    return principal


def read_permitted_email(claims: Mapping[str, Any], provider: IdentityProvider) -> tuple[str | None, bool]:
    """Return the verified email in the claims, if there is one, and whether the organization admits people with it.

    Without a verified email, only those are admitted whose identity is known already.
    """
    email = read_verified_email(claims, provider.verified_claim)
    is_permitted = email is None or not provider.email_domains or email.rpartition("@")[2] in provider.email_domains
    return email, is_permitted


async def authenticate_session(secret: str, credentials: CredentialReader) -> Principal:
    """Return the caller that the secret of a session identifies.

    Raises Unauthenticated if the session has ended or the organization is closed.
    """
    access = await credentials.find_session_by_secret(secret) if secret.isascii() else None
    if access is None:
        raise _ended_session_error()
    principal = build_session_principal(access)
    _check_open(principal, await credentials.closed_organizations.read_ids())
    return principal


def build_session_principal(access: SessionAccess) -> Principal:
    """Return the caller of a session, who may do what the member or the API key may do."""
    if access.member is not None:
        return build_member_principal(access.member, access.expires_at, access.session_id)
    if access.key is None:
        raise _ended_session_error()
    return replace(_build_key_principal(access.key), expires_at=access.expires_at, session_id=access.session_id)


def build_member_principal(member: Member, expires_at: datetime, session_id: ObjectId | None = None) -> Principal:
    """Return a member, who was authenticated until `expires_at`, as a caller."""
    return Principal(
        organization_id=member.organization_id,
        role=member.role,
        name=member.name,
        caller=f"member:{member.id}",
        expires_at=expires_at,
        caller_id=member.id,
        member_id=member.id,
        session_id=session_id,
    )


def build_candidate_principal(interview: Interview, expires_at: datetime | None = None) -> Principal:
    """Return the interview's candidate, who was authenticated by a token or by the invite, as a caller."""
    return Principal(
        organization_id=interview.owner_id,
        role=Role.CANDIDATE,
        name=interview.candidate.name if interview.candidate else "",
        caller=f"candidate:{interview.id}",
        interview_id=interview.id,
        generation=interview.invite_generation,
        expires_at=expires_at,
        origin=AccessOrigin.INVITE,
    )


async def recheck(principal: Principal, credentials: CredentialReader) -> None:
    """Verify again that an authenticated caller still has the same access.

    Raises Unauthenticated if not, and Unavailable if the member has another role: a client that reconnects gets that one.
    """
    check_expiry(principal)
    if principal.session_id is not None:
        access = await credentials.find_session_by_id(principal.session_id)
        if access is None:
            raise _ended_session_error()
        _check_role(principal, access.member)
    elif principal.member_id is not None:
        member = await credentials.find_member(principal.member_id)
        if member is None:
            raise Unauthenticated("You are no longer a member of the organization: ask an administrator for an invitation.")
        _check_role(principal, member)
    elif principal.key_id is not None and await credentials.find_key_by_id(principal.key_id) is None:
        raise _invalid_key_error()
    if principal.interview_id is not None:
        access_state = await credentials.read_access_state(principal.interview_id)
        if access_state is None or not _grants_access(access_state, principal.generation):
            raise _replaced_access_error()
    _check_open(principal, await credentials.closed_organizations.read_ids(RECHECK_AGE_SECONDS))


def _check_open(principal: Principal, closed: Collection[ObjectId]) -> None:
    """Raise Unauthenticated if the caller's organization is one of the closed ones."""
    if principal.organization_id not in closed:
        return
    if principal.role is Role.CANDIDATE:
        raise Unauthenticated("The organization has closed its interviews: write to the organization that invited you.")
    raise _closed_organization_error()


def _closed_organization_error() -> Unauthenticated:
    return Unauthenticated("The organization is closed, and none of its credentials works: ask the operator of this deployment.")


def _check_role(principal: Principal, member: Member | None) -> None:
    if member is not None and member.role is not principal.role:
        raise Unavailable("Your role has changed: connect again.", retry_after_seconds=1)


def check_expiry(principal: Principal) -> None:
    """Raise Unauthenticated if the caller's access has expired."""
    if principal.expires_at is not None and principal.expires_at <= now():
        raise Unauthenticated("Your access has expired: sign in or join again.")


def check_candidate_access(principal: Principal, interview: Interview | AccessState) -> None:
    """Raise Unauthenticated for a candidate whose invite was replaced or whose interview was erased."""
    if principal.role is Role.CANDIDATE and not _grants_access(interview, principal.generation):
        raise _replaced_access_error()


async def _authenticate_key(secret: str, credentials: CredentialReader) -> Principal:
    key = await credentials.find_key_by_secret(secret) if secret.isascii() else None
    if key is None:
        raise _invalid_key_error()
    return _build_key_principal(key)


def _build_key_principal(key: ApiKey) -> Principal:
    return Principal(
        organization_id=key.organization_id,
        role=key.role,
        name=key.name,
        caller=f"key:{key.caller_id or key.id}",
        expires_at=key.expires_at,
        key_id=key.id,
        caller_id=key.caller_id or key.id,
        # an action of a later version, which this process does not know, is granted by none of its fields
        permissions=None
        if key.permissions is None
        else frozenset(Action[name] for name in key.permissions if name in _ACTION_NAMES),
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


def _ended_session_error() -> Unauthenticated:
    return Unauthenticated("Your session has ended: sign in again.")


def _replaced_access_error() -> Unauthenticated:
    return Unauthenticated("This access has been replaced or withdrawn: join again with the newest invite.")


# --- signed tokens


class Audience(StrEnum):
    """Purpose of a signed token."""

    INVITE = "viva:invite"
    CANDIDATE = "viva:candidate"
    RECEIPT = "viva:receipt"
    PLAYBACK = "viva:playback"
    REPORT = "viva:report"
    MEMBER_LINK = "viva:member-link"
    SIGN_IN = "viva:sign-in"


def issue_candidate_token(
    interview: Interview,
    auth: settings.AuthSettings,
    origin: AccessOrigin = AccessOrigin.INVITE,
    issued_to: Principal | None = None,
) -> tuple[str, datetime]:
    """Return a candidate's token for this interview and its expiry, in whole seconds.

    The token says how it was obtained and, for one from startInterview, which API key or member got it (`issued_to`).
    """
    owner = {"key": issued_to.key_id, "member": issued_to.member_id} if issued_to else {}
    issued_at = now().replace(microsecond=0)
    expires_at = issued_at + timedelta(minutes=auth.access_minutes)
    claims = {
        "sub": str(interview.id),
        "org": str(interview.owner_id),
        "gen": interview.invite_generation,
        "via": origin,
        **{name: str(owner_id) for name, owner_id in owner.items() if owner_id},
        "iat": issued_at,
        "exp": expires_at,
    }
    return sign(claims, Audience.CANDIDATE, auth), expires_at


def issue_invite_token(interview: Interview | InterviewRow, auth: settings.AuthSettings) -> str:
    """Return the invite of the interview's current generation, the same token each time. Interview.expires_at ends it."""
    return sign({"sub": str(interview.id), "gen": interview.invite_generation}, Audience.INVITE, auth)


def decode_invite_token(token: str, auth: settings.AuthSettings) -> tuple[ObjectId, int]:
    """Return the interview id and generation of an invite. Raises NotFound if the invite is invalid."""
    claims = _decode_token(token, Audience.INVITE, auth)
    if claims is None:
        raise unknown_invite_error()
    return ObjectId(claims["sub"]), claims["gen"]


def unknown_invite_error() -> NotFound:
    """Return the error for every invite that is invalid, replaced or of an erased interview."""
    return NotFound("This invite is not valid: open the newest link that you were sent, or ask for a new one.")


def issue_member_link_token(invitation: MemberInvitation, auth: settings.AuthSettings) -> str:
    """Return the token of a member's link, the same each time. The stored invitation says whether it works."""
    return sign({"sub": str(invitation.id)}, Audience.MEMBER_LINK, auth)


def decode_member_link_token(token: str, auth: settings.AuthSettings) -> ObjectId | None:
    """Return the invitation's id, or None if the token is invalid."""
    claims = _decode_token(token, Audience.MEMBER_LINK, auth)
    return ObjectId(claims["sub"]) if claims else None


def decode_sign_in_token(token: str, auth: settings.AuthSettings) -> dict[str, Any] | None:
    """Return the claims of a sign-in that this deployment has begun, or None if it is invalid or has expired."""
    return _decode_token(token, Audience.SIGN_IN, auth)


def issue_playback_token(recording_id: str, minutes: int, auth: settings.AuthSettings) -> str:
    """Return a token whose bearer may play this recording for that many minutes."""
    return sign({"sub": recording_id, "exp": now() + timedelta(minutes=minutes)}, Audience.PLAYBACK, auth)


def check_playback_token(token: str, recording_id: str, auth: settings.AuthSettings) -> None:
    """Raise Forbidden if the token is invalid, expired, or for another recording."""
    claims = _decode_token(token, Audience.PLAYBACK, auth)
    if claims is None or claims["sub"] != recording_id:
        raise Forbidden("This link is invalid or has expired: query the recording's url again.")


def issue_report_token(subject: str, minutes: int, auth: settings.AuthSettings) -> str:
    """Return a token whose bearer may read this document about an evaluation for that many minutes."""
    return sign({"sub": subject, "exp": now() + timedelta(minutes=minutes)}, Audience.REPORT, auth)


def check_report_token(token: str, subject: str, auth: settings.AuthSettings) -> None:
    """Raise Forbidden if the token is invalid, expired, or for another document."""
    claims = _decode_token(token, Audience.REPORT, auth)
    if claims is None or claims["sub"] != subject:
        raise Forbidden("This link is invalid or has expired: query it on the evaluation again.")


def sign(claims: Mapping[str, Any], audience: Audience, auth: settings.AuthSettings) -> str:
    """Return a JWT (HS256) with these claims; the same claims and secret give the same token."""
    secret = signing_key(auth)
    return jwt.encode({"aud": audience, **claims}, secret, algorithm="HS256", headers={"kid": derive_key_id(secret)})


def _decode_token(token: str, audience: Audience, auth: settings.AuthSettings) -> dict[str, Any] | None:
    secrets = verification_keys(auth)
    # PyJWT encodes the token first: a lone surrogate would raise UnicodeEncodeError
    if not token.isascii():
        return None
    try:
        key_id = jwt.get_unverified_header(token).get("kid")
    except jwt.PyJWTError:
        return None
    for secret in secrets:
        if key_id in (None, derive_key_id(secret)):
            with suppress(jwt.PyJWTError):
                return jwt.decode(token, secret, algorithms=["HS256"], audience=audience, options={"require": ["sub", "aud"]})
    return None


def signing_key(auth: settings.AuthSettings) -> str:
    """Return the secret for signing. Raises RuntimeError if it is too short."""
    return auth.list_secrets()[0]


def verification_keys(auth: settings.AuthSettings) -> list[str]:
    """Return the secrets whose signatures are valid, the one that signs first. Raises RuntimeError if that is too short."""
    return auth.list_secrets()


def derive_key_id(secret: str) -> str:
    """Return the `kid` of tokens that the secret signs."""
    return hashlib.sha256(f"viva kid {secret}".encode()).hexdigest()[:16]


# --- secrets at rest


def encrypt_secret(secret: str, auth: settings.AuthSettings) -> str:
    """Return the secret, encrypted with a key that is derived from AUTH_SECRET."""
    return _build_cipher(auth).encrypt(secret.encode()).decode()


def decrypt_secret(encrypted: str, auth: settings.AuthSettings) -> str | None:
    """Return the secret, or None if it was encrypted with neither AUTH_SECRET nor one of AUTH_PREVIOUS_SECRETS."""
    try:
        return _build_cipher(auth).decrypt(encrypted).decode()
    except InvalidToken:
        return None


def is_encrypted_by_an_earlier_secret(encrypted: str, auth: settings.AuthSettings) -> bool:
    """Return whether the secret has to be encrypted again before that earlier secret is removed from the settings."""
    return decrypt_secret(encrypted, auth.model_copy(update={"previous_secrets": []})) is None


def _build_cipher(auth: settings.AuthSettings) -> MultiFernet:
    return MultiFernet([Fernet(_derive_storage_key(secret)) for secret in auth.list_secrets()])


def _derive_storage_key(secret: str) -> bytes:
    key = HKDF(SHA256(), length=32, salt=None, info=b"viva secrets at rest").derive(secret.encode())
    return base64.urlsafe_b64encode(key)
