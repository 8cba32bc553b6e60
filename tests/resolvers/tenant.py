"""A tenant for tests: an organization with a position, callers of every role, and interviews in any state."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from bson import ObjectId

from auth import Principal, authenticate
from lifecycle.consent import CURRENT_CONSENT_VERSION
from lifecycle.services import Services
from models.documents.evaluation import Evaluation
from models.documents.interview import EvaluationStatus, Interview, InterviewStatus, build_name_keys
from models.documents.organization import Organization, Role, create_key, ensure_organization
from models.documents.position import Position
from models.documents.turn import Channel
from models.storage.clock import now
from resolvers.candidate_credentials import issue_candidate_access, issue_invite_link
from resolvers.consent import ConsentChoice
from resolvers.ids import IdKind, encode_id
from resolvers.starting import ScheduleRequest, StartRequest
from tests.factories import (
    add_candidate_turn,
    make_interview,
    make_position,
    new_evaluation,
    new_outcome,
    reload_interview,
)

STAFF = frozenset({Role.ADMIN, Role.RECRUITER, Role.INTEGRATION})
ORGANIZATION_ROLES = STAFF | {Role.VIEWER}
CONSENT = ConsentChoice(text_version=CURRENT_CONSENT_VERSION, recording=False)


@dataclass
class Tenant:
    services: Services
    organization: Organization
    position: Position
    principals: dict[Role, Principal]

    @property
    def id(self) -> ObjectId:
        return self.organization.id

    async def principal(self, role: Role, interview: Interview | None = None) -> Principal:
        """Return a caller of that role. A candidate needs the interview for which its token is issued."""
        if role is Role.CANDIDATE:
            assert interview, "a candidate is a caller of one interview"
            return await authenticate(
                issue_candidate_access(self.services, interview).token, self.services.settings.auth, self.services.credentials
            )
        if role not in self.principals:
            _, secret = await create_key(self.id, role, f"a {role.lower()}")
            self.principals[role] = await authenticate(secret, self.services.settings.auth, self.services.credentials)
        return self.principals[role]

    async def admin(self) -> Principal:
        return await self.principal(Role.ADMIN)

    async def make_interview(
        self, status: InterviewStatus = InterviewStatus.IN_PROGRESS, name: str = "Ada Lovelace", **values: Any
    ) -> Interview:
        return await make_interview(self.position, status, **{**build_name_keys(name), **values})

    async def make_completed_interview(self, text: str = "Good morning.", **values: Any) -> Interview:
        """Store an interview that has just ended, with one turn of the candidate. `values` replace fields."""
        interview = await self.make_interview()
        await add_candidate_turn(interview, text)
        return await (await reload_interview(interview)).set(
            {"status": InterviewStatus.COMPLETED, "ended_at": now(), "due_at": None, **values}
        )

    async def make_evaluation(self, interview: Interview, **values: Any) -> Evaluation:
        """Store a completed evaluation with all three criteria at level 3. `values` replace fields."""
        completed = {"status": EvaluationStatus.COMPLETED, "outcome": new_outcome(), "due_at": None, "completed_at": now()}
        return await new_evaluation(interview, **{**completed, **values}).insert()

    def start_request(self, **values: Any) -> StartRequest:
        fields: dict[str, Any] = {
            "candidate_name": "Ada Lovelace",
            "position_key": self.position.key,
            "channel": Channel.TEXT,
            "consent": CONSENT,
        }
        return StartRequest(**{**fields, **values})

    def schedule_request(self, **values: Any) -> ScheduleRequest:
        fields: dict[str, Any] = {
            "candidate_name": "Ada Lovelace",
            "position_key": self.position.key,
            "channel": Channel.TEXT,
        }
        return ScheduleRequest(**{**fields, **values})

    def invite_token(self, interview: Interview) -> str:
        return issue_invite_link(self.services, interview).token


async def make_tenant(services: Services) -> Tenant:
    organization, _ = await ensure_organization(f"organization {uuid4().hex}")
    return Tenant(services, organization, await make_position(organization.id), {})


def global_id_of(document: Interview | Evaluation | Position | Organization) -> str:
    """Return the document's id in the API."""
    kind = {
        Interview: IdKind.INTERVIEW,
        Evaluation: IdKind.EVALUATION,
        Position: IdKind.POSITION,
        Organization: IdKind.ORGANIZATION,
    }[type(document)]
    return encode_id(kind, document.id)


def minutes_from_now(minutes: float = 60) -> Any:
    return now() + timedelta(minutes=minutes)
