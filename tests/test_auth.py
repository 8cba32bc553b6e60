"""Authentication, signed tokens and the permissions of each role."""

from collections.abc import Set
from datetime import timedelta

import jwt
import pytest
from beanie import PydanticObjectId
from bson import ObjectId

import settings
from auth import (
    PERMISSIONS,
    Action,
    Audience,
    Principal,
    authenticate,
    decode_invite_token,
    decrypt_secret,
    derive_key_id,
    encrypt_secret,
    has_permission,
    is_encrypted_by_an_earlier_secret,
    issue_candidate_token,
    issue_invite_token,
    recheck,
    require_permission,
    sign,
)
from errors import Forbidden, NotFound, Unauthenticated
from models.documents.organization import Role, create_key, ensure_organization, revoke_key
from models.reads.credentials import CredentialReader
from models.storage.clock import now
from models.writes.interview_erasure import mark_erased
from models.writes.interview_transitions import reschedule_interview
from tests.factories import make_interview
from tests.resolvers.tenant import ORGANIZATION_ROLES, STAFF

pytestmark = pytest.mark.usefixtures("database")

AUTH_SETTINGS = settings.AuthSettings(secret="a secret of more than thirty-two characters")
CREDENTIALS = CredentialReader()
OTHER_AUTH_SETTINGS = settings.AuthSettings(secret="another secret of more than thirty-two characters")


async def make_organization() -> PydanticObjectId:
    organization, _ = await ensure_organization(f"organization {ObjectId()}")
    assert organization.id
    return organization.id


async def test_key_authenticates_as_its_organization_and_role() -> None:
    organization_id = await make_organization()
    key, secret = await create_key(organization_id, Role.RECRUITER, "the ATS")
    principal = await authenticate(secret, AUTH_SETTINGS, CREDENTIALS)
    expected = Principal(organization_id, Role.RECRUITER, "the ATS", f"key:{key.id}", key_id=key.id, caller_id=key.id)
    assert principal == expected
    await recheck(principal, CREDENTIALS)


@pytest.mark.parametrize(
    "secret", ["", "viva_", "viva_guessed", "viva_\udcff", "viva_é", "\udcff", "é.é.é", "x.y.z", "a" * 10_000]
)
async def test_invalid_token_is_unauthenticated(secret: str) -> None:
    with pytest.raises(Unauthenticated):
        await authenticate(secret, AUTH_SETTINGS, CREDENTIALS)


async def test_revoked_key_fails_authentication_and_recheck() -> None:
    key, secret = await create_key(await make_organization(), Role.ADMIN, "lost")
    principal = await authenticate(secret, AUTH_SETTINGS, CREDENTIALS)
    assert key.id
    await revoke_key(key.id)
    with pytest.raises(Unauthenticated, match="revoked"):
        await authenticate(secret, AUTH_SETTINGS, CREDENTIALS)
    with pytest.raises(Unauthenticated, match="revoked"):
        await recheck(principal, CREDENTIALS)


async def test_expired_key_is_unauthenticated() -> None:
    _, secret = await create_key(await make_organization(), Role.ADMIN, "old", now() - timedelta(seconds=1))
    with pytest.raises(Unauthenticated):
        await authenticate(secret, AUTH_SETTINGS, CREDENTIALS)


async def test_key_that_expires_fails_the_recheck() -> None:
    _, secret = await create_key(await make_organization(), Role.ADMIN, "short", now() + timedelta(hours=1))
    principal = await authenticate(secret, AUTH_SETTINGS, CREDENTIALS)
    assert principal.expires_at
    stale = Principal(
        principal.organization_id, principal.role, principal.name, principal.caller, expires_at=now(), key_id=principal.key_id
    )
    with pytest.raises(Unauthenticated, match="expired"):
        await recheck(stale, CREDENTIALS)


async def test_candidate_token_authenticates_for_one_interview() -> None:
    interview = await make_interview()
    token, expires_at = issue_candidate_token(interview, AUTH_SETTINGS)
    principal = await authenticate(token, AUTH_SETTINGS, CREDENTIALS)
    assert (principal.role, principal.interview_id, principal.organization_id, principal.name) == (
        Role.CANDIDATE,
        interview.id,
        interview.organization_id,
        "Ada Lovelace",
    )
    assert principal.expires_at == expires_at
    assert timedelta(minutes=239) < expires_at - now() <= timedelta(minutes=240)
    await recheck(principal, CREDENTIALS)


async def test_candidate_token_expires() -> None:
    interview = await make_interview()
    claims = {"sub": str(interview.id), "org": str(interview.organization_id), "gen": 1, "exp": now() - timedelta(seconds=1)}
    with pytest.raises(Unauthenticated, match="join again"):
        await authenticate(sign(claims, Audience.CANDIDATE, AUTH_SETTINGS), AUTH_SETTINGS, CREDENTIALS)


async def test_renewed_invite_revokes_older_access() -> None:
    interview = await make_interview()
    token, _ = issue_candidate_token(interview, AUTH_SETTINGS)
    principal = await authenticate(token, AUTH_SETTINGS, CREDENTIALS)
    await reschedule_interview(interview.id, ObjectId(), None, interview.expires_at)
    with pytest.raises(Unauthenticated, match="newest invite"):
        await authenticate(token, AUTH_SETTINGS, CREDENTIALS)
    with pytest.raises(Unauthenticated, match="newest invite"):
        await recheck(principal, CREDENTIALS)


async def test_erasure_revokes_candidate_access() -> None:
    interview = await make_interview()
    token, _ = issue_candidate_token(interview, AUTH_SETTINGS)
    await mark_erased(interview.id)
    with pytest.raises(Unauthenticated):
        await authenticate(token, AUTH_SETTINGS, CREDENTIALS)


async def test_token_of_another_audience_is_rejected() -> None:
    interview = await make_interview()
    access, _ = issue_candidate_token(interview, AUTH_SETTINGS)
    invite = issue_invite_token(interview, AUTH_SETTINGS)
    receipt = sign({"sub": str(interview.id), "org": str(interview.organization_id), "gen": 1}, Audience.RECEIPT, AUTH_SETTINGS)
    for token in (invite, receipt):
        with pytest.raises(Unauthenticated):
            await authenticate(token, AUTH_SETTINGS, CREDENTIALS)
    for token in (access, receipt, "", "viva_x", "\udcff"):
        with pytest.raises(NotFound, match="newest link"):
            decode_invite_token(token, AUTH_SETTINGS)


async def test_token_with_another_or_no_signature_is_rejected() -> None:
    interview = await make_interview()
    claims = {"sub": str(interview.id), "org": str(interview.organization_id), "gen": 1, "aud": Audience.CANDIDATE}
    unsigned = jwt.encode(claims, "", algorithm="none")
    for token in (issue_candidate_token(interview, OTHER_AUTH_SETTINGS)[0], unsigned):
        with pytest.raises(Unauthenticated):
            await authenticate(token, AUTH_SETTINGS, CREDENTIALS)


async def test_invite_is_stable_until_renewed() -> None:
    interview = await make_interview()
    assert issue_invite_token(interview, AUTH_SETTINGS) == issue_invite_token(interview, AUTH_SETTINGS)
    assert decode_invite_token(issue_invite_token(interview, AUTH_SETTINGS), AUTH_SETTINGS) == (interview.id, 1)
    renewed = await reschedule_interview(interview.id, ObjectId(), None, interview.expires_at)
    assert renewed
    assert decode_invite_token(issue_invite_token(renewed, AUTH_SETTINGS), AUTH_SETTINGS) == (interview.id, 2)


async def test_tokens_of_an_earlier_secret_are_valid_until_it_is_removed() -> None:
    interview = await make_interview()
    rotated = settings.AuthSettings(secret=OTHER_AUTH_SETTINGS.secret, previous_secrets=[AUTH_SETTINGS.secret])
    old_invite, (old_access, _) = issue_invite_token(interview, AUTH_SETTINGS), issue_candidate_token(interview, AUTH_SETTINGS)
    claims = {"sub": str(interview.id), "gen": 1, "aud": Audience.INVITE}
    without_key_id = jwt.encode(claims, AUTH_SETTINGS.secret.get_secret_value(), algorithm="HS256")
    for invite in (old_invite, without_key_id, issue_invite_token(interview, rotated)):
        assert decode_invite_token(invite, rotated) == (interview.id, 1)
    assert (await authenticate(old_access, rotated, CREDENTIALS)).interview_id == interview.id
    assert issue_invite_token(interview, rotated) == issue_invite_token(interview, OTHER_AUTH_SETTINGS), "the newest one signs"
    for invite in (old_invite, without_key_id):
        with pytest.raises(NotFound, match="newest link"):
            decode_invite_token(invite, OTHER_AUTH_SETTINGS)
    forged = jwt.encode(claims, "f" * 40, algorithm="HS256", headers={"kid": derive_key_id("f" * 40)})
    with pytest.raises(NotFound, match="newest link"):
        decode_invite_token(forged, rotated)


async def test_signing_requires_a_long_secret() -> None:
    interview = await make_interview()
    for secret in ("", "short"):
        with pytest.raises(RuntimeError, match="AUTH_SECRET"):
            issue_invite_token(interview, settings.AuthSettings(secret=secret))


def new_principal(role: Role) -> Principal:
    return Principal(ObjectId(), role, "somebody", "key:1")


ROLES_BY_ACTION: dict[Action, Set[Role]] = {
    Action.READ_INTERVIEW: set(Role),
    Action.LIST_INTERVIEWS: ORGANIZATION_ROLES,
    Action.READ_CANDIDATE: ORGANIZATION_ROLES,
    Action.READ_EMAIL: STAFF,
    Action.READ_REFERENCES: ORGANIZATION_ROLES,
    Action.READ_POSITION: ORGANIZATION_ROLES,
    Action.READ_QUESTIONS: ORGANIZATION_ROLES,
    Action.READ_EVALUATION: STAFF,
    Action.READ_RECORDING: STAFF,
    Action.START_INTERVIEW: STAFF,
    Action.SCHEDULE_INTERVIEW: STAFF,
    Action.RENEW_INVITE: STAFF,
    Action.REOPEN_INTERVIEW: {Role.ADMIN, Role.RECRUITER},
    Action.SEND_MESSAGE: {Role.CANDIDATE},
    Action.SIGNAL_INTERVIEWER: {Role.CANDIDATE},
    Action.END_INTERVIEW: STAFF | {Role.CANDIDATE},
    Action.CANCEL_INTERVIEW: STAFF,
    Action.EVALUATE_INTERVIEW: STAFF,
    Action.REVIEW_EVALUATION: {Role.ADMIN, Role.RECRUITER},
    Action.SAVE_POSITION: {Role.ADMIN, Role.RECRUITER},
    Action.START_TRY_OUT: {Role.ADMIN, Role.RECRUITER},
    Action.READ_RAW_JUDGEMENT: {Role.ADMIN},
    Action.ERASE_INTERVIEW: {Role.ADMIN},
    Action.READ_LEGAL_HOLD: {Role.ADMIN, Role.RECRUITER},
    Action.SET_LEGAL_HOLD: {Role.ADMIN},
    Action.READ_RETENTION_POLICY: STAFF,
    Action.UPDATE_RETENTION_POLICY: {Role.ADMIN},
    Action.READ_ORGANIZATION_USAGE: {Role.ADMIN, Role.RECRUITER},
    Action.READ_DECISION_RECORDS: {Role.ADMIN},
    Action.SET_DEMOGRAPHICS: STAFF,
    Action.ANALYZE_IMPACT: {Role.ADMIN},
    Action.UPDATE_NOTICE: {Role.ADMIN},
    Action.UPDATE_ORGANIZATION: {Role.ADMIN},
    Action.MANAGE_KEYS: {Role.ADMIN},
    Action.MANAGE_MEMBERS: {Role.ADMIN},
    Action.MANAGE_WEBHOOKS: {Role.ADMIN},
    Action.READ_AUDIT_LOG: {Role.ADMIN},
    Action.READ_TRACE: {Role.ADMIN},
    Action.CORRECT_TURN: {Role.CANDIDATE},
    Action.WITHDRAW_CONSENT: STAFF | {Role.CANDIDATE},
    Action.REQUEST_ACCOMMODATION: STAFF | {Role.CANDIDATE},
    Action.READ_REQUESTS: {Role.ADMIN, Role.RECRUITER, Role.CANDIDATE},
    Action.RESOLVE_REQUEST: {Role.ADMIN, Role.RECRUITER},
    Action.WRITE_NOTE: {Role.ADMIN, Role.RECRUITER},
    Action.DELETE_ANY_NOTE: {Role.ADMIN},
}


@pytest.mark.parametrize("action", Action)
def test_each_action_is_permitted_for_its_roles_only(action: Action) -> None:
    assert {role for role in Role if has_permission(new_principal(role), action)} == ROLES_BY_ACTION[action]


def test_every_role_has_permissions() -> None:
    assert set(PERMISSIONS) == set(Role)


def test_forbidden_error_names_role_field_and_permitted_roles() -> None:
    with pytest.raises(Forbidden) as refused:
        require_permission(new_principal(Role.VIEWER), Action.READ_EVALUATION, field="filter.minScore")
    assert refused.value.field == "filter.minScore"
    assert str(refused.value) == (
        "filter.minScore: role VIEWER may not read evaluations, scores and decisions: "
        "use a key of role ADMIN or RECRUITER or INTEGRATION."
    )
    with pytest.raises(Forbidden, match="only the candidate's own token may"):
        require_permission(new_principal(Role.ADMIN), Action.SEND_MESSAGE)


def test_encrypted_secret_survives_a_rotation_until_the_earlier_secret_is_removed() -> None:
    encrypted = encrypt_secret("hush", AUTH_SETTINGS)
    rotated = OTHER_AUTH_SETTINGS.model_copy(update={"previous_secrets": [AUTH_SETTINGS.secret]})
    assert decrypt_secret(encrypted, rotated) == "hush"
    assert is_encrypted_by_an_earlier_secret(encrypted, rotated)
    assert not is_encrypted_by_an_earlier_secret(encrypt_secret("hush", rotated), rotated)
    assert decrypt_secret(encrypted, OTHER_AUTH_SETTINGS) is None
