"""Writes the data of an earlier version, with which test_earlier_data checks that this version migrates and reads them.

`python -m tests.migrations.write_data REVISION` runs that revision's own code, in a copy of its files: it stores something in
every collection and lists all documents and indexes as Extended JSON in `tests/migrations/data/REVISION.json.gz`.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.helpers import ROOT

DATA = Path(__file__).parent / "data"
WRITER = """
import gzip
from pathlib import Path

from bson import json_util

from lifecycle.states import erase_interview
from tests.agent.stored_chats import UNPROBED_ANSWER, make_chat
from tests.factories import add_candidate_turn
from tests.lifecycle.test_organization_deletion import make_full_tenant


async def test_write(tenant, services, claude, database):
    await make_full_tenant(tenant)
    chat = await make_chat(services, claude, tenant.position, external_id="typed")
    await chat.run_reply_job()
    await chat.say_and_get_reply(UNPROBED_ANSWER)
    erased = await tenant.make_interview(external_id="erased")
    await add_candidate_turn(erased, "Words that are erased.")
    await erase_interview(services, erased)
    collections = {}
    for name in sorted(await database.list_collection_names()):
        collections[name] = {
            "indexes": [index async for index in await database[name].list_indexes()],
            "documents": await database[name].find({}).to_list(),
        }
    text = json_util.dumps(collections, json_options=json_util.CANONICAL_JSON_OPTIONS)
    Path(TARGET).write_bytes(gzip.compress(text.encode(), mtime=0))
"""


def extract_revision(revision: str, folder: Path) -> None:
    """Copy the files of a revision of this repository into the folder."""
    archive = subprocess.run(["git", "archive", revision], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "--extract"], cwd=folder, check=True, input=archive)


def write_data(revision: str) -> Path:
    """Write the data of the revision, and return the file."""
    target = DATA / f"{revision}.json.gz"
    with tempfile.TemporaryDirectory() as folder:
        extract_revision(revision, Path(folder))
        test = Path(folder) / "tests" / "lifecycle" / "test_write.py"
        test.write_text(WRITER.replace("TARGET", repr(str(target))), encoding="utf-8")
        subprocess.run([sys.executable, "-m", "pytest", "--quiet", "--timeout=900", str(test)], cwd=folder, check=True)
    return target


if __name__ == "__main__":
    print(write_data(sys.argv[1]))
