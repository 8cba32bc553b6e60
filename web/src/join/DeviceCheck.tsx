import { CircleCheck, Mic, MicOff, Play, Square, VideoOff, Volume2 } from 'lucide-react'
import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import type { Channel } from '../gql/graphql'
import { Button } from '../ui/Button'
import type { Invitation } from './documents'
import { canChooseSpeaker, chooseSpeaker, type ChosenDevices, loadSpeaker, type MicrophoneCheck, playChime, storeSpeaker, useDevices, useMicrophoneCheck } from './microphone'
import { Shell, Steps, Title, TroubleFooter } from './Shell'
import { useTexts } from './texts'

interface DeviceCheckProps {
  invitation: Invitation
  /** Whether the candidate has joined the interview before. */
  isReturning: boolean
  /** Whether the candidate has agreed to a recording, which the camera is for. */
  canUseCamera: boolean
  isJoining: boolean
  notice: ReactNode
  /** Opens the page with what the candidate can request. */
  onHelp: () => void
  onReady: (channel: Channel, devices: ChosenDevices) => void
}

/** Check of microphone, speaker and camera before a spoken interview. Candidates without a microphone can type. */
export function DeviceCheck({ invitation, isReturning, canUseCamera, isJoining, notice, onHelp, onReady }: DeviceCheckProps) {
  const texts = useTexts()
  const { devices, start } = texts
  const microphone = useMicrophoneCheck()
  const [speaker, setSpeaker] = useState(loadSpeaker)
  const [camera, setCamera] = useState<string | null>(null)
  useEffect(() => {
    // preload the largest chunk, which is needed next
    void import('./VoiceRoom').catch(() => {})
  }, [])
  const isReady = microphone.state === 'ready'
  const begin = (channel: Channel) => onReady(channel, { microphone: microphone.deviceId, speaker, camera })
  return (
    <Shell
      invitation={invitation}
      isSplit
      action={
        <Button variant="link" onClick={onHelp}>
          {texts.page.help}
        </Button>
      }
      footer={<TroubleFooter invitation={invitation} />}
    >
      <section>
        {!isReturning && <Steps step={2} steps={3} />}
        <Title>{isReturning ? start.welcomeBack : devices.title}</Title>
        <p className="lead">{isReturning ? start.repetition : devices.lead}</p>
        {canUseCamera && <CameraView camera={camera} onCamera={setCamera} />}
      </section>
      <section aria-label={devices.region} className="panel form">
        <MicrophoneField microphone={microphone} onType={() => begin('TEXT')} />
        {isReady && <Playback track={microphone.track} speaker={speaker} />}
        {isReady && (
          <>
            <hr />
            <SpeakerField
              speaker={speaker}
              onChoose={(deviceId) => {
                storeSpeaker(deviceId)
                setSpeaker(deviceId)
              }}
            />
            <hr />
          </>
        )}
        {notice}
        {(isReady || microphone.state === 'unasked') && (
          <div className="act">
            {isReady && (
              <Button variant="action" aria-disabled={isJoining} onClick={() => isJoining || begin('VOICE')}>
                {isJoining ? start.isStarting : isReturning ? start.resume : start.start}
              </Button>
            )}
            <Button variant="link" aria-disabled={isJoining} onClick={() => isJoining || begin('TEXT')}>
              {start.type}
            </Button>
          </div>
        )}
        {isReady && !isReturning && <p className="quiet small">{start.spokenFirstWords}</p>}
      </section>
    </Shell>
  )
}

function MicrophoneField({ microphone, onType }: { microphone: MicrophoneCheck; onType: () => void }) {
  const { devices, page, start } = useTexts()
  const inputs = useDevices('audioinput', microphone.state === 'ready')
  const id = useId()
  const { state, problem } = microphone
  if (state === 'checking') return null
  if (state === 'unasked') {
    return (
      <div className="trouble wait">
        <Mic aria-hidden />
        <h2>{devices.ask.title}</h2>
        <p>{devices.ask.text}</p>
        <div className="acts">
          <Button variant="action" onClick={microphone.ask}>
            {devices.ask.label}
          </Button>
        </div>
      </div>
    )
  }
  if (state === 'asking') {
    return (
      <div role="status" className="trouble wait">
        <Mic aria-hidden />
        <h2>{devices.asking.title}</h2>
        <p>{devices.asking.text}</p>
      </div>
    )
  }
  if (problem) {
    return (
      <div role="alert" className="trouble">
        <MicOff aria-hidden />
        <h2>{devices.problems[problem].title}</h2>
        <p>
          {devices.problems[problem].text} {devices.canType}
        </p>
        <div className="acts">
          <Button variant="action" onClick={microphone.ask}>
            {page.tryAgain}
          </Button>
          <Button onClick={onType}>{start.type}</Button>
        </div>
      </div>
    )
  }
  return (
    <div className="field">
      <label htmlFor={id}>{devices.microphone}</label>
      <select id={id} className="input" value={microphone.deviceId ?? ''} onChange={({ target }) => microphone.choose(target.value)}>
        {inputs.map(({ deviceId, label }) => (
          <option key={deviceId} value={deviceId}>
            {label || devices.microphone}
          </option>
        ))}
      </select>
      <LevelMeter level={microphone.level} />
      <Hearing hearing={microphone.hearing} />
    </div>
  )
}

const METER_SEGMENTS = Array.from({ length: 24 }, (_, index) => index)

function LevelMeter({ level }: { level: number }) {
  return (
    <div aria-hidden className="meter">
      {METER_SEGMENTS.map((index) => (
        <i key={index} className={index < level * METER_SEGMENTS.length ? 'on' : ''} />
      ))}
    </div>
  )
}

function Hearing({ hearing }: Pick<MicrophoneCheck, 'hearing'>) {
  const { devices } = useTexts()
  const sentence = { silent: devices.isNotHeard, quiet: devices.isQuiet, good: devices.isHeard }[hearing]
  return (
    <p role="status" className={`say ${hearing === 'good' ? 'good' : ''}`}>
      {hearing === 'good' ? <CircleCheck aria-hidden /> : <Mic aria-hidden />} {sentence}
    </p>
  )
}

function SpeakerField({ speaker, onChoose }: { speaker: string | null; onChoose: (deviceId: string | null) => void }) {
  const { devices } = useTexts()
  const outputs = useDevices('audiooutput')
  const [hasPlayed, setPlayed] = useState(false)
  const id = useId()
  const canChoose = canChooseSpeaker && outputs.length > 0
  return (
    <div className="field">
      <div className="flex flex-wrap justify-between gap-x-3">
        {canChoose ? (
          <label htmlFor={id} className="font-[550]">
            {devices.speaker}
          </label>
        ) : (
          <b className="font-[550]">{devices.speaker}</b>
        )}
        <span role="status" className="quiet small self-center">
          {hasPlayed ? devices.wasPlayed : ''}
        </span>
      </div>
      <div className="with">
        {canChoose ? (
          <select id={id} className="input" value={speaker ?? ''} onChange={({ target }) => onChoose(target.value || null)}>
            <option value="">{devices.defaultSpeaker}</option>
            {outputs
              .filter(({ deviceId }) => deviceId !== 'default')
              .map(({ deviceId, label }) => (
                <option key={deviceId} value={deviceId}>
                  {label || devices.speaker}
                </option>
              ))}
          </select>
        ) : (
          <p className="quiet self-center">{devices.defaultSpeaker}</p>
        )}
        <Button onClick={() => void playChime(speaker).then(() => setPlayed(true))}>
          <Volume2 aria-hidden className="size-5" /> {devices.test}
        </Button>
      </div>
    </div>
  )
}

/** The longest sentence that is recorded, in milliseconds. */
const PLAYBACK_MS = 10_000

/** Records a sentence in the page, and plays it. */
function Playback({ track, speaker }: { track: MediaStreamTrack | null; speaker: string | null }) {
  const { playback } = useTexts().devices
  const [recorder, setRecorder] = useState<MediaRecorder | null>(null)
  const [url, setUrl] = useState<string | null>(null)
  const audio = useRef<HTMLAudioElement>(null)
  useEffect(() => {
    return () => {
      if (url) URL.revokeObjectURL(url)
    }
  }, [url])
  if (!track || typeof MediaRecorder === 'undefined') return null
  const record = () => {
    const started = new MediaRecorder(new MediaStream([track]))
    const timer = setTimeout(() => started.stop(), PLAYBACK_MS)
    const parts: Blob[] = []
    started.addEventListener('dataavailable', ({ data }) => parts.push(data))
    started.addEventListener('stop', () => {
      clearTimeout(timer)
      setRecorder(null)
      setUrl(URL.createObjectURL(new Blob(parts, { type: started.mimeType })))
    })
    started.start()
    setRecorder(started)
  }
  const play = async () => {
    if (!audio.current) return
    await chooseSpeaker(audio.current, speaker)
    await audio.current.play().catch(() => {})
  }
  return (
    <div className="hear">
      <div>
        <b>{playback.title}</b>
        <p className="quiet small">{playback.text}</p>
      </div>
      <div className="flex flex-wrap justify-end gap-2">
        {recorder ? (
          <Button onClick={() => recorder.stop()}>
            <Square aria-hidden className="size-5" /> {playback.stop}
          </Button>
        ) : (
          <>
            {url && (
              <Button onClick={() => void play()}>
                <Play aria-hidden className="size-5" /> {playback.play}
              </Button>
            )}
            <Button onClick={record}>
              <Mic aria-hidden className="size-5" /> {playback.record}
            </Button>
          </>
        )}
      </div>
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- the candidate's own sentence */}
      <audio ref={audio} src={url ?? undefined} />
    </div>
  )
}

/** The camera, off until the candidate turns it on. */
function CameraView({ camera, onCamera }: { camera: string | null; onCamera: (deviceId: string | null) => void }) {
  const { devices, voice } = useTexts()
  const cameras = useDevices('videoinput', camera !== null)
  const [stream, setStream] = useState<MediaStream | null>(null)
  const [hasFailed, setFailed] = useState(false)
  useEffect(() => {
    return () => {
      for (const track of stream?.getTracks() ?? []) track.stop()
    }
  }, [stream])
  const turnOn = async (deviceId: string | null) => {
    try {
      const opened = await navigator.mediaDevices.getUserMedia({ video: deviceId ? { deviceId } : true })
      setFailed(false)
      setStream(opened)
      onCamera(opened.getVideoTracks()[0]?.getSettings().deviceId ?? '')
    } catch {
      setFailed(true)
      turnOff()
    }
  }
  const turnOff = () => {
    setStream(null)
    onCamera(null)
  }
  return (
    <>
      <div className="view">
        {stream ? (
          <>
            {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- the candidate's own picture */}
            <video
              ref={(video) => {
                if (video && video.srcObject !== stream) video.srcObject = stream
              }}
              aria-label={voice.cameraImage}
              autoPlay
              muted
              playsInline
            />
            <Button onClick={turnOff}>{devices.turnOffCamera}</Button>
          </>
        ) : (
          <>
            <VideoOff aria-hidden />
            <p role="status">{hasFailed ? devices.cameraFailed : devices.cameraIsOff}</p>
            <Button onClick={() => void turnOn(null)}>{devices.turnOnCamera}</Button>
          </>
        )}
      </div>
      {stream && cameras.length > 1 && (
        <select
          aria-label={devices.camera}
          className="input mt-3"
          value={camera ?? ''}
          onChange={({ target }) => void turnOn(target.value)}
        >
          {cameras.map(({ deviceId, label }) => (
            <option key={deviceId} value={deviceId}>
              {label || devices.camera}
            </option>
          ))}
        </select>
      )}
    </>
  )
}
