from typing import Optional

from .base_model import BaseModel
from .enums import EvaluationStatus


class EvaluateInterview(BaseModel):
    evaluate_interview: Optional["EvaluateInterviewEvaluateInterview"]


class EvaluateInterviewEvaluateInterview(BaseModel):
    evaluation: "EvaluateInterviewEvaluateInterviewEvaluation"


class EvaluateInterviewEvaluateInterviewEvaluation(BaseModel):
    id: str
    version: int
    status: EvaluationStatus


EvaluateInterview.model_rebuild()
EvaluateInterviewEvaluateInterview.model_rebuild()
