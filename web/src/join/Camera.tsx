import { useLocalParticipant, VideoTrack } from '@livekit/components-react'
import { Track } from 'livekit-client'
import { useState } from 'react'
import { Button } from '../ui/Button'
import { Notice } from '../ui/Notice'
import { useTexts } from './texts'

/** Camera toggle, off by default. Video is only recorded: the interviewer does not see it. */
export function Camera({ canUse }: { canUse: boolean }) {
  const { localParticipant, isCameraEnabled, cameraTrack } = useLocalParticipant()
  const { voice } = useTexts()
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
        {isCameraEnabled ? voice.turnOffCamera : voice.turnOnCamera}
      </Button>
      {hasFailed && <Notice tone="warn">{voice.cameraFailed}</Notice>}
      {isCameraEnabled && cameraTrack && (
        <VideoTrack
          trackRef={{ participant: localParticipant, publication: cameraTrack, source: Track.Source.Camera }}
          aria-label={voice.cameraImage}
          className="order-last w-40 -scale-x-100 rounded-md"
        />
      )}
    </>
  )
}
