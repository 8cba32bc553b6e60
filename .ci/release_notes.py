"""Prints the notes of a release: the section of CHANGELOG.md for the version in pyproject.toml.

Usage: release_notes.py VERSION. Exits with 1 unless VERSION is that version and has a section, so that a wrong tag releases
nothing.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def find_section(changelog: str, version: str) -> str | None:
    """Return what CHANGELOG.md says about a version, without its heading, or None if it says nothing."""
    match = re.search(
        rf"^## \[{re.escape(version)}\][^\n]*\n(.*?)(?=^## \[|^\[[^\]]+\]: |\Z)", changelog, re.MULTILINE | re.DOTALL
    )
    return match[1].strip() if match else None


def main(version: str, root: Path = ROOT) -> int:
    """Print the notes, and return the exit code."""
    released = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    if version != released:
        print(f"pyproject.toml has version {released}, not {version}: correct one of them.", file=sys.stderr)
        return 1
    notes = find_section((root / "CHANGELOG.md").read_text(encoding="utf-8"), version)
    if not notes:
        print(f"CHANGELOG.md has no section [{version}]: rename [Unreleased], and begin a new one.", file=sys.stderr)
        return 1
    print(notes)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
