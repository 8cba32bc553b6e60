import { MicOff, TriangleAlert, Volume2, Wifi } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from '../ui/Button'
import { type Texts, useTexts } from './texts'
import type { VoiceRoomView, VoiceTrouble } from './VoiceRoom'

/** Returns the title and the advice about a trouble. */
export function describeTrouble({ voice, devices }: Texts, trouble: VoiceTrouble): { title: string; text: string } {
  switch (trouble) {
    case 'blocked':
      return voice.isBlocked
    case 'reconnecting':
      return voice.isReconnecting
    case 'silent':
      return voice.isSilent
    case 'unplugged':
      return voice.isUnplugged
    case 'notHeard':
      return voice.isNotHeard
    default:
      return devices.problems[trouble]
  }
}

/** Whether the trouble only concerns the microphone, which a candidate who types does not need. */
export function isAboutMicrophone(trouble: VoiceTrouble): boolean {
  return trouble !== 'blocked' && trouble !== 'reconnecting' && trouble !== 'silent'
}

interface TroublePanelProps {
  trouble: VoiceTrouble
  voice: VoiceRoomView
  onDevices: () => void
  onType: () => void
}

/** Says what does not work, what may be lost, and what to do. */
export function TroublePanel({ trouble, voice, onDevices, onType }: TroublePanelProps) {
  const texts = useTexts()
  const { title, text } = describeTrouble(texts, trouble)
  const typing = (
    <Button variant={trouble === 'blocked' || trouble === 'reconnecting' ? 'action' : 'plain'} onClick={onType}>
      {texts.voice.typeInstead}
    </Button>
  )
  const actions = (): ReactNode => {
    switch (trouble) {
      case 'blocked':
      case 'reconnecting':
        return typing
      case 'silent':
        return (
          <Button variant="action" onClick={() => void voice.playSound()}>
            {texts.voice.playSound}
          </Button>
        )
      case 'unplugged':
      case 'notHeard':
        return (
          <>
            <Button variant="action" onClick={onDevices}>
              {texts.voice.changeMicrophone}
            </Button>
            {typing}
          </>
        )
      default:
        return (
          <>
            <Button variant="action" onClick={() => void voice.setMuted(false)}>
              {texts.page.tryAgain}
            </Button>
            {typing}
          </>
        )
    }
  }
  const Icon = trouble === 'silent' ? Volume2 : isAboutMicrophone(trouble) ? (trouble === 'notHeard' ? TriangleAlert : MicOff) : Wifi
  return (
    <div role="alert" className="trouble">
      <Icon aria-hidden />
      <h2>{title}</h2>
      <p>{text}</p>
      <div className="acts">{actions()}</div>
    </div>
  )
}
