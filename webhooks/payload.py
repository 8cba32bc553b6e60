"""The body of a webhook, and its signatures as specified by Standard Webhooks."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from standardwebhooks import Webhook

from models.documents.evaluation import Evaluation
from models.documents.interview import Interview
from models.documents.webhook import WebhookDelivery, WebhookEventType
from resolvers.changes import encode_change_number
from resolvers.ids import IdKind, encode_id

_OBJECT_KEYS = {
    WebhookEventType.EVALUATION_COMPLETED: ("evaluationId", IdKind.EVALUATION),
    WebhookEventType.EVALUATION_FAILED: ("evaluationId", IdKind.EVALUATION),
    WebhookEventType.EVALUATION_REVIEWED: ("evaluationId", IdKind.EVALUATION),
    WebhookEventType.RECORDING_COMPLETED: ("recordingId", IdKind.RECORDING),
    WebhookEventType.CANDIDATE_REQUEST: ("requestId", IdKind.REQUEST),
}
_DETAIL_KEYS = {WebhookEventType.INTERVIEW_IN_TROUBLE: "reason", WebhookEventType.INTERVIEW_ERASED: "scope"}


def build_message_id(delivery: WebhookDelivery) -> str:
    """Return the `webhook-id`, which is the same for every attempt and replay of the delivery."""
    return encode_id(IdKind.WEBHOOK_DELIVERY, delivery.id)


def build_body(delivery: WebhookDelivery, details: Mapping[str, Any] | None = None) -> bytes:
    """Return the body: JSON with the keys `type`, `timestamp` and `data`, with ids and no contents other than `details`."""
    data: dict[str, Any] = {
        "interviewId": encode_id(IdKind.INTERVIEW, delivery.interview_id),
        # greater for later changes of the organization
        "sequence": delivery.number,
        "cursor": encode_change_number(delivery.number, delivery.organization_id),
    }
    if delivery.object_id is not None and delivery.type in _OBJECT_KEYS:
        name, kind = _OBJECT_KEYS[delivery.type]
        data[name] = encode_id(kind, delivery.object_id)
    if delivery.seq is not None:
        data["questionSeq"] = delivery.seq
    if delivery.detail is not None and delivery.type in _DETAIL_KEYS:
        data[_DETAIL_KEYS[delivery.type]] = delivery.detail
    if details is not None:
        data["details"] = details
    return orjson.dumps({"type": delivery.type, "timestamp": delivery.occurred_at, "data": data}, option=orjson.OPT_UTC_Z)


def build_details(delivery: WebhookDelivery, interview: Interview | None, evaluation: Evaluation | None) -> dict[str, Any]:
    """Return what an endpoint with `include_details` gets besides ids, as it is now.

    Nothing once the interview is erased. No results once the transcript is erased or the consent withdrawn, nor in a blind
    review, because any reviewer may see what the receiver does with them.
    """
    if interview is None or interview.erased_at is not None:
        return {}
    details: dict[str, Any] = {
        "externalId": interview.external_id,
        "status": interview.status,
        "endReason": interview.end_reason,
    }
    if delivery.type is WebhookEventType.CANDIDATE_REQUEST and delivery.object_id is not None:
        request = next((each for each in interview.requests if each.id == delivery.object_id), None)
        details["requestKinds"] = request.kinds if request else []
    may_have_results = interview.has_transcript and not interview.is_consent_withdrawn and not interview.is_blind
    if evaluation is not None and may_have_results:
        if evaluation.outcome is not None:
            details |= {
                "score": evaluation.outcome.overall_score,
                "recommendation": evaluation.outcome.recommendation,
                "version": evaluation.version,
            }
        if delivery.type is WebhookEventType.EVALUATION_REVIEWED:
            details["decision"] = interview.decision
    return details


def build_headers(message_id: str, body: bytes, secrets: list[str], at: datetime) -> dict[str, str]:
    """Return the headers of a request. Each secret gives a signature, of which the receiver has to know one."""
    signatures = [Webhook(secret).sign(message_id, at.astimezone(UTC), body.decode()) for secret in secrets]
    return {
        "content-type": "application/json",
        "user-agent": "Viva-Webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
