from typing import Optional

from .base_model import BaseModel
from .fragments import InterviewDetails


class GetInterview(BaseModel):
    interview: Optional["GetInterviewInterview"]


GetInterviewInterview = InterviewDetails
GetInterview.model_rebuild()
