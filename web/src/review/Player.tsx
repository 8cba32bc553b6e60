import { Check, Pause, Play } from 'lucide-react'
import { type CSSProperties, type ReactNode, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Connection } from '../api/connection'
import { Problem, toProblem } from '../api/problem'
import type { Turn } from '../api/transcript'
import type { RecordingFieldsFragment } from '../gql/graphql'
import { RECORDINGS, type ReviewedInterview } from './documents'
import { type Playback, seekTo } from './playback'
import { findQuestionStarts, formatOffset } from './turnText'

type Recording = RecordingFieldsFragment

/** Picks the recording with both voices, preferably with video; null if there is none. */
export function pickRecording(recordings: readonly Recording[]): Recording | null {
  const both = recordings.filter(({ kind }) => kind === 'COMPOSITE' || kind === 'AUDIO')
  const videoFirst = both.toSorted((one, other) => Number(other.kind === 'COMPOSITE') - Number(one.kind === 'COMPOSITE'))
  return videoFirst.find(({ url }) => url) ?? videoFirst[0] ?? null
}

interface PlayerProps {
  interview: ReviewedInterview
  connection: Connection
  recording: Recording | null
  media: RefObject<HTMLVideoElement | null>
  playback: Playback
  turns: readonly Turn[]
  isFollowing: boolean
  onFollow: (isFollowing: boolean) => void
}

/** Plays the recording, or explains why there is none. */
export function Player({ interview, recording, ...others }: PlayerProps) {
  if (interview.erasedAt) return null
  // an interview that switched to text may have been recorded before that
  if (!recording) return interview.channel === 'VOICE' && <p className="quiet px-6 pt-4">{explainMissingRecording(interview)}</p>
  return (
    <PlayerFrame>
      {recording.failure && <p className="note">{recording.failure}</p>}
      {recording.url ? (
        // keyed by id, so that a new link to the same recording does not reload it
        <MediaPlayer key={recording.id} {...others} id={interview.id} recording={recording} url={recording.url} />
      ) : (
        !recording.failure && <p className="quiet">The interview is being recorded. You can play the recording shortly after it ends.</p>
      )}
    </PlayerFrame>
  )
}

/** The area of the player. Headings of questions stick below it, and its height depends on the video. */
function PlayerFrame({ children }: { children: ReactNode }) {
  const frame = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const { current } = frame
    const section = current?.parentElement
    if (!current || !section) return
    const observer = new ResizeObserver(() => section.style.setProperty('--player-height', `${current.offsetHeight}px`))
    observer.observe(current)
    return () => observer.disconnect()
  }, [])
  return (
    <div ref={frame} className="player">
      {children}
    </div>
  )
}

function explainMissingRecording({ consent, status }: ReviewedInterview): string {
  if (!consent) return 'The candidate has not joined yet.'
  if (!consent.recording) return 'The candidate did not agree to a recording.'
  return status === 'WAITING' || status === 'IN_PROGRESS' ? 'Nothing has been recorded yet.' : 'There is no recording.'
}

const SPEEDS = [0.75, 1, 1.25, 1.5, 1.75, 2]

interface MediaPlayerProps extends Omit<PlayerProps, 'interview' | 'recording'> {
  id: string
  recording: Recording
  url: string
}

function MediaPlayer({ id, connection, recording, url, media, playback, turns, isFollowing, onFollow }: MediaPlayerProps) {
  const { source, error, renew } = useRenewedLink(id, connection, recording, url, media)
  const [seconds, setSeconds] = useState(0)
  const [isPaused, setPaused] = useState(true)
  const [speed, setSpeed] = useState(1)
  const [hasCaptions, setCaptions] = useState(false)
  const duration = recording.durationSeconds ?? 0
  const isVideo = recording.kind === 'COMPOSITE'
  const { getOffset } = playback

  useEffect(() => {
    if (isVideo && hasCaptions && media.current) return showCaptions(media.current, turns, getOffset, duration)
  }, [media, isVideo, hasCaptions, turns, getOffset, duration])

  const changeSpeed = (next: number) => {
    setSpeed(next)
    if (media.current) setRate(media.current, next)
  }
  const Tag = isVideo ? 'video' : 'audio'
  return (
    <>
      <Tag
        ref={media}
        src={source}
        aria-label="Recording"
        preload="metadata"
        onError={() => void renew()}
        onTimeUpdate={({ currentTarget }) => setSeconds(currentTarget.currentTime)}
        onSeeking={({ currentTarget }) => setSeconds(currentTarget.currentTime)}
        // a new link resets the speed
        onPlay={({ currentTarget }) => {
          setPaused(false)
          currentTarget.playbackRate = speed
        }}
        onPause={() => setPaused(true)}
        className={isVideo ? 'max-h-60 w-full rounded-lg bg-black' : 'hidden'}
      />
      {error && (
        <p role="alert" className="note note-bad">
          {error}
        </p>
      )}
      <div className="line flex-wrap">
        <button type="button" className="btn" onClick={playback.toggle}>
          {isPaused ? <Play className="icon" aria-hidden /> : <Pause className="icon" aria-hidden />} {isPaused ? 'Play' : 'Pause'}
        </button>
        <span className="flex-1">
          <b className="font-semibold">{formatOffset(seconds)}</b> <span className="quiet">/ {formatOffset(duration)}</span>
        </span>
        <button type="button" className="btn btn-bare btn-small wide-only" aria-label="Back 10 seconds" onClick={() => playback.skip(-10)}>
          −10 s
        </button>
        <button type="button" className="btn btn-bare btn-small wide-only" aria-label="Forward 10 seconds" onClick={() => playback.skip(10)}>
          +10 s
        </button>
        <select aria-label="Speed" className="btn btn-bare btn-small" value={speed} onChange={(event) => changeSpeed(Number(event.target.value))}>
          {SPEEDS.map((each) => (
            <option key={each} value={each}>
              {each}×
            </option>
          ))}
        </select>
        {isVideo && (
          <button type="button" className="btn btn-small" aria-pressed={hasCaptions} onClick={() => setCaptions(!hasCaptions)}>
            Captions
          </button>
        )}
        <button type="button" role="switch" className="btn btn-small" aria-checked={isFollowing} onClick={() => onFollow(!isFollowing)}>
          {isFollowing && <Check className="icon" aria-hidden />} Follow
        </button>
      </div>
      <input
        type="range"
        aria-label="Position in the recording"
        aria-valuetext={`${formatOffset(seconds)} of ${formatOffset(duration)}`}
        className="seek"
        style={{ '--share': duration > 0 ? seconds / duration : 0 } as CSSProperties}
        min={0}
        max={duration}
        step={1}
        value={seconds}
        onChange={(event) => {
          if (media.current) seekTo(media.current, Number(event.target.value))
        }}
      />
      <QuestionTicks turns={turns} playback={playback} duration={duration} seconds={seconds} />
    </>
  )
}

function setRate(media: HTMLMediaElement, speed: number): void {
  media.playbackRate = speed
}

/** Shows the turns as captions of a video. Returns a function that hides them. */
function showCaptions(video: HTMLVideoElement, turns: readonly Turn[], getOffset: Playback['getOffset'], duration: number): () => void {
  const track = video.textTracks[0] ?? video.addTextTrack('captions', 'Captions')
  track.mode = 'showing'
  const known = new Set(Array.from(track.cues ?? [], ({ startTime }) => startTime))
  for (const [index, turn] of turns.entries()) {
    const next = turns[index + 1]
    const [start, end] = [getOffset(turn), next ? getOffset(next) : duration]
    if (end > start && !known.has(start)) track.addCue(new VTTCue(start, end, turn.text))
  }
  return () => {
    track.mode = 'hidden'
  }
}

interface Tick {
  turn: Turn
  /** The place on the line, from 0 to 1. */
  share: number
  number: number
}

/** Places a tick where each question begins. Ticks that would cover each other are left out: [ and ] reach every question. */
export function placeTicks(turns: readonly Turn[], getOffset: Playback['getOffset'], duration: number): Tick[] {
  const ticks: Tick[] = []
  for (const [index, { turn }] of findQuestionStarts(turns).entries()) {
    const share = duration > 0 ? getOffset(turn) / duration : 1
    const previous = ticks.at(-1)
    if (share <= 0.95 && (!previous || share - previous.share >= 0.07)) ticks.push({ turn, share, number: index + 1 })
  }
  return ticks
}

function QuestionTicks({ turns, playback, duration, seconds }: { turns: readonly Turn[]; playback: Playback; duration: number; seconds: number }) {
  const ticks = placeTicks(turns, playback.getOffset, duration)
  const current = ticks.findLast(({ turn }) => playback.getOffset(turn) <= seconds && seconds > 0)
  return (
    <div className="relative h-6">
      {ticks.map((tick) => (
        <button
          key={tick.number}
          type="button"
          className="tick"
          style={{ left: `${tick.share * 100}%` }}
          aria-label={`Play question ${tick.number}`}
          aria-current={tick === current || undefined}
          onClick={() => playback.play(tick.turn)}
        >
          Q{tick.number}
        </button>
      ))}
    </div>
  )
}

/** Links are short-lived: an expired one is replaced, and playback resumes at the same time. */
function useRenewedLink(id: string, connection: Connection, recording: Recording, url: string, media: RefObject<HTMLVideoElement | null>) {
  const [source, setSource] = useState(url)
  const [isRenewing, setRenewing] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const renew = async () => {
    if (isRenewing) {
      setError('This browser could not play the recording. Download it (More), or open the page in a newer one.')
      return
    }
    setRenewing(true)
    const { current } = media
    const [currentTime, wasPaused] = [current?.currentTime ?? 0, current?.paused ?? true]
    try {
      const { interview } = await connection.query(RECORDINGS, { id })
      const fresh = interview?.recordings?.find((found) => found.id === recording.id)?.url
      if (!fresh) throw new Problem('NOT_FOUND', 'The recording is no longer available.')
      setSource(fresh)
      current?.addEventListener(
        'loadedmetadata',
        () => {
          current.currentTime = currentTime
          setRenewing(false)
          if (!wasPaused) current.play().catch(() => {})
        },
        { once: true },
      )
    } catch (failure) {
      setError(toProblem(failure).message)
    }
  }
  return { source, error, renew }
}
