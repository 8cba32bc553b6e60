from .base_model import BaseModel
from .fragments import PositionPage


class ListPositions(BaseModel):
    positions: "ListPositionsPositions"


ListPositionsPositions = PositionPage
ListPositions.model_rebuild()
