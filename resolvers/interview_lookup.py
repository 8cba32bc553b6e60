"""The one way from a caller's id to an interview: within the caller's organization, and a candidate's own only."""

from auth import Principal, check_candidate_access
from models.documents.interview import Interview, get_organization_interview
from models.documents.organization import Role
from resolvers.ids import IdKind, build_not_found, decode_id


async def load_interview(principal: Principal, interview_id: str) -> Interview:
    """The interview, if the caller has anything to do with it.

    Raises NotFound when it is unknown, another organization's or, for a candidate, any but the own; Unauthenticated when a
    candidate's invite has been replaced since the token was verified.
    """
    object_id = decode_id(IdKind.INTERVIEW, interview_id)
    interview = await get_organization_interview(principal.organization_id, object_id)
    if interview is None or (principal.role is Role.CANDIDATE and principal.interview_id != object_id):
        raise build_not_found(IdKind.INTERVIEW)
    check_candidate_access(principal, interview)
    return interview
