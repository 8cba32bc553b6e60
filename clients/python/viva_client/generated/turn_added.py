from .base_model import BaseModel
from .fragments import TurnDetails


class TurnAdded(BaseModel):
    turn_added: "TurnAddedTurnAdded"


TurnAddedTurnAdded = TurnDetails
TurnAdded.model_rebuild()
