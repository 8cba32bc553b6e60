"""The base of every document that Beanie stores."""

from beanie import Document, PydanticObjectId
from pydantic import Field


class StoredDocument(Document):
    """A document whose id is known from the moment it is made, so that callers never handle a missing id."""

    id: PydanticObjectId = Field(default_factory=PydanticObjectId)
