"""Reading, listing and counting interviews, with the authorization that every use case about an interview needs."""

from collections.abc import Collection
from dataclasses import replace

from beanie import PydanticObjectId

from auth import Action, Principal, check_candidate_access, has_permission, require_permission
from errors import BadInput
from models.documents.interview import Interview, get_organization_interview
from models.documents.organization import Role
from models.reads import interview_list
from models.reads.interview_list import InterviewFilter, InterviewOrderField, to_sort_order
from models.reads.interview_row import InterviewRow
from models.reads.pagination import Page, PageRequest
from resolvers.ids import IdKind, build_not_found, decode_id
from resolvers.input_text import clean_filter_values, clean_line
from resolvers.interview_views import get_limited_view


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


async def get_interview(principal: Principal, interview_id: str) -> Interview:
    """Return an interview. Raises NotFound if it is unknown or belongs to others."""
    require_permission(principal, Action.READ_INTERVIEW)
    return await load_interview(principal, interview_id)


async def list_interviews(
    principal: Principal,
    where: InterviewFilter | None,
    order_field: InterviewOrderField,
    *,
    descending: bool,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
    stored_fields: Collection[str],
) -> Page[InterviewRow]:
    """Return a page of the organization's interviews, each with its id and these stored fields.

    Raises Forbidden for a filter or order by a field that the role may not read, and BadInput for contradictory filters or page
    arguments and for cursors of another list.
    """
    criteria = await _authorize_and_clean_filter(principal, where, order_field)
    order = to_sort_order(order_field, descending=descending)
    request = PageRequest.from_relay_arguments(order, first, after, last, before)
    return await interview_list.list_interview_rows(principal.organization_id, criteria, request, stored_fields)


async def count_interviews(principal: Principal, where: InterviewFilter | None, order_field: InterviewOrderField) -> int:
    """Return how many interviews `list_interviews` lists in all. Raises Forbidden and BadInput like it."""
    criteria = await _authorize_and_clean_filter(principal, where, order_field)
    return await interview_list.count_interviews(principal.organization_id, criteria)


async def _authorize_and_clean_filter(
    principal: Principal, where: InterviewFilter | None, order_field: InterviewOrderField
) -> InterviewFilter:
    require_permission(principal, Action.LIST_INTERVIEWS)
    where = where or InterviewFilter()
    selects_by_results = order_field is InterviewOrderField.SCORE
    if selects_by_results:
        require_permission(principal, Action.READ_EVALUATION, field="orderBy.field")
    for name, value in (
        ("minScore", where.min_score),
        ("maxScore", where.max_score),
        ("recommendations", where.recommendations),
        ("decisions", where.decisions),
        ("reviewed", where.reviewed),
    ):
        if value is not None:
            require_permission(principal, Action.READ_EVALUATION, field=f"filter.{name}")
            selects_by_results = True
    if where.evaluation_statuses is not None:
        require_permission(principal, Action.READ_EVALUATION, field="filter.evaluationStatuses")
    if where.has_open_requests is not None:
        require_permission(principal, Action.READ_REQUESTS, field="filter.hasOpenRequests")
    if where.external_ids is not None:
        require_permission(principal, Action.READ_REFERENCES, field="filter.externalIds")
    _check_ranges(where)
    # the conditions are left out where they hide nothing, because they are in no index
    selects_by_updates = order_field is InterviewOrderField.UPDATED_AT or where.updated_at_or_after is not None
    is_blind_reviewer = (
        (selects_by_results or selects_by_updates)
        and has_permission(principal, Action.REVIEW_EVALUATION)
        and await interview_list.has_blind_interviews(principal.organization_id)
    )
    blind_reviewer = PydanticObjectId(principal.caller_id) if is_blind_reviewer and principal.caller_id else None
    return replace(
        where,
        position_keys=clean_filter_values(where.position_keys, "filter.positionKeys"),
        external_ids=clean_filter_values(where.external_ids, "filter.externalIds"),
        candidate=None if where.candidate is None else clean_line(where.candidate, "filter.candidate"),
        view=get_limited_view(principal),
        search_email=has_permission(principal, Action.READ_EMAIL),
        blind_reviewer=blind_reviewer,
        hide_unrated_from=blind_reviewer if selects_by_results else None,
    )


def _check_ranges(where: InterviewFilter) -> None:
    if where.min_score is not None and where.max_score is not None and where.min_score > where.max_score:
        raise BadInput("filter.minScore is greater than filter.maxScore: no score can match.", field="filter.minScore")
    if where.created_at_or_after and where.created_before and where.created_at_or_after >= where.created_before:
        raise BadInput(
            "filter.createdAtOrAfter is not before filter.createdBefore: no time can match.", field="filter.createdAtOrAfter"
        )
    if where.scheduled_after and where.scheduled_before and where.scheduled_after >= where.scheduled_before:
        raise BadInput(
            "filter.scheduledAfter is not before filter.scheduledBefore: no time can match.", field="filter.scheduledAfter"
        )
