"""Starts a typed interview, and prints what is said until it is over."""

import asyncio
import os

from viva_client import Viva
from viva_client.generated import Channel, ConsentInput, StartInterviewInput


async def interview_candidate(viva: Viva, application_id: str) -> None:
    """Interview the candidate of an application. After a crash, call it again: there is one interview for each application."""
    started = await viva.start_interview(
        StartInterviewInput(
            idempotency_key=application_id,
            candidate_name="Maya Lindqvist",
            position_key="software_engineer",
            channel=Channel.TEXT,
            consent=ConsentInput(text_version="2026-12", recording=False),
        )
    )
    if started is None:
        return
    print("Send this link to the candidate:", started.invite.url, flush=True)
    async for turn in viva.follow(started.interview.id):
        print(f"{turn.seq}. {turn.speaker}: {turn.text}", flush=True)


async def main() -> None:
    """Run the example with the settings of the environment."""
    async with Viva(os.environ["VIVA_URL"], os.environ["VIVA_KEY"]) as viva:
        await interview_candidate(viva, os.environ["APPLICATION_ID"])


if __name__ == "__main__":
    asyncio.run(main())
