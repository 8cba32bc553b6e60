import { Captions as CaptionsIcon, Clock, Keyboard, LogOut, Mic, MicOff, RotateCcw, SlidersHorizontal, TriangleAlert, Video, VideoOff } from 'lucide-react'
import { type ReactNode, type Ref, useRef } from 'react'
import { useLevelDrawing } from './levels'
import { useTexts } from './texts'
import type { VoiceRoomView } from './VoiceRoom'

interface ToolbarProps {
  voice: VoiceRoomView | null
  /** Whether the candidate has agreed to a recording, which the camera is for. */
  canUseCamera: boolean
  /** Whether the candidate cannot be heard. */
  isNotHeard: boolean
  showsCaptions: boolean
  onCaptions: (isShown: boolean) => void
  isTyping: boolean
  onTyping: (isTyping: boolean) => void
  typeTool: Ref<HTMLButtonElement>
  onDevices: () => void
  /** Whether the interviewer has spoken, so that there is something to repeat. */
  canSignal: boolean
  onSignal: (signal: 'REPEAT' | 'MORE_TIME') => void
  /** Joins by voice in a typed interview; null if that is not possible. */
  onMicrophone: (() => void) | null
  isOver: boolean
  onEnd: () => void
}

/** The tools of the room, always in the same places. A word on each says what pressing it does. */
export function Toolbar({ typeTool, ...props }: ToolbarProps) {
  const { voice, canUseCamera, isTyping, canSignal, isOver } = props
  const { room } = useTexts()
  const signal = (name: 'REPEAT' | 'MORE_TIME') => () => props.onSignal(name)
  const isDisabled = isOver || !canSignal
  return (
    <nav aria-label={room.controls} className={`bar ${voice ? 'two-rows' : ''}`}>
      <ul className="panel">
        {voice && (
          <>
            <MicrophoneTool voice={voice} isNotHeard={props.isNotHeard} />
            {canUseCamera && (
              <Tool
                icon={voice.isCameraOn ? <Video aria-hidden /> : <VideoOff aria-hidden />}
                label={room.camera}
                isPressed={voice.isCameraOn}
                isQuiet={!voice.isCameraOn}
                onPress={() => void voice.setCamera(!voice.isCameraOn).catch(() => {})}
              />
            )}
            <Tool icon={<CaptionsIcon aria-hidden />} label={room.captions} isPressed={props.showsCaptions} onPress={() => props.onCaptions(!props.showsCaptions)} />
            <Tool icon={<SlidersHorizontal aria-hidden />} label={room.devices} onPress={props.onDevices} />
          </>
        )}
        <Tool group={voice ? 'gap second-row' : ''} icon={<RotateCcw aria-hidden />} label={room.repeat} reason={isDisabled ? room.notNow : null} onPress={signal('REPEAT')} />
        <Tool icon={<Clock aria-hidden />} label={room.moreTime} reason={isDisabled ? room.notNow : null} onPress={signal('MORE_TIME')} />
        {voice && <Tool ref={typeTool} icon={<Keyboard aria-hidden />} label={room.type} isPressed={isTyping} onPress={() => props.onTyping(!isTyping)} />}
        {props.onMicrophone && <Tool icon={<Mic aria-hidden />} label={room.speak} onPress={props.onMicrophone} />}
        <Tool group="gap" icon={<LogOut aria-hidden />} label={room.end} tone="stop" reason={isOver ? room.phases.closing.title : null} onPress={props.onEnd} />
      </ul>
    </nav>
  )
}

function MicrophoneTool({ voice, isNotHeard }: { voice: VoiceRoomView; isNotHeard: boolean }) {
  const texts = useTexts()
  const level = useRef<HTMLSpanElement>(null)
  const { isMuted, canMute } = voice
  const showsLevel = !isMuted && !isNotHeard
  useLevelDrawing(level, showsLevel ? voice.microphoneTrack : null)
  return (
    <Tool
      icon={
        <>
          {isMuted ? <MicOff aria-hidden /> : <Mic aria-hidden />}
          {isNotHeard && <TriangleAlert aria-hidden />}
          <span ref={level} aria-hidden hidden={!showsLevel} className="level">
            <i />
            <i />
            <i />
            <i />
            <i />
          </span>
        </>
      }
      label={isMuted ? texts.voice.unmute : texts.voice.mute}
      isQuiet={isMuted}
      tone={isNotHeard ? 'bad' : undefined}
      description={isNotHeard ? texts.voice.isNotHeard.title : undefined}
      reason={canMute ? null : texts.room.connecting}
      onPress={() => void voice.setMuted(!isMuted)}
    />
  )
}

interface ToolProps {
  icon: ReactNode
  label: string
  isPressed?: boolean
  isQuiet?: boolean
  /** Classes of the first tool of a group. */
  group?: string
  tone?: 'stop' | 'bad' | undefined
  description?: string | undefined
  /** Why the tool cannot be used now, if so. */
  reason?: string | null
  onPress: () => void
  ref?: Ref<HTMLButtonElement>
}

function Tool({ icon, label, isPressed, isQuiet = false, group = '', tone, description, reason = null, onPress, ref }: ToolProps) {
  return (
    <li className={group}>
      <button
        ref={ref}
        type="button"
        className={`tool ${isQuiet ? 'off' : ''} ${tone ?? ''}`}
        aria-pressed={isPressed}
        aria-disabled={reason !== null}
        title={reason ?? description}
        onClick={() => reason === null && onPress()}
      >
        <span>{icon}</span>
        {label}
      </button>
    </li>
  )
}
