from typing import Optional

from .base_model import BaseModel
from .fragments import EvaluationDetails


class GetEvaluation(BaseModel):
    evaluation: Optional["GetEvaluationEvaluation"]


GetEvaluationEvaluation = EvaluationDetails
GetEvaluation.model_rebuild()
