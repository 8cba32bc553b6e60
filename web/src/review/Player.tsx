import { type RefObject, useState } from 'react'
import type { Connection } from '../api/connection'
import { problemOf } from '../api/problem'
import type { RecordingFieldsFragment } from '../gql/graphql'
import { Notice } from '../ui/Notice'
import { RECORDINGS } from './documents'
import type { Reviewed } from './Review'

type Recording = RecordingFieldsFragment

/** The one with both voices, with the picture if there is one; null when there is none. */
export function pickRecording(recordings: readonly Recording[]): Recording | null {
  const both = recordings.filter(({ kind }) => kind === 'COMPOSITE' || kind === 'AUDIO')
  const byPicture = both.toSorted((one, other) => Number(other.kind === 'COMPOSITE') - Number(one.kind === 'COMPOSITE'))
  return byPicture.find(({ url }) => url) ?? byPicture[0] ?? null
}

interface PlayerProps {
  id: string
  interview: Reviewed
  connection: Connection
  recording: Recording | null
  media: RefObject<HTMLVideoElement | null>
}

/** The recording, or why there is none (yet). */
export function Player({ id, interview, connection, recording, media }: PlayerProps) {
  if (interview.erasedAt) return null
  // one that went on in writing may have been recorded before
  if (!recording) return interview.channel === 'VOICE' && <p className="text-quiet">{reasonOf(interview)}</p>
  return (
    <div className="sticky top-0 z-10 space-y-2 bg-ground py-2">
      {recording.failure && <Notice tone="warn">{recording.failure}</Notice>}
      {recording.url ? (
        // another link to the same recording is no reason to load it anew
        <Media key={recording.id} id={id} connection={connection} recording={recording} url={recording.url} media={media} />
      ) : (
        !recording.failure && <p className="text-quiet">It is being recorded, and can be played soon after the interview.</p>
      )}
    </div>
  )
}

function reasonOf({ consent, status }: Reviewed): string {
  if (!consent) return 'The candidate has not been here yet.'
  if (!consent.recording) return 'The candidate did not agree to a recording.'
  return status === 'WAITING' || status === 'IN_PROGRESS' ? 'Nothing is recorded yet.' : 'There is no recording.'
}

function Media({ id, connection, recording, url, media }: Omit<PlayerProps, 'interview' | 'recording'> & { recording: Recording; url: string }) {
  const [source, setSource] = useState(url)
  const [isStale, setStale] = useState(false)
  const [trouble, setTrouble] = useState<string | null>(null)

  // links are short-lived: one that has ended is replaced, and playing goes on where it was
  const renew = async () => {
    if (isStale) {
      setTrouble('The recording cannot be played here.')
      return
    }
    setStale(true)
    const { current } = media
    const [at, wasPaused] = [current?.currentTime ?? 0, current?.paused ?? true]
    try {
      const { interview } = await connection.query(RECORDINGS, { id })
      const fresh = interview?.recordings?.find((found) => found.id === recording.id)?.url
      if (!fresh) throw new Error('it is gone')
      setSource(fresh)
      current?.addEventListener(
        'loadedmetadata',
        () => {
          current.currentTime = at
          setStale(false)
          if (!wasPaused) current.play().catch(() => {})
        },
        { once: true },
      )
    } catch (error) {
      setTrouble(problemOf(error).message)
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
      {trouble && <Notice tone="bad">{trouble}</Notice>}
    </>
  )
}
