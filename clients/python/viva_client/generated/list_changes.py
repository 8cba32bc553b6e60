from typing import Optional

from .base_model import BaseModel
from .fragments import ChangePage


class ListChanges(BaseModel):
    changes: Optional["ListChangesChanges"]


ListChangesChanges = ChangePage
ListChanges.model_rebuild()
