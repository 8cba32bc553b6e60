"""The one way from a caller's id to an interview: within the caller's organization, and a candidate's own only."""

from auth import Principal, check_joined
from models.interview import Interview, get_own_interview
from models.organization import Role
from resolvers.ids import Kind, decode, not_found


async def own_interview(principal: Principal, interview_id: str) -> Interview:
    """The interview, if the caller has anything to do with it.

    Raises NotFound when it is unknown, another organization's or, for a candidate, any but the own; Unauthenticated when a
    candidate's invite has been replaced since the token was verified.
    """
    found = decode(Kind.INTERVIEW, interview_id)
    interview = await get_own_interview(principal.organization_id, found)
    if interview is None or (principal.role is Role.CANDIDATE and principal.interview_id != found):
        raise not_found(Kind.INTERVIEW)
    check_joined(principal, interview)
    return interview
