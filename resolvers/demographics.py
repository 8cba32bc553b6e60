"""Demographic data: stored for bias audits, and readable only as rates of a whole period."""

from dataclasses import dataclass
from datetime import datetime

from bson import ObjectId

from auth import Action, Principal, require_permission
from errors import BadInput, Conflict
from lifecycle.services import Services
from models.documents.demographics import DemographicAttribute, Demographics
from models.reads.impact_data import read_results
from models.storage.clock import now
from models.writes.demographics import store_demographics
from resolvers.idempotency import idempotent
from resolvers.impact_analysis import ImpactAnalysis, analyze_impact
from resolvers.input_text import clean_line, clean_optional
from resolvers.interviews import load_interview

MAX_ANALYZED_INTERVIEWS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DemographicsRequest:
    """The input of Mutation.setDemographics. None means not stated."""

    interview_id: str
    sex: str | None = None
    race_ethnicity: str | None = None
    age_band: str | None = None
    idempotency_key: str | None = None


async def set_demographics(services: Services, principal: Principal, request: DemographicsRequest) -> Demographics:
    """Replace the demographic data of an interview. Raises NotFound, BadInput, and Conflict if the interview was erased."""
    require_permission(principal, Action.SET_DEMOGRAPHICS)
    interview = await load_interview(principal, request.interview_id)
    demographics = Demographics(
        interview_id=interview.id,
        organization_id=interview.organization_id,
        sex=clean_optional(clean_line, request.sex, "sex"),
        race_ethnicity=clean_optional(clean_line, request.race_ethnicity, "raceEthnicity"),
        age_band=clean_optional(clean_line, request.age_band, "ageBand"),
        updated_by=principal.name,
        updated_at=now(),
    )
    call = idempotent(services, principal, "setDemographics", request.idempotency_key, request)
    stored = await store_demographics(demographics, await call.claim(ObjectId()))
    if stored is None:
        raise Conflict("The interview was erased: no data can be added to it.")
    return stored


async def get_impact_analysis(
    principal: Principal, position_key: str, since: datetime, until: datetime, attribute: DemographicAttribute
) -> ImpactAnalysis:
    """Return rates and impact ratios by category for the completed interviews of a position that were created in the period.

    Raises BadInput for a period that is empty, or that has more interviews than one analysis reads.
    """
    require_permission(principal, Action.ANALYZE_IMPACT)
    position_key = clean_line(position_key, "positionKey")
    if since >= until:
        raise BadInput("since is not before until: no time lies between them.", field="since")
    limit = MAX_ANALYZED_INTERVIEWS
    results = await read_results(principal.organization_id, position_key, since, until, attribute, limit + 1)
    if len(results) > limit:
        raise BadInput(f"The period has more than {limit} interviews: choose a shorter one.", field="since")
    return analyze_impact(results)
