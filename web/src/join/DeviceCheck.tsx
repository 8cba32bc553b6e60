import { type ReactNode, useEffect, useState } from 'react'
import type { Channel } from '../gql/graphql'
import { Button } from '../ui/Button'
import { Meter } from '../ui/Meter'
import { Notice } from '../ui/Notice'
import { Page } from '../ui/Page'
import type { Invitation } from './JoinPage'
import { playChime, useMicrophoneCheck } from './microphone'

interface DeviceCheckProps {
  invitation: Invitation
  /** Whether the candidate has been in the interview before. */
  isBack: boolean
  isJoining: boolean
  notice: ReactNode
  onReady: (channel: Channel, deviceId: string | null) => void
}

/** Microphone and speaker, tried before the interview begins; whoever has none may type. */
export function DeviceCheck({ invitation, isBack, isJoining, notice, onReady }: DeviceCheckProps) {
  const microphone = useMicrophoneCheck()
  const [hasPlayed, setPlayed] = useState(false)
  useEffect(() => {
    // it is large, and needed next
    void import('./VoiceRoom').catch(() => {})
  }, [])
  return (
    <Page title={isBack ? 'Welcome back' : 'Check your microphone and speaker'} above={`${invitation.positionTitle} · ${invitation.organization}`}>
      {isBack && <p>The interviewer will put the open question once more.</p>}
      <section aria-label="Devices" className="space-y-4 rounded-lg border border-line bg-panel p-5">
        {microphone.problem ? (
          <Notice tone="warn">{microphone.problem} Or type your answers instead.</Notice>
        ) : (
          <>
            <label className="block space-y-1">
              <span className="font-medium">Microphone</span>
              <select
                value={microphone.deviceId ?? ''}
                onChange={(event) => microphone.choose(event.target.value)}
                className="min-h-9 w-full rounded-md border border-line bg-panel px-2"
              >
                {microphone.devices.map(({ deviceId, label }) => (
                  <option key={deviceId} value={deviceId}>
                    {label || 'Microphone'}
                  </option>
                ))}
              </select>
            </label>
            <Meter label="Microphone level" level={microphone.level} />
            <p role="status" className="text-quiet">
              {microphone.hasHeard ? 'We can hear you.' : 'Say something: the bar should move.'}
            </p>
          </>
        )}
        <div className="flex items-center gap-3">
          <Button onClick={() => void playChime().then(() => setPlayed(true))}>Test the speaker</Button>
          <span role="status" className="text-quiet">
            {hasPlayed ? 'You should have heard three notes.' : ''}
          </span>
        </div>
      </section>
      {notice}
      <div className="flex flex-wrap gap-3">
        {!microphone.problem && (
          <Button kind="action" disabled={isJoining || !microphone.deviceId} onClick={() => onReady('VOICE', microphone.deviceId)}>
            {isBack ? 'Go on with the interview' : 'Begin the interview'}
          </Button>
        )}
        <Button kind={microphone.problem ? 'action' : 'plain'} disabled={isJoining} onClick={() => onReady('TEXT', null)}>
          Type instead
        </Button>
      </div>
    </Page>
  )
}
