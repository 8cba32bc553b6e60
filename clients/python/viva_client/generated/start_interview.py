from typing import Optional

from .base_model import BaseModel
from .fragments import StartedInterview


class StartInterview(BaseModel):
    start_interview: Optional["StartInterviewStartInterview"]


StartInterviewStartInterview = StartedInterview
StartInterview.model_rebuild()
