"""Query.node: the object that a global id names."""

from bson import ObjectId

from auth import Action, Principal, require_permission
from errors import NotFound
from models.documents.interview import Interview
from models.documents.member import Member
from models.documents.member_invitation import MemberInvitation
from models.documents.organization import ApiKey, Organization
from models.documents.position import Position, get_position
from models.documents.recording import Recording, RecordingFile
from models.documents.turn import Turn
from models.documents.webhook import WebhookDelivery, WebhookEndpoint
from resolvers.api_keys import find_api_key
from resolvers.blind_review import VisibleEvaluation
from resolvers.evaluations import find_evaluation
from resolvers.ids import IdKind, build_not_found, parse_id
from resolvers.interviews import get_interview
from resolvers.members import find_member, find_member_invitation
from resolvers.recordings import find_recording_file
from resolvers.transcripts import find_visible_turn
from resolvers.viewer import get_viewer_organization
from resolvers.webhooks import find_delivery, find_endpoint

NodeDocument = (
    Interview
    | Turn
    | Position
    | VisibleEvaluation
    | tuple[Recording, RecordingFile]
    | ApiKey
    | Member
    | MemberInvitation
    | WebhookEndpoint
    | WebhookDelivery
    | Organization
)

_READ_ACTIONS = {
    IdKind.TURN: Action.READ_INTERVIEW,
    IdKind.EVALUATION: Action.READ_EVALUATION,
    IdKind.RECORDING: Action.READ_RECORDING,
    IdKind.POSITION: Action.READ_POSITION,
    IdKind.API_KEY: Action.MANAGE_KEYS,
    IdKind.MEMBER: Action.MANAGE_MEMBERS,
    IdKind.MEMBER_INVITATION: Action.MANAGE_MEMBERS,
    IdKind.WEBHOOK_ENDPOINT: Action.MANAGE_WEBHOOKS,
    IdKind.WEBHOOK_DELIVERY: Action.MANAGE_WEBHOOKS,
}


async def get_node(principal: Principal, node_id: str) -> NodeDocument:
    """Return the object.

    Raises NotFound if it is unknown or belongs to another organization, and Forbidden if the caller's role may not read objects
    of its kind, like the fields that return the object by other arguments.
    """
    parsed = parse_id(node_id)
    if parsed is None:
        raise NotFound("There is no such object: check the id, and that it belongs to your organization.")
    kind, object_id = parsed
    if kind is IdKind.INTERVIEW:
        return await get_interview(principal, node_id)
    if kind in _READ_ACTIONS:
        require_permission(principal, _READ_ACTIONS[kind])
    found = await _find_node(principal, kind, object_id)
    if found is None:
        raise build_not_found(kind)
    return found


async def _find_node(principal: Principal, kind: IdKind, object_id: ObjectId) -> NodeDocument | None:
    found: NodeDocument | None = None
    match kind:
        case IdKind.TURN:
            found = await find_visible_turn(principal, object_id)
        case IdKind.EVALUATION:
            found = await find_evaluation(principal, object_id)
        case IdKind.RECORDING:
            found = await find_recording_file(principal.organization_id, object_id)
        case IdKind.POSITION:
            position = await get_position(object_id)
            found = position if position and position.organization_id == principal.organization_id else None
        case IdKind.API_KEY:
            found = await find_api_key(principal, object_id)
        case IdKind.MEMBER:
            found = await find_member(principal, object_id)
        case IdKind.MEMBER_INVITATION:
            found = await find_member_invitation(principal, object_id)
        case IdKind.WEBHOOK_ENDPOINT:
            found = await find_endpoint(principal, object_id)
        case IdKind.WEBHOOK_DELIVERY:
            found = await find_delivery(principal, object_id)
        case IdKind.ORGANIZATION if object_id == principal.organization_id:
            found = await get_viewer_organization(principal)
    return found
