"""Viva's version: the release that pyproject.toml names, with the commit if the deployment says which one it was built from."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parent
REVISION_FILE = "REVISION"
"""File beside this module with the commit, which the Dockerfile writes. A checkout has none."""
SHORT_COMMIT = 12


def read_version(root: Path = ROOT) -> str:
    """Return the version, such as 1.4.0, or 1.4.0+0123456789ab where the commit is known."""
    release: str = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    revision = root / REVISION_FILE
    commit = revision.read_text(encoding="utf-8").strip() if revision.is_file() else ""
    return f"{release}+{commit[:SHORT_COMMIT]}" if commit else release
