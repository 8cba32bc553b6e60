import { useLocalParticipant, VideoTrack } from '@livekit/components-react'
import { Track } from 'livekit-client'
import { useState } from 'react'
import { Button } from '../ui/Button'
import { Notice } from '../ui/Notice'

/** The camera, off until it is wanted; for the recording alone, since the interviewer only listens. */
export function Camera({ canUse }: { canUse: boolean }) {
  const { localParticipant, isCameraEnabled, cameraTrack } = useLocalParticipant()
  const [hasFailed, setFailed] = useState(false)
  const toggle = async () => {
    try {
      await localParticipant.setCameraEnabled(!isCameraEnabled)
      setFailed(false)
    } catch {
      setFailed(true)
    }
  }
  return (
    <>
      <Button disabled={!canUse} onClick={() => void toggle()}>
        {isCameraEnabled ? 'Turn the camera off' : 'Turn the camera on'}
      </Button>
      {hasFailed && <Notice tone="warn">The camera cannot be used. The interview goes on without it.</Notice>}
      {isCameraEnabled && cameraTrack && (
        <VideoTrack
          trackRef={{ participant: localParticipant, publication: cameraTrack, source: Track.Source.Camera }}
          aria-label="Your picture"
          className="order-last w-40 -scale-x-100 rounded-md"
        />
      )}
    </>
  )
}
