"""A plugin of ariadne-codegen: enums keep values that the API gets after the client was generated."""

from ariadne_codegen.plugins.base import Plugin


class OpenEnumsPlugin(Plugin):
    """Derives the enums from viva_client.open_enum.OpenEnum. A value that is unknown would fail in other enums."""

    def generate_enums_code(self, generated_code: str) -> str:
        """Return the code of the enums with the other base class."""
        return generated_code.replace("from enum import Enum", "from ..open_enum import OpenEnum").replace(
            "(str, Enum)", "(OpenEnum)"
        )
