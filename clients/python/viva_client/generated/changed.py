from typing import Optional

from .base_model import BaseModel
from .fragments import ChangeDetails


class Changed(BaseModel):
    changed: Optional["ChangedChanged"]


ChangedChanged = ChangeDetails
Changed.model_rebuild()
