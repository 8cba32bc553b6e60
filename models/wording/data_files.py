"""Reading the YAML files that are part of the product: wording, phrases and starter positions."""

from pathlib import Path
from typing import Any

import yaml

# libyaml parses ten times as fast as the loader in Python. PyYAML has it on all platforms for which it has wheels.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path) -> Any:
    """Return the content of a YAML file, which contains data only.

    Raises OSError when it cannot be read, yaml.YAMLError when it is not YAML.
    """
    return yaml.load(path.read_text("utf-8"), _Loader)  # noqa: S506  # both loaders are safe
