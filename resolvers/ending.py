"""Ending, cancelling and erasing interviews. Each operation can be repeated safely."""

from datetime import UTC

from auth import Action, Audience, Principal, require_permission, sign
from lifecycle import states
from lifecycle.services import Services
from models.documents.interview import EndReason, Interview
from models.documents.organization import Role
from models.reads.interview_row import InterviewRow
from receipts import parse_signing_keys, sign_receipt
from resolvers.idempotency import idempotent
from resolvers.ids import IdKind, encode_id
from resolvers.input_text import clean_detail, clean_optional
from resolvers.interviews import load_interview


async def end_interview(services: Services, principal: Principal, interview_id: str, idempotency_key: str | None) -> Interview:
    """End the interview. One that has ended is returned unchanged. Raises NotFound, and Conflict if it was never opened."""
    require_permission(principal, Action.END_INTERVIEW)
    interview = await load_interview(principal, interview_id)
    await idempotent(services, principal, "endInterview", idempotency_key, interview_id).claim(interview.id)
    reason = EndReason.CANDIDATE_ENDED if principal.role is Role.CANDIDATE else EndReason.RECRUITER_ENDED
    return await states.end_interview(services, interview, reason)


async def cancel_interview(
    services: Services, principal: Principal, interview_id: str, reason: str | None, idempotency_key: str | None
) -> Interview:
    """Cancel an interview that has not begun. Repeating it does not change the reason. Raises NotFound, BadInput, Conflict."""
    require_permission(principal, Action.CANCEL_INTERVIEW)
    interview = await load_interview(principal, interview_id)
    reason = clean_optional(clean_detail, reason, "reason")
    call = idempotent(services, principal, "cancelInterview", idempotency_key, [interview_id, reason])
    await call.claim(interview.id)
    return await states.cancel_interview(services, interview, reason)


async def erase_interview(
    services: Services, principal: Principal, interview_id: str, idempotency_key: str | None
) -> tuple[Interview, str]:
    """Erase an interview permanently. Returns it with a signed receipt of when and how much was erased.

    Repeating it returns the same receipt. Raises NotFound, and Conflict if the interview is under a legal hold.
    """
    require_permission(principal, Action.ERASE_INTERVIEW)
    interview = await load_interview(principal, interview_id)
    await idempotent(services, principal, "eraseInterview", idempotency_key, interview_id).claim(interview.id)
    erased = await states.erase_interview(services, interview)
    return erased, sign_erasure_receipt(services, erased)


def build_erasure_receipt(services: Services, interview: Interview | InterviewRow) -> str | None:
    """Return the receipt of a completed erasure, signed with the first key of AUTH_SIGNING_KEY.

    Returns None if the interview is not erased, if data remain to be deleted, or without a key. It is signed when it is read: the
    same facts and key always give the same receipt.
    """
    erasure = interview.erasure
    keys = parse_signing_keys(services.settings.auth)
    if interview.erased_at is None or erasure is None or erasure.pending or not keys:
        return None
    completed_at = erasure.completed_at or interview.erased_at
    claims = {
        "iss": services.settings.api.public_url,
        "sub": encode_id(IdKind.INTERVIEW, interview.id),
        "organization": encode_id(IdKind.ORGANIZATION, interview.owner_id),
        "iat": int(completed_at.timestamp()),
        "erasedAt": interview.erased_at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "completedAt": completed_at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "turns": erasure.turns,
        "evaluations": erasure.evaluations,
        "recordings": erasure.recordings,
        "transcriptDigest": erasure.transcript_digest,
    }
    return sign_receipt(claims, keys[0])


def sign_erasure_receipt(services: Services, erased: Interview) -> str:
    """Return a signed receipt of when and how much was erased, whether or not the deletion is complete."""
    if erased.erased_at is None or erased.erasure is None:
        raise RuntimeError("the erased interview lacks its time of erasure or its counts")
    claims = {
        "sub": encode_id(IdKind.INTERVIEW, erased.id),
        "erasedAt": erased.erased_at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "turns": erased.erasure.turns,
        "evaluations": erased.erasure.evaluations,
        "recordings": erased.erasure.recordings,
    }
    return sign(claims, Audience.RECEIPT, services.settings.auth)
