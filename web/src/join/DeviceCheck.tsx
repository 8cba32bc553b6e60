import { type ReactNode, useEffect, useState } from 'react'
import type { Channel } from '../gql/graphql'
import { Button } from '../ui/Button'
import { Meter } from '../ui/Meter'
import { Notice } from '../ui/Notice'
import { Page } from '../ui/Page'
import type { Invitation } from './documents'
import { playChime, useMicrophoneCheck } from './microphone'

interface DeviceCheckProps {
  invitation: Invitation
  /** Whether the candidate has joined the interview before. */
  isReturning: boolean
  isJoining: boolean
  notice: ReactNode
  /** What the candidate can request instead. */
  rights: ReactNode
  onReady: (channel: Channel, deviceId: string | null) => void
}

/** Microphone and speaker check before a spoken interview. Candidates without a microphone can type. */
export function DeviceCheck({ invitation, isReturning, isJoining, notice, rights, onReady }: DeviceCheckProps) {
  const microphone = useMicrophoneCheck()
  const [hasPlayed, setPlayed] = useState(false)
  useEffect(() => {
    // preload the largest chunk, which is needed next
    void import('./VoiceRoom').catch(() => {})
  }, [])
  return (
    <Page title={isReturning ? 'Welcome back' : 'Check your microphone and speaker'} eyebrow={`${invitation.positionTitle} · ${invitation.organization}`}>
      {isReturning && <p>The interviewer will repeat the current question.</p>}
      <section aria-label="Devices" className="space-y-4 rounded-lg border border-line bg-panel p-5">
        {microphone.problem ? (
          <Notice tone="warn">{microphone.problem} You can also type your answers.</Notice>
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
          <Button variant="action" disabled={isJoining || !microphone.deviceId} onClick={() => onReady('VOICE', microphone.deviceId)}>
            {isReturning ? 'Continue the interview' : 'Start the interview'}
          </Button>
        )}
        <Button variant={microphone.problem ? 'action' : 'plain'} disabled={isJoining} onClick={() => onReady('TEXT', null)}>
          Type my answers
        </Button>
      </div>
      {rights}
    </Page>
  )
}
