"""Keeps a copy of all interviews in SQLite. It can be stopped and started at any moment."""

import asyncio
import os
import sqlite3

from viva_client import Viva, errors
from viva_client.generated import InterviewDetails


def store(db: sqlite3.Connection, interview: InterviewDetails) -> None:
    """Store the present state of an interview, or delete what is known of it once it is erased."""
    if interview.erased_at:
        db.execute("DELETE FROM interviews WHERE id = ?", [interview.id])
    else:
        values = interview.id, interview.external_id, interview.status
        db.execute("INSERT OR REPLACE INTO interviews VALUES (?, ?, ?)", values)


async def read_all(db: sqlite3.Connection, viva: Viva) -> str:
    """Read all interviews, and return the cursor of the changes that follow."""
    cursor = await viva.latest_cursor()
    with db:
        db.execute("DELETE FROM interviews")
        db.execute("DELETE FROM cursor")
        async for interview in viva.iterate(lambda after: viva.list_interviews(first=100, after=after)):
            store(db, interview)
        db.execute("INSERT INTO cursor VALUES (?)", [cursor])
    return cursor


async def synchronize(db: sqlite3.Connection, viva: Viva) -> None:
    """Bring the copy up to date, and keep it so without an end."""
    db.execute("CREATE TABLE IF NOT EXISTS interviews (id TEXT PRIMARY KEY, application TEXT, status TEXT)")
    db.execute("CREATE TABLE IF NOT EXISTS cursor (value TEXT)")
    while True:
        stored = db.execute("SELECT value FROM cursor").fetchone()
        cursor = stored[0] if stored else await read_all(db, viva)
        try:
            async for change in viva.changes(cursor):
                with db:  # the state and the cursor in one transaction
                    if change.interview:
                        store(db, change.interview)
                    db.execute("UPDATE cursor SET value = ?", [change.cursor])
        except errors.CursorExpired:
            await read_all(db, viva)


async def main() -> None:
    """Run the example with the settings of the environment."""
    async with Viva(os.environ["VIVA_URL"], os.environ["VIVA_KEY"]) as viva:
        await synchronize(sqlite3.connect("interviews.db"), viva)


if __name__ == "__main__":
    asyncio.run(main())
