from typing import Optional

from .base_model import BaseModel
from .fragments import InterviewState


class CancelInterview(BaseModel):
    cancel_interview: Optional["CancelInterviewCancelInterview"]


class CancelInterviewCancelInterview(BaseModel):
    interview: "CancelInterviewCancelInterviewInterview"


CancelInterviewCancelInterviewInterview = InterviewState
CancelInterview.model_rebuild()
CancelInterviewCancelInterview.model_rebuild()
