"""Query.node: the object that a global id names."""

from auth import Action, Principal, has_permission
from errors import NotFound
from models.documents.interview import Interview
from models.documents.organization import ApiKey, Organization
from models.documents.position import Position, get_position
from models.documents.recording import RecordingFile
from resolvers.api_keys import find_api_key
from resolvers.blind_review import VisibleEvaluation
from resolvers.evaluations import find_evaluation
from resolvers.ids import IdKind, parse_id
from resolvers.interviews import load_interview
from resolvers.recordings import find_recording_file
from resolvers.viewer import get_viewer_organization

NodeDocument = Interview | Position | VisibleEvaluation | RecordingFile | ApiKey | Organization


async def get_node(principal: Principal, node_id: str) -> NodeDocument | None:  # noqa: PLR0911  # one for each kind of object
    """Return the object, or None if it is unknown, belongs to another organization, or may not be read by the caller's role."""
    match parse_id(node_id):
        case (IdKind.INTERVIEW, _) if has_permission(principal, Action.READ_INTERVIEW):
            return await _find_interview(principal, node_id)
        case (IdKind.EVALUATION, object_id) if has_permission(principal, Action.READ_EVALUATION):
            return await find_evaluation(principal, object_id)
        case (IdKind.RECORDING, object_id) if has_permission(principal, Action.READ_RECORDING):
            return await find_recording_file(principal.organization_id, object_id)
        case (IdKind.POSITION, object_id) if has_permission(principal, Action.READ_POSITION):
            position = await get_position(object_id)
            return position if position and position.organization_id == principal.organization_id else None
        case (IdKind.API_KEY, object_id) if has_permission(principal, Action.MANAGE_KEYS):
            return await find_api_key(principal, object_id)
        case (IdKind.ORGANIZATION, object_id) if object_id == principal.organization_id:
            return await get_viewer_organization(principal)
    return None


async def _find_interview(principal: Principal, interview_id: str) -> Interview | None:
    try:
        return await load_interview(principal, interview_id)
    except NotFound:
        return None
