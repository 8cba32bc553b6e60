"""The LiveKit job that records one part of an interview's recording, under the recording's lease.

A job that dies is replaced by another (lifecycle.recorder_dispatch), which records the next part.
"""

import structlog
from bson import ObjectId
from livekit.agents import AgentServer, WorkerPermissions

from lifecycle.jobs import FINALIZE_RECORDING
from lifecycle.lease_renewal import hold_lease
from lifecycle.livekit_worker import RoomJob, create_livekit_worker, run_worker
from lifecycle.services import open_services
from models.documents.recording import Recording
from models.documents.worker_heartbeat import WorkerKind
from models.storage.lease import LeaseLost, renew_lease
from models.writes.recording_transitions import claim_recording, release_recording_lease
from recording.recorder import Recorder
from recording.storage import open_store
from settings import Settings

log = structlog.get_logger(__name__)


async def run_recorder_worker(settings: Settings) -> None:
    """Run the LiveKit worker that records interviews, until SIGTERM or SIGINT. Raises PyMongoError if MongoDB is unreachable."""
    async with open_services(settings) as services:
        await run_worker(create_recorder_worker(settings), services, WorkerKind.RECORDER)


def create_recorder_worker(settings: Settings) -> AgentServer:
    """Return the LiveKit worker that records interviews; it is hidden and publishes nothing."""
    hidden = WorkerPermissions(hidden=True, can_publish=False, can_publish_data=False, can_update_metadata=False)
    return create_livekit_worker(
        settings, settings.livekit.recorder_name, record_part, service="viva-recorder", permissions=hidden
    )


async def record_part(job: RoomJob) -> None:
    """Record until the room is closed or the job is asked to stop. Raises LeaseLost if the lease cannot be claimed or is lost."""
    services, lease_seconds = job.services, job.services.settings.jobs.lease_seconds
    recording_id = ObjectId(job.metadata["recording"])
    store = open_store(services.settings.recording)
    if store is None:
        raise RuntimeError("a recorder needs RECORDING_STORE")
    recording = await claim_recording(recording_id, job.fence, job.holder, lease_seconds)
    if recording is None:
        raise LeaseLost
    log.info("recorder joined")
    recorder = Recorder(services, store, job.room, recording)

    async def renew() -> bool:
        return await renew_lease(Recording, recording_id, job.fence, job.holder, lease_seconds)

    try:
        async with hold_lease(renew, lease_seconds):
            await recorder.run(job.stop_requested)
    finally:
        await release_recording_lease(recorder.recording)
    # while the interview is still open, the job finds nothing due
    await services.jobs.kick(FINALIZE_RECORDING, recording_id)
