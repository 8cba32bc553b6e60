from typing import Optional

from .base_model import BaseModel
from .fragments import InterviewState


class EndInterview(BaseModel):
    end_interview: Optional["EndInterviewEndInterview"]


class EndInterviewEndInterview(BaseModel):
    interview: "EndInterviewEndInterviewInterview"


EndInterviewEndInterviewInterview = InterviewState
EndInterview.model_rebuild()
EndInterviewEndInterview.model_rebuild()
