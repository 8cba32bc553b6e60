import { Copy } from 'lucide-react'
import { useRef } from 'react'
import { Link } from 'wouter'
import type { Connection } from '../api/connection'
import { useTranscript } from '../api/transcript'
import { useLatestEvent } from '../api/useLatestEvent'
import { useCopyLink } from '../desk/interviews/useCopyLink'
import { PageHeading } from '../desk/PageHeading'
import { useSession } from '../desk/session'
import { Notice } from '../ui/Notice'
import { REVIEWED, type ReviewedInterview } from './documents'
import { EvaluationPanel } from './EvaluationPanel'
import { TranscriptPanel } from './TranscriptPanel'
import { pickRecording, Player } from './Player'
import { usePlayback } from './playback'

/** An interview, live or completed: transcript, recording and evaluation, as far as the caller may read them. */
export function Review({ id, connection, canReadAll }: { id: string; connection: Connection; canReadAll: boolean }) {
  const { data, problem } = useLatestEvent(connection, REVIEWED, { id, all: canReadAll })
  const interview = data?.interviewChanged ?? null
  const { state } = useTranscript(connection, id, interview !== null && FINAL_STATUSES.has(interview.status))
  const recording = pickRecording(interview?.recordings ?? [])
  const media = useRef<HTMLVideoElement>(null)
  const playback = usePlayback(media, recording?.startedAt ?? null, state.turns)
  const shownProblem = problem ?? state.problem
  const { may } = useSession()
  const copyLink = useCopyLink()
  const name = interview?.candidate?.name ?? 'Interview'

  if (shownProblem?.code === 'NOT_FOUND') return <UnknownInterview />

  return (
    <main>
      <header className="top-bar">
        <PageHeading title={name}>
          <bdi>{name}</bdi>
        </PageHeading>
        {interview && <bdi className="quiet cut">{interview.position.title}</bdi>}
        <span className="flex-1" />
        {interview && may('RENEW_INVITE') && LINKED_STATUSES.has(interview.status) && (
          <button type="button" className="btn" onClick={() => void copyLink({ id })}>
            <Copy className="icon" aria-hidden /> Copy link
          </button>
        )}
      </header>
      <div className="grid w-full max-w-3xl grid-cols-[minmax(0,1fr)] gap-4 px-6 pb-12 max-[1199px]:px-4">
      {shownProblem && <Notice tone="bad">{shownProblem.message}</Notice>}
      {interview && <InterviewFacts interview={interview} />}
      {interview?.erasedAt && <Notice>This interview was erased.</Notice>}
      {state.streamStatus === 'reconnecting' && <Notice tone="warn">Reconnecting… No part of the transcript will be lost.</Notice>}
      {interview && canReadAll && <Player interview={interview} id={id} connection={connection} recording={recording} media={media} />}
      <TranscriptPanel
        state={state}
        corrections={interview?.corrections ?? []}
        playback={recording?.url ? playback : null}
        isOver={state.streamStatus === 'ended'}
      />
      {interview?.evaluation && <EvaluationPanel evaluation={interview.evaluation} />}
      </div>
    </main>
  )
}

/** The address names no interview of the organization. */
function UnknownInterview() {
  return (
    <main>
      <div className="page-state">
        <PageHeading title="There is no such interview" />
        <p className="quiet">It was erased, or the address is incomplete.</p>
        <div className="line">
          <Link href="/interviews" className="btn">
            Interviews
          </Link>
        </div>
      </div>
    </main>
  )
}

/** States in which the candidate's link opens something. */
const LINKED_STATUSES = new Set<ReviewedInterview['status']>(['SCHEDULED', 'WAITING', 'IN_PROGRESS'])

/** States in which no turn follows, unless the interview is reopened. */
const FINAL_STATUSES = new Set<ReviewedInterview['status']>(['COMPLETED', 'CANCELLED', 'EXPIRED', 'FAILED', 'OPTED_OUT'])

const STATUS: Record<ReviewedInterview['status'], string> = {
  SCHEDULED: 'Scheduled',
  WAITING: 'Waiting for the candidate',
  IN_PROGRESS: 'Live',
  ENDING: 'Ending',
  COMPLETED: 'Completed',
  CANCELLED: 'Cancelled',
  EXPIRED: 'Expired',
  FAILED: 'Failed',
  OPTED_OUT: 'Opted out',
}

const END_REASON: Record<NonNullable<ReviewedInterview['endReason']>, string> = {
  WRAPPED_UP: 'all questions asked',
  OUT_OF_TIME: 'time limit reached',
  OUT_OF_EXCHANGES: 'exchange limit reached',
  CANDIDATE_ENDED: 'ended by the candidate',
  CANDIDATE_LEFT: 'the candidate left',
  RECRUITER_ENDED: 'ended by your organization',
  FAILED: 'technical failure',
  CONSENT_WITHDRAWN: 'the candidate withdrew the consent',
  ALTERNATIVE_REQUESTED: 'the candidate asked for a person instead',
}

function formatSeconds(value: number): string {
  return `${value.toFixed(1)} s`
}

function InterviewFacts({ interview }: { interview: ReviewedInterview }) {
  const { status, endReason, endDetail, channel, startedAt, durationSeconds, progress, latency } = interview
  const time = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })
  const facts = [
    // the API may add values that this page does not know
    STATUS[status] ?? status,
    endReason && (END_REASON[endReason] ?? endReason),
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
          Response time: {formatSeconds(latency.p50.heard)} (median), {formatSeconds(latency.p95.heard)} (95th percentile), {latency.replies} replies
        </p>
      )}
      {interview.isPartial && <p className="text-warn">The interview ended before all questions were answered.</p>}
      {endDetail && <p className="text-warn">{endDetail}</p>}
    </div>
  )
}
