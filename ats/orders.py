"""The use cases of applicant tracking systems: listing tests, ordering an interview, and reading how it went."""

from collections.abc import Collection
from urllib.parse import urlsplit

from beanie import PydanticObjectId
from bson import ObjectId

from ats.port import Assessment, AtsAdapter, NewOrder, OrderResult, OrderState
from auth import Action, Principal, decrypt_secret, encrypt_secret, has_permission, require_permission
from errors import BadInput, Forbidden, NotFound
from lifecycle.services import Services
from models.documents.assessment_order import AssessmentOrder, add_order, delete_orders, find_newest_order, find_orders
from models.documents.interview import EvaluationStatus, Interview, InterviewStatus, get_organization_interview
from models.documents.organization import Role
from models.documents.turn import Channel
from models.documents.webhook import (
    SigningSecret,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEventType,
    find_organization_endpoint,
)
from models.reads.change_list import ChangeSelection, read_changes
from models.reads.pagination import MAX_PAGE_SIZE
from models.storage.clock import now
from models.writes.webhook_deliveries import add_delivery
from models.writes.webhook_endpoints import connect_integration, replace_integration_key, subscribe
from resolvers.ids import IdKind, build_not_found, decode_id, encode_id
from resolvers.positions import list_positions
from resolvers.starting import IfExists, ScheduleRequest, schedule_interview

EVENTS = (WebhookEventType.EVALUATION_COMPLETED, WebhookEventType.EVALUATION_FAILED)
"""The events after which an ATS is notified: from then on, people can judge the interview."""

_STATES = {
    InterviewStatus.SCHEDULED: OrderState.SCHEDULED,
    InterviewStatus.CANCELLED: OrderState.CANCELLED,
    InterviewStatus.EXPIRED: OrderState.EXPIRED,
    InterviewStatus.OPTED_OUT: OrderState.OPTED_OUT,
    InterviewStatus.FAILED: OrderState.FAILED,
}


def require_integration(principal: Principal) -> None:
    """Raise Forbidden unless the caller is a key of role INTEGRATION: its secret is stored, encrypted, for the notifications."""
    if principal.role is not Role.INTEGRATION or principal.key_id is None or principal.caller_id is None:
        raise Forbidden(
            f"An applicant tracking system needs an API key of role {Role.INTEGRATION}: this one has {principal.role}."
        )


async def list_assessments(principal: Principal) -> list[Assessment]:
    """Return the positions that are not archived, by title. Raises Forbidden."""
    assessments: list[Assessment] = []
    cursor: str | None = None
    while True:
        page = await list_positions(principal, include_archived=False, first=MAX_PAGE_SIZE, after=cursor, last=None, before=None)
        assessments += [Assessment(position.key, position.title) for position in page.items]
        if not page.has_next:
            return assessments
        cursor = page.cursors[-1]


async def place_order(
    services: Services, principal: Principal, adapter: AtsAdapter, order: NewOrder, api_key: str
) -> tuple[Interview, bool]:
    """Schedule the interview of an order, or find the one that it has already; return it and whether it existed.

    Sends nothing to the candidate. Raises BadInput, Conflict, Forbidden and RateLimited as resolvers.starting.schedule_interview
    does, and NotFound for an unknown test.
    """
    require_permission(principal, Action.SCHEDULE_INTERVIEW)
    # before the interview, so that the endpoint's cursor precedes all of its changes
    endpoint = await _connect(services, principal, adapter, order, api_key)
    request = ScheduleRequest(
        candidate_name=order.candidate_name,
        candidate_email=order.candidate_email,
        position_key=order.assessment_id,
        channel=Channel.VOICE if services.rooms.is_configured else Channel.TEXT,
        external_id=order.reference,
        if_exists=IfExists.RETURN_EXISTING,
    )
    try:
        scheduled = await schedule_interview(services, principal, request)
    except BadInput as error:
        if error.field == "positionKey":
            raise NotFound("There is no such test: list the tests again.") from None
        raise
    stored = await add_order(
        AssessmentOrder(
            organization_id=endpoint.organization_id,
            endpoint_id=endpoint.id,
            interview_id=scheduled.interview.id,
            callback_url=order.callback_url,
        )
    )
    # read again: events before the order was stored made no notification of it
    interview = await get_organization_interview(principal.organization_id, scheduled.interview.id)
    if interview is None or interview.erased_at is not None:
        await delete_orders(scheduled.interview.id)
        raise build_not_found(IdKind.INTERVIEW)
    if find_state(interview) is OrderState.COMPLETE:
        await add_delivery(_build_notification_of_known_result(endpoint, stored, interview))
    return interview, scheduled.is_existing


async def _connect(
    services: Services, principal: Principal, adapter: AtsAdapter, order: NewOrder, api_key: str
) -> WebhookEndpoint:
    """Return the endpoint through which the caller is notified, with its present API key. There is one for each caller."""
    require_integration(principal)
    auth, caller_id = services.settings.auth, PydanticObjectId(principal.caller_id)
    endpoint = await find_organization_endpoint(principal.organization_id, caller_id)
    secret = SigningSecret(id=PydanticObjectId(principal.key_id), encrypted=encrypt_secret(api_key, auth))
    if endpoint is None:
        parts = urlsplit(order.callback_url)
        endpoint = await connect_integration(
            WebhookEndpoint(
                # rotations of the key do not change it, and concurrent first calls make one
                id=caller_id,
                organization_id=PydanticObjectId(principal.organization_id),
                integration=adapter.integration,
                url=f"{parts.scheme}://{parts.netloc}/",
                description=f"{adapter.integration.capitalize()}, with the API key {principal.name}",
                subscriptions=subscribe(EVENTS),
                secrets=[secret],
                cursor=(await read_changes(ChangeSelection(principal.organization_id, ()), None, 0)).latest_number,
                created_by=principal.name,
            )
        )
    if not any(decrypt_secret(each.encrypted, auth) == api_key for each in endpoint.secrets):
        await replace_integration_key(endpoint, secret)
    return endpoint


async def read_result(principal: Principal, interview_id: str, public_url: str) -> OrderResult:
    """Return how an interview that an ATS has ordered went. Raises NotFound for any other interview, and Forbidden."""
    require_permission(principal, Action.READ_INTERVIEW)
    found_id = decode_id(IdKind.INTERVIEW, interview_id)
    order = await find_newest_order(principal.organization_id, found_id)
    interview = await get_organization_interview(principal.organization_id, found_id)
    if order is None or interview is None or interview.erased_at is not None:
        raise build_not_found(IdKind.INTERVIEW)
    endpoint = await find_organization_endpoint(principal.organization_id, order.endpoint_id)
    state = find_state(interview)
    sends_score = (
        state is OrderState.COMPLETE
        and endpoint is not None
        and endpoint.include_details
        and has_permission(principal, Action.READ_EVALUATION)
        and not interview.is_blind
        and not interview.is_consent_withdrawn
    )
    return OrderResult(
        state=state,
        url=f"{public_url}/interviews/{interview_id}",
        started_at=interview.started_at,
        ended_at=interview.ended_at if state is OrderState.COMPLETE else None,
        score=interview.score if sends_score else None,
    )


def find_state(interview: Interview) -> OrderState:
    """Return how far the interview is. It is COMPLETE once it was held and no first evaluation is pending."""
    if interview.status is not InterviewStatus.COMPLETED:
        return _STATES.get(interview.status, OrderState.IN_PROGRESS)
    is_judged = interview.evaluated or interview.evaluation_status is EvaluationStatus.FAILED
    awaits_no_evaluation = interview.is_consent_withdrawn or not interview.has_transcript
    return OrderState.COMPLETE if is_judged or awaits_no_evaluation else OrderState.EVALUATING


async def expand_to_orders(endpoint: WebhookEndpoint, events: Collection[WebhookDelivery]) -> list[WebhookDelivery]:
    """Return a notification of each order for each of these events of its interview. Other interviews have none."""
    orders = await find_orders(endpoint.id, {event.interview_id for event in events}) if events else []
    return [
        event.model_copy(update={"id": PydanticObjectId(), "event_key": f"{event.event_key}:{order.id}", "order_id": order.id})
        for event in events
        for order in orders
        if order.interview_id == event.interview_id
    ]


def _build_notification_of_known_result(
    endpoint: WebhookEndpoint, order: AssessmentOrder, interview: Interview
) -> WebhookDelivery:
    """Return the notification of an order that came, or came again, when the interview had its result."""
    return WebhookDelivery(
        organization_id=endpoint.organization_id,
        endpoint_id=endpoint.id,
        type=WebhookEventType.EVALUATION_COMPLETED,
        event_key=f"known result:{order.id}",
        number=endpoint.cursor,
        interview_id=interview.id,
        order_id=order.id,
        occurred_at=now(),
    )


def encode_interview_id(interview_id: ObjectId) -> str:
    """Return the id by which an ATS names the interview."""
    return encode_id(IdKind.INTERVIEW, interview_id)
