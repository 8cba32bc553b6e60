"""Query.node: whatever an id names."""

from auth import Action, Principal, may
from errors import NotFound
from lifecycle.services import Services
from models.evaluation import Evaluation
from models.interview import Interview
from models.organization import Organization
from models.position import Position, get_position
from models.recording import File
from resolvers.evaluations import own_evaluation
from resolvers.ids import Kind, parse
from resolvers.recordings import own_file
from resolvers.scope import own_interview
from resolvers.viewer import get_viewer

Node = Interview | Position | Evaluation | File | Organization


async def get_node(services: Services, principal: Principal, node_id: str) -> Node | None:
    """The object of that id; None when it is unknown, foreign, or nothing that the caller may read."""
    match parse(node_id):
        case (Kind.INTERVIEW, _) if may(principal, Action.READ_INTERVIEW):
            return await _interview(principal, node_id)
        case (Kind.EVALUATION, object_id) if may(principal, Action.READ_EVALUATION):
            return await own_evaluation(principal, object_id)
        case (Kind.RECORDING, object_id) if may(principal, Action.READ_RECORDING):
            return await own_file(principal.organization_id, object_id)
        case (Kind.POSITION, object_id) if may(principal, Action.READ_POSITION):
            position = await get_position(object_id)
            return position if position and position.organization_id == principal.organization_id else None
        case (Kind.ORGANIZATION, object_id) if object_id == principal.organization_id:
            return (await get_viewer(services, principal))[1]
    return None


async def _interview(principal: Principal, interview_id: str) -> Interview | None:
    try:
        return await own_interview(principal, interview_id)
    except NotFound:
        return None
