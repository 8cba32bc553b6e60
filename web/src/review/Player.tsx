import { type RefObject, useState } from 'react'
import type { Connection } from '../api/connection'
import { toProblem } from '../api/problem'
import type { RecordingFieldsFragment } from '../gql/graphql'
import { Notice } from '../ui/Notice'
import { RECORDINGS, type ReviewedInterview } from './documents'

type Recording = RecordingFieldsFragment

/** Picks the recording with both voices, preferably with video; null if there is none. */
export function pickRecording(recordings: readonly Recording[]): Recording | null {
  const both = recordings.filter(({ kind }) => kind === 'COMPOSITE' || kind === 'AUDIO')
  const videoFirst = both.toSorted((one, other) => Number(other.kind === 'COMPOSITE') - Number(one.kind === 'COMPOSITE'))
  return videoFirst.find(({ url }) => url) ?? videoFirst[0] ?? null
}

interface PlayerProps {
  id: string
  interview: ReviewedInterview
  connection: Connection
  recording: Recording | null
  media: RefObject<HTMLVideoElement | null>
}

/** Plays the recording, or explains why there is none. */
export function Player({ id, interview, connection, recording, media }: PlayerProps) {
  if (interview.erasedAt) return null
  // an interview that switched to text may have been recorded before that
  if (!recording) return interview.channel === 'VOICE' && <p className="text-quiet">{explainMissingRecording(interview)}</p>
  return (
    <div className="sticky top-0 z-10 space-y-2 bg-ground py-2">
      {recording.failure && <Notice tone="warn">{recording.failure}</Notice>}
      {recording.url ? (
        // keyed by id, so that a new link to the same recording does not reload it
        <MediaElement key={recording.id} id={id} connection={connection} recording={recording} url={recording.url} media={media} />
      ) : (
        !recording.failure && <p className="text-quiet">The interview is being recorded. You can play the recording shortly after it ends.</p>
      )}
    </div>
  )
}

function explainMissingRecording({ consent, status }: ReviewedInterview): string {
  if (!consent) return 'The candidate has not joined yet.'
  if (!consent.recording) return 'The candidate did not agree to a recording.'
  return status === 'WAITING' || status === 'IN_PROGRESS' ? 'Nothing has been recorded yet.' : 'There is no recording.'
}

function MediaElement({ id, connection, recording, url, media }: Omit<PlayerProps, 'interview' | 'recording'> & { recording: Recording; url: string }) {
  const [source, setSource] = useState(url)
  const [isRenewing, setRenewing] = useState(false)
  const [error, setError] = useState<string | null>(null)

  // links are short-lived: an expired one is replaced, and playback resumes at the same time
  const renew = async () => {
    if (isRenewing) {
      setError('This browser could not play the recording.')
      return
    }
    setRenewing(true)
    const { current } = media
    const [currentTime, wasPaused] = [current?.currentTime ?? 0, current?.paused ?? true]
    try {
      const { interview } = await connection.query(RECORDINGS, { id })
      const fresh = interview?.recordings?.find((found) => found.id === recording.id)?.url
      if (!fresh) throw new Error('the recording has no link')
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
  const Tag = recording.kind === 'COMPOSITE' ? 'video' : 'audio'
  return (
    <>
      <Tag
        ref={media}
        src={source}
        aria-label="Recording"
        controls
        preload="metadata"
        onError={() => void renew()}
        className={Tag === 'video' ? 'max-h-80 w-full rounded-lg bg-black' : 'h-14 w-full'}
      />
      {error && <Notice tone="bad">{error}</Notice>}
    </>
  )
}
