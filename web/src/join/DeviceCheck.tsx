import { type ReactNode, useEffect, useState } from 'react'
import type { Channel } from '../gql/graphql'
import { Button } from '../ui/Button'
import { Meter } from '../ui/Meter'
import { Notice } from '../ui/Notice'
import { Page } from '../ui/Page'
import type { Invitation } from './documents'
import { playChime, useMicrophoneCheck } from './microphone'
import { useTexts } from './texts'

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
  const texts = useTexts()
  const microphone = useMicrophoneCheck()
  const [hasPlayed, setPlayed] = useState(false)
  useEffect(() => {
    // preload the largest chunk, which is needed next
    void import('./VoiceRoom').catch(() => {})
  }, [])
  return (
    <Page title={isReturning ? texts.start.welcomeBack : texts.devices.title} eyebrow={`${invitation.positionTitle} · ${invitation.organization}`}>
      {isReturning && <p>{texts.start.repetition}</p>}
      <section aria-label={texts.devices.region} className="space-y-4 rounded-lg border border-line bg-panel p-5">
        {microphone.problem ? (
          <Notice tone="warn">
            {texts.devices.problems[microphone.problem]} {texts.devices.canType}
          </Notice>
        ) : (
          <>
            <label className="block space-y-1">
              <span className="font-medium">{texts.devices.microphone}</span>
              <select
                value={microphone.deviceId ?? ''}
                onChange={(event) => microphone.choose(event.target.value)}
                className="min-h-9 w-full rounded-md border border-line bg-panel px-2"
              >
                {microphone.devices.map(({ deviceId, label }) => (
                  <option key={deviceId} value={deviceId}>
                    {label || texts.devices.microphone}
                  </option>
                ))}
              </select>
            </label>
            <Meter label={texts.devices.level} level={microphone.level} />
            <p role="status" className="text-quiet">
              {microphone.hasHeard ? texts.devices.isHeard : texts.devices.isNotHeard}
            </p>
          </>
        )}
        <div className="flex items-center gap-3">
          <Button onClick={() => void playChime().then(() => setPlayed(true))}>{texts.devices.test}</Button>
          <span role="status" className="text-quiet">
            {hasPlayed ? texts.devices.wasPlayed : ''}
          </span>
        </div>
      </section>
      {notice}
      <div className="flex flex-wrap gap-3">
        {!microphone.problem && (
          <Button variant="action" disabled={isJoining || !microphone.deviceId} onClick={() => onReady('VOICE', microphone.deviceId)}>
            {isReturning ? texts.start.resume : texts.start.start}
          </Button>
        )}
        <Button variant={microphone.problem ? 'action' : 'plain'} disabled={isJoining} onClick={() => onReady('TEXT', null)}>
          {texts.start.type}
        </Button>
      </div>
      {rights}
    </Page>
  )
}
