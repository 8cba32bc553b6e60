import { useCallback, useLayoutEffect, useRef, useSyncExternalStore } from 'react'
import { Link } from 'wouter'
import { type Transcript, type Turn, useInterims, useTranscript } from '../../api/transcript'
import { Dialog } from '../../ui/Dialog'
import { nameOf } from '../interviews/interviewText'
import { useSession } from '../session'
import type { TileInterview } from './documents'
import { describePhase } from './LiveTile'
import type { LiveWall } from './liveWall'

interface LiveTranscriptProps {
  wall: LiveWall
  id: string
  onEnd: (interview: TileInterview) => void
  onClose: () => void
}

/** What is being said in one interview, beside the wall. */
export function LiveTranscript({ wall, id, onEnd, onClose }: LiveTranscriptProps) {
  const { connection, may } = useSession()
  const subscribe = useCallback((listener: () => void) => wall.subscribeTile(id, listener), [wall, id])
  const tile = useSyncExternalStore(subscribe, () => wall.getTile(id))
  const { transcript, state } = useTranscript(connection, id)
  const { turns, problem, streamStatus } = state
  const interview = tile?.interview
  const name = interview ? nameOf({ candidate: interview.candidate ?? null, erasedAt: null }) : 'Transcript'
  return (
    <Dialog title={<bdi className="cut">{name}</bdi>} shape="side" onClose={onClose}>
      <div className="dialog-body">
        <p className="quiet line flex-wrap">
          {interview ? `${interview.position.title} · ${describePhase(interview)}` : 'The interview is over.'}
          <Link href={`/interviews/${id}`} className="font-medium text-accent">
            Open the page
          </Link>
        </p>
        {problem && (
          <p role="alert" className="note note-bad">
            {problem.message}
          </p>
        )}
        {streamStatus === 'reconnecting' && <p className="note">Reconnecting. No part of the transcript will be lost.</p>}
        <div role="log" aria-label="Transcript" className="grid gap-3">
          {turns.map((turn) => (
            <p key={turn.seq} dir="auto" className={turn.speaker === 'CANDIDATE' ? '' : 'quiet'}>
              <b className="font-semibold">{turn.speaker === 'CANDIDATE' ? 'Candidate' : 'Viva'}</b> {turn.text}
            </p>
          ))}
          {turns.length === 0 && streamStatus !== 'loading' && <p className="quiet">No one has spoken yet.</p>}
        </div>
        <NewestWords transcript={transcript} turns={turns} />
      </div>
      {interview && (interview.status === 'IN_PROGRESS' ? may('END_INTERVIEW') : interview.status === 'WAITING' && may('CANCEL_INTERVIEW')) && (
        <div className="dialog-foot sticky bottom-0 bg-raised">
          <button type="button" className="btn btn-danger" onClick={() => onEnd(interview)}>
            {interview.status === 'IN_PROGRESS' ? 'End the interview' : 'Cancel the interview'}
          </button>
        </div>
      )}
    </Dialog>
  )
}

/** What both are saying, which stays in view. */
function NewestWords({ transcript, turns }: { transcript: Transcript; turns: readonly Turn[] }) {
  const interims = useInterims(transcript)
  const end = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    end.current?.scrollIntoView({ block: 'end' })
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- new words and new turns move the end
  }, [turns, interims])
  return (
    <>
      {[interims.INTERVIEWER, interims.CANDIDATE].map(
        (interim) =>
          interim && (
            <p key={interim.speaker} dir="auto" className="quiet italic">
              <b className="font-semibold">{interim.speaker === 'CANDIDATE' ? 'Candidate' : 'Viva'}</b> {interim.text || 'is typing…'}
            </p>
          ),
      )}
      <div ref={end} />
    </>
  )
}
