"""The base of the generated enums, which keep values that the API got after the client was generated."""

from enum import StrEnum
from typing import Self


class OpenEnum(StrEnum):
    """An enum to which the API may add values. A value that is unknown here is a member without a name in the class."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = member._value_ = value
        return member
