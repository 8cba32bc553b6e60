from datetime import datetime
from typing import Optional

from .base_model import BaseModel
from .enums import (
    ChangeKind,
    Channel,
    CriterionState,
    Decision,
    EndReason,
    EvaluationStatus,
    InconclusiveReason,
    InterviewStatus,
    Recommendation,
    ReviewFlag,
    Speaker,
)


class InterviewDetails(BaseModel):
    id: str
    status: InterviewStatus
    end_reason: Optional[EndReason]
    channel: Channel
    language: str
    created_at: datetime
    scheduled_for: Optional[datetime]
    started_at: Optional[datetime]
    ended_at: Optional[datetime]
    expires_at: Optional[datetime]
    erased_at: Optional[datetime]
    updated_at: datetime
    last_seq: int
    url: str
    external_id: Optional[str]
    decision: Optional[Decision]
    candidate: Optional["InterviewDetailsCandidate"]
    position: "InterviewDetailsPosition"


class InterviewDetailsCandidate(BaseModel):
    name: str


class InterviewDetailsPosition(BaseModel):
    key: str
    version: int
    title: str


class ChangeDetails(BaseModel):
    cursor: str
    kind: ChangeKind
    interview_id: str
    evaluation_id: Optional[str]
    changed_at: datetime
    interview: Optional["ChangeDetailsInterview"]


class ChangeDetailsInterview(InterviewDetails):
    pass


class ChangePage(BaseModel):
    nodes: list["ChangePageNodes"]
    next_cursor: str
    latest_cursor: str
    page_info: "ChangePagePageInfo"


class ChangePageNodes(ChangeDetails):
    pass


class ChangePagePageInfo(BaseModel):
    has_next_page: bool
    end_cursor: Optional[str]


class EvaluationDetails(BaseModel):
    id: str
    version: int
    status: EvaluationStatus
    failure: Optional[str]
    overall_score: Optional[float]
    inconclusive_reason: Optional[InconclusiveReason]
    recommendation: Optional[Recommendation]
    coverage: Optional[float]
    summary: Optional[str]
    flags: list[ReviewFlag]
    criteria: list["EvaluationDetailsCriteria"]


class EvaluationDetailsCriteria(BaseModel):
    key: str
    name: str
    state: CriterionState
    level: Optional[int]
    rationale: str
    evidence: list["EvaluationDetailsCriteriaEvidence"]


class EvaluationDetailsCriteriaEvidence(BaseModel):
    quote: str
    seq: int


class InterviewPage(BaseModel):
    nodes: list["InterviewPageNodes"]
    page_info: "InterviewPagePageInfo"


class InterviewPageNodes(InterviewDetails):
    pass


class InterviewPagePageInfo(BaseModel):
    has_next_page: bool
    end_cursor: Optional[str]


class InterviewState(BaseModel):
    id: str
    status: InterviewStatus
    url: str


class InviteLink(BaseModel):
    url: str
    expires_at: datetime


class PositionDetails(BaseModel):
    key: str
    version: int
    title: str
    language: str


class PositionPage(BaseModel):
    nodes: list["PositionPageNodes"]
    page_info: "PositionPagePageInfo"


class PositionPageNodes(PositionDetails):
    pass


class PositionPagePageInfo(BaseModel):
    has_next_page: bool
    end_cursor: Optional[str]


class ScheduledInterview(BaseModel):
    is_existing: bool
    interview: "ScheduledInterviewInterview"
    invite: "ScheduledInterviewInvite"


class ScheduledInterviewInterview(InterviewState):
    pass


class ScheduledInterviewInvite(InviteLink):
    pass


class StartedInterview(BaseModel):
    is_existing: bool
    interview: "StartedInterviewInterview"
    access: "StartedInterviewAccess"
    invite: "StartedInterviewInvite"


class StartedInterviewInterview(InterviewState):
    pass


class StartedInterviewAccess(BaseModel):
    token: str
    expires_at: datetime
    room: Optional["StartedInterviewAccessRoom"]


class StartedInterviewAccessRoom(BaseModel):
    url: str
    name: str
    token: str


class StartedInterviewInvite(InviteLink):
    pass


class TurnDetails(BaseModel):
    id: str
    seq: int
    speaker: Speaker
    text: str
    channel: Channel
    question_key: Optional[str]
    started_at: datetime
    ended_at: datetime
    interrupted: bool


InterviewDetails.model_rebuild()
ChangeDetails.model_rebuild()
ChangePage.model_rebuild()
EvaluationDetails.model_rebuild()
InterviewPage.model_rebuild()
InterviewState.model_rebuild()
InviteLink.model_rebuild()
PositionDetails.model_rebuild()
PositionPage.model_rebuild()
ScheduledInterview.model_rebuild()
StartedInterview.model_rebuild()
TurnDetails.model_rebuild()
