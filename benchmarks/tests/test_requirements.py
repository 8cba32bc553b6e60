"""The Python peers run on the packages of benchmarks/requirements.txt alone."""

import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from benchmarks.rig import ROOT

IMPORT_PEERS = "import sys; sys.modules.update(dict.fromkeys(sys.argv[1:])); import benchmarks.peers.raw, benchmarks.peers.stock"
"""Imports the peers in an interpreter where the packages in its arguments cannot be imported."""


def normalize(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_peers_can_be_imported_with_the_required_packages_alone(tmp_path: Path) -> None:
    lines = (ROOT / "benchmarks/requirements.txt").read_text().splitlines()
    required = {normalize(line.partition("==")[0]) for line in lines if "==" in line and not line.startswith(" ")}
    others = [name for name, owners in packages_distributions().items() if required.isdisjoint(map(normalize, owners))]
    turns = tmp_path / "turns.json"
    turns.write_text("{}")
    # the peers read these when they are imported, and connect later
    settings = {"TURNS": str(turns), "OWNER": "0" * 24, "DATABASE": "none"}
    addresses = {"REDIS_URL": "redis://127.0.0.1:1", "MONGODB_URL": "mongodb://127.0.0.1:1"}
    process = subprocess.run(
        [sys.executable, "-c", IMPORT_PEERS, *others],
        cwd=ROOT,
        env={**os.environ, **settings, **addresses},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert process.returncode == 0, process.stderr
