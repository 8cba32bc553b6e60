import { useRef } from 'react'
import type { Connection } from '../api/connection'
import { useTranscript } from '../api/transcript'
import { useLatest } from '../api/useLatest'
import type { ReviewedSubscription } from '../gql/graphql'
import { Notice } from '../ui/Notice'
import { Page } from '../ui/Page'
import { REVIEWED } from './documents'
import { EvaluationPanel } from './EvaluationPanel'
import { Lines } from './Lines'
import { pickRecording, Player } from './Player'
import { usePlayback } from './playback'

export type Reviewed = ReviewedSubscription['interviewChanged']

/** An interview as it goes on, and afterwards: transcript, recording, evaluation, as far as the caller may read them. */
export function Review({ id, connection, canReadAll }: { id: string; connection: Connection; canReadAll: boolean }) {
  const { state } = useTranscript(connection, id)
  const { data, problem } = useLatest(connection, REVIEWED, { id, all: canReadAll })
  const interview = data?.interviewChanged ?? null
  const recording = pickRecording(interview?.recordings ?? [])
  const media = useRef<HTMLVideoElement>(null)
  const playback = usePlayback(media, recording?.startedAt ?? null, state.turns)
  const met = problem ?? state.problem

  return (
    <Page title={interview?.candidate?.name ?? 'Interview'} above={interview?.position.title}>
      {met && <Notice tone="bad">{met.message}</Notice>}
      {interview && <Standing interview={interview} />}
      {interview?.erasedAt && <Notice>This interview was erased.</Notice>}
      {state.liveness === 'reconnecting' && <Notice tone="warn">Reconnecting… Nothing will be missing.</Notice>}
      {interview && canReadAll && <Player interview={interview} id={id} connection={connection} recording={recording} media={media} />}
      <Lines state={state} playback={recording?.url ? playback : null} isOver={state.liveness === 'ended'} />
      {interview?.evaluation && <EvaluationPanel evaluation={interview.evaluation} />}
    </Page>
  )
}

const STATUS: Record<Reviewed['status'], string> = {
  SCHEDULED: 'Scheduled',
  WAITING: 'Waiting for the candidate',
  IN_PROGRESS: 'Live',
  ENDING: 'Ending',
  COMPLETED: 'Completed',
  CANCELLED: 'Cancelled',
  EXPIRED: 'Expired',
  FAILED: 'Failed',
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`
}

function Standing({ interview }: { interview: Reviewed }) {
  const { status, endReason, endDetail, channel, startedAt, durationSeconds, progress, latency } = interview
  const time = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })
  const facts = [
    // the API may know more values than this page
    STATUS[status] ?? status,
    endReason?.toLowerCase().replaceAll('_', ' '),
    channel === 'VOICE' ? 'by voice' : 'in writing',
    startedAt && time.format(Date.parse(startedAt)),
    durationSeconds != null && `${Math.ceil(durationSeconds / 60)} min`,
    `question ${progress.question} of ${progress.questions}`,
    `${progress.exchanges} exchanges`,
  ].filter(Boolean)
  return (
    <div>
      <p role="status" className="text-quiet">
        {facts.join(' · ')}
      </p>
      {latency?.p50.heard != null && latency.p95.heard != null && (
        <p className="text-quiet">
          Replies were heard after {seconds(latency.p50.heard)} (p50), {seconds(latency.p95.heard)} (p95), of {latency.replies}
        </p>
      )}
      {endDetail && <p className="text-warn">{endDetail}</p>}
    </div>
  )
}
