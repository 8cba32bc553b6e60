from typing import Optional

from .base_model import BaseModel
from .fragments import ScheduledInterview


class ScheduleInterview(BaseModel):
    schedule_interview: Optional["ScheduleInterviewScheduleInterview"]


ScheduleInterviewScheduleInterview = ScheduledInterview
ScheduleInterview.model_rebuild()
