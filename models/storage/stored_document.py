"""The base of every document that Beanie stores."""

from beanie import Document, PydanticObjectId
from pydantic import Field


class StoredDocument(Document):
    """A document whose id is known from the moment it is made, so that callers never handle a missing id."""

    id: PydanticObjectId = Field(default_factory=PydanticObjectId)


READ_BATCH_SIZE = 10_000
"""Documents that MongoDB returns at a time, up to its limit of 16 MB, to reads for many interviews. By default the first reply
has 101, so that the number of round trips would grow with a page."""
