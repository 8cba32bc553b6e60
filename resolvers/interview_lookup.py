"""Looking up the interview that an id names, with the authorization that every use case needs."""

from auth import Principal, check_candidate_access
from models.documents.interview import Interview, get_organization_interview
from models.documents.organization import Role
from resolvers.ids import IdKind, build_not_found, decode_id


async def load_interview(principal: Principal, interview_id: str) -> Interview:
    """Return an interview of the caller's organization. Candidates can load only their own.

    Raises NotFound for any other interview, and Unauthenticated if a candidate's invite has been replaced since the token was
    verified.
    """
    object_id = decode_id(IdKind.INTERVIEW, interview_id)
    interview = await get_organization_interview(principal.organization_id, object_id)
    if interview is None or (principal.role is Role.CANDIDATE and principal.interview_id != object_id):
        raise build_not_found(IdKind.INTERVIEW)
    check_candidate_access(principal, interview)
    return interview
