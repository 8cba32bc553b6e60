"""The job that erases what an organization's retention policy no longer keeps."""

import structlog
from bson import ObjectId
from pymongo.errors import PyMongoError

from lifecycle.services import Services
from lifecycle.states import erase_data
from models.documents.interview import ErasureScope
from models.writes.retention import (
    build_limit_condition,
    claim_retention_check,
    find_interviews_over_limit,
    list_limits,
    repeat_retention_check,
)

log = structlog.get_logger(__name__)

BATCH = 20
"""Interviews that one check erases in each scope, so that other repairs need not wait."""


async def apply_retention_policy(services: Services, organization_id: ObjectId) -> None:
    """Erase a batch of what is over in each scope, if a check of the organization is due."""
    organization = await claim_retention_check(organization_id)
    if organization is None:
        return
    has_more = False
    for scope, days in list_limits(organization.retention):
        interview_ids = await find_interviews_over_limit(organization_id, scope, days, BATCH)
        erased = [interview_id for interview_id in interview_ids if await _erase(services, interview_id, scope, days)]
        has_more = has_more or (bool(erased) and len(interview_ids) == BATCH)
    if has_more:
        await repeat_retention_check(organization_id)


async def _erase(services: Services, interview_id: ObjectId, scope: ErasureScope, days: int) -> bool:
    """Return whether the scope was erased. An interview that cannot be erased does not stop the others."""
    try:
        # the condition holds when the mark is set, not only when the interview was found
        erased = await erase_data(services, interview_id, scope, build_limit_condition(scope, days))
    except PyMongoError:
        raise
    except Exception as error:
        log.error("not erased by the retention policy", interview_id=str(interview_id), reason=type(error).__name__)
        return False
    if erased is None:
        return False
    log.info("erased by the retention policy", interview_id=str(interview_id), scope=scope)
    return True
