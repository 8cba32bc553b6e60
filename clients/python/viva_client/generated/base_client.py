"""Connects the generated methods to the transport. The generator copies this file into viva_client/generated."""

from viva_client.transport import Transport


class BaseClient(Transport):
    """What the generated methods call: `execute`, `execute_ws` and `get_data`."""
