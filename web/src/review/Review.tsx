import './review.css'
import { ChevronDown, ChevronUp, Copy, Ellipsis, EyeOff } from 'lucide-react'
import { type ReactNode, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { type Turn, useTranscript } from '../api/transcript'
import { useLatestEvent } from '../api/useLatestEvent'
import { formatMoment, nameOf, RECOMMENDATIONS } from '../desk/interviews/interviewText'
import { useCopyLink } from '../desk/interviews/useCopyLink'
import { Bars, Loading } from '../desk/Loading'
import { PageHeading } from '../desk/PageHeading'
import { useSession } from '../desk/session'
import { focusSoon, useKeys } from '../desk/shell/shortcuts'
import { BlindReview } from './BlindReview'
import { DecisionBar } from './DecisionBar'
import { type QuotedEvidence, REVIEWED, type ReviewedEvaluation, type ReviewedInterview } from './documents'
import { useDraft } from './draft'
import { countQuestions, describeState, listFlags, REVIEW_REASONS } from './evaluationText'
import { MoreDialog } from './MoreDialog'
import { NoteForm, NoteItem } from './Notes'
import { choosePlace, findSeq, groupNotes, type NotePlace, useNoteDraft, useNotes } from './notes'
import { usePlayback } from './playback'
import { pickRecording, Player } from './Player'
import { History, type QuotePlayer, Scorecard } from './Scorecard'
import { InterimTurns, revealTurn, TranscriptPanel } from './TranscriptPanel'
import { TranscriptSearch } from './TranscriptSearch'
import { findQuestionStarts, formatOffset, type Range } from './turnText'

interface ReviewProps {
  id: string
  /** The interviews among which this one is reviewed, in their order. */
  list: readonly string[]
}

/** An interview, live or completed: transcript and recording beside its evaluation, as far as the caller may read them. */
export function Review({ id, list }: ReviewProps) {
  const { connection, may } = useSession()
  const [, navigate] = useLocation()
  const [version, setVersion] = useState<number | null>(null)
  const [tab, setTab] = useState<'transcript' | 'scorecard'>('transcript')
  const [isMoreOpen, setMoreOpen] = useState(false)
  const [isFollowing, setFollowing] = useState(true)
  const [isSearching, setSearching] = useState(false)
  const [notePlace, setNotePlace] = useState<NotePlace | null>(null)
  const [noteDraft, setNoteDraft] = useNoteDraft(id)
  const [linkedSeq] = useState(readLinkedSeq)
  const [chosen, setChosen] = useState<{ seq: number; start: number | null } | null>(linkedSeq === null ? null : { seq: linkedSeq, start: null })
  const { data, problem } = useLatestEvent(connection, REVIEWED, {
    id,
    version,
    results: may('READ_EVALUATION'),
    recording: may('READ_RECORDING'),
    questions: may('READ_QUESTIONS'),
  })
  const interview = data?.interviewChanged ?? null
  const { transcript, state } = useTranscript(connection, id, interview !== null && FINAL_STATUSES.has(interview.status))
  const { turns } = state
  const recording = pickRecording(interview?.recordings ?? [])
  const media = useRef<HTMLVideoElement>(null)
  const playback = usePlayback(media, recording?.startedAt ?? null, turns)
  const isPlayable = !!recording?.url
  const currentSeq = (isPlayable ? playback.playingSeq : null) ?? chosen?.seq ?? null
  const evaluation = interview?.evaluation ?? null
  const quoteRanges = useMemo(() => collectQuotes(evaluation), [evaluation])
  const shownProblem = problem ?? state.problem
  const { notes, add: showNote, remove: hideNote } = useNotes(interview)
  const notesBySeq = useMemo(() => groupNotes(notes, turns), [notes, turns])
  const mayWriteNotes = may('WRITE_NOTE') && interview !== null && !interview.erasedAt

  const isLinkedTurnLoaded = linkedSeq !== null && turns.some(({ seq }) => seq === linkedSeq)
  useLayoutEffect(() => {
    if (isLinkedTurnLoaded && linkedSeq !== null) revealTurn(linkedSeq, 'center')
  }, [isLinkedTurnLoaded, linkedSeq])

  const choose = (turn: Turn, start: number | null = null, point = 0) => {
    setChosen({ seq: turn.seq, start })
    if (isPlayable) playback.play(turn, point)
  }
  const quotes: QuotePlayer = {
    isPlayable,
    describe: ({ seq, sentenceStart }) => {
      const turn = turns.find((each) => each.seq === seq)
      return isPlayable && turn ? formatOffset(playback.getOffset(turn, sentenceStart)) : `Turn ${seq}`
    },
    isCurrent: ({ seq, start }) => chosen?.seq === seq && chosen.start === start && currentSeq === seq,
    choose: ({ seq, start, sentenceStart }: QuotedEvidence) => {
      const turn = turns.find((each) => each.seq === seq)
      if (!turn) return
      choose(turn, start, sentenceStart)
      setTab('transcript')
      // in one column, the transcript appears with the next frame
      requestAnimationFrame(() => revealTurn(seq, 'center'))
    },
  }

  const getNoteOffset = (at: string) => (Date.parse(at) - Date.parse(recording?.startedAt ?? at)) / 1_000
  const openNote = () => {
    const focused = document.activeElement?.closest<HTMLElement>('[data-seq]')?.dataset.seq
    const place = choosePlace({
      focusedSeq: focused ? Number(focused) : null,
      chosenSeq: currentSeq,
      isPlaying: isPlayable && playback.isPlaying(),
      position: isPlayable ? playback.getPosition() : null,
      startedAt: recording?.startedAt ?? null,
    })
    if (!place) return false
    if ('at' in place) playback.pause()
    setNotePlace(place)
    setTab('transcript')
    return true
  }
  const jumpToNote = () => {
    const seqs = [...notesBySeq.keys()].toSorted((one, other) => one - other)
    const next = seqs.find((seq) => seq > (chosen?.seq ?? 0)) ?? seqs[0]
    if (next === undefined) return
    setChosen({ seq: next, start: null })
    setTab('transcript')
    // in one column, the transcript appears with the next frame
    requestAnimationFrame(() => revealTurn(next, 'center'))
  }
  const renderNotes = (turn: Turn) => (
    <>
      {notesBySeq.get(turn.seq)?.map((note) => (
        <NoteItem
          key={note.id}
          interviewId={id}
          note={note}
          seconds={note.at && isPlayable ? getNoteOffset(note.at) : null}
          onPlay={playback.playAt}
          onDeleted={hideNote}
        />
      ))}
      {notePlace && findSeq(notePlace, turns) === turn.seq && (
        <NoteForm
          key={JSON.stringify(notePlace)}
          interviewId={id}
          place={notePlace}
          seq={turn.seq}
          moment={'at' in notePlace ? `at ${formatOffset(getNoteOffset(notePlace.at))}` : 'on this turn'}
          draft={noteDraft}
          onDraft={setNoteDraft}
          onAdded={showNote}
          onClose={() => setNotePlace(null)}
        />
      )}
    </>
  )

  const index = list.indexOf(id)
  const openNeighbour = (step: number) => {
    const next = index < 0 ? list[0] : list[index + step]
    if (next) navigate(`/interviews/${next}`)
  }
  const moveFocus = (step: number) => {
    setTab('transcript')
    const focused = document.activeElement?.closest<HTMLElement>('[data-seq]')?.dataset.seq
    const from = turns.findIndex(({ seq }) => seq === (focused ? Number(focused) : currentSeq))
    const next = turns[Math.max(0, Math.min(from + step, turns.length - 1))]
    if (next) focusSoon(`turn-${next.seq}`)
  }
  const moveToQuestion = (step: number) => {
    const starts = findQuestionStarts(turns)
    const from = starts.findLastIndex(({ turn }) => turn.seq <= (currentSeq ?? 0))
    const next = starts[Math.max(0, Math.min(from + step, starts.length - 1))]
    if (!next) return
    choose(next.turn)
    revealTurn(next.turn.seq, 'center')
  }
  const seek = (seconds: number) => {
    // arrow keys move within a group of radio buttons
    const isRadio = document.activeElement instanceof HTMLInputElement
    if (!isPlayable || isRadio) return false
    playback.skip(seconds)
    return true
  }
  useKeys({
    ' ': () => (isPlayable ? playback.toggle() : false),
    ArrowLeft: () => seek(-10),
    ArrowRight: () => seek(10),
    j: () => moveFocus(1),
    k: () => moveFocus(-1),
    '[': () => moveToQuestion(-1),
    ']': () => moveToQuestion(1),
    '/': () => {
      setTab('transcript')
      setSearching(true)
    },
    // otherwise, n begins a new interview
    n: () => mayWriteNotes && openNote(),
    'Shift+j': () => openNeighbour(1),
    'Shift+k': () => openNeighbour(-1),
    ...(!evaluation?.isBlind && { Enter: () => playFocusedTurn() }),
  })
  const playFocusedTurn = () => {
    const seq = document.activeElement?.closest<HTMLElement>('[data-seq]')?.dataset.seq
    const turn = turns.find((each) => String(each.seq) === seq)
    if (!turn) return false
    choose(turn)
    return true
  }

  if (shownProblem?.code === 'NOT_FOUND') return <UnknownInterview />
  if (shownProblem && !interview) return <UnreadableInterview sentence={shownProblem.message} />
  const hasScorecard = may('READ_EVALUATION')
  return (
    <main className="review">
      <Strip
        id={id}
        interview={interview}
        position={list.length > 1 && index >= 0 ? `${index + 1} of ${list.length}` : null}
        onMove={openNeighbour}
        onMore={() => setMoreOpen(true)}
        noteCount={notes.length}
        onNotes={jumpToNote}
      />
      {hasScorecard && (
        <div className="tabs review-tabs">
          <button type="button" className="tab" aria-pressed={tab === 'transcript'} onClick={() => setTab('transcript')}>
            Transcript
          </button>
          <button type="button" className="tab" aria-pressed={tab === 'scorecard'} onClick={() => setTab('scorecard')}>
            Scorecard
          </button>
        </div>
      )}
      {shownProblem && (
        <p role="alert" className="note note-bad m-4">
          {shownProblem.message}
        </p>
      )}
      <div className={hasScorecard ? 'columns' : 'columns single'} data-tab={tab}>
        {/* scrolling by hand means that the reviewer reads elsewhere */}
        <section aria-label="Transcript" data-panel="transcript" onWheel={() => setFollowing(false)} onTouchMove={() => setFollowing(false)}>
          {interview && may('READ_RECORDING') && (
            <Player
              interview={interview}
              connection={connection}
              recording={recording}
              media={media}
              playback={playback}
              turns={turns}
              isFollowing={isFollowing}
              onFollow={setFollowing}
            />
          )}
          {isSearching && <TranscriptSearch turns={turns} onFind={(seq) => revealTurn(seq, 'center')} onClose={() => setSearching(false)} />}
          {state.streamStatus === 'reconnecting' && (
            <p role="status" className="note mx-6 mt-3">
              Reconnecting… No part of the transcript will be lost.
            </p>
          )}
          {state.streamStatus === 'loading' && !shownProblem && (
            <Loading label="Loading the transcript">
              <div className="grid gap-6 px-6 py-4" aria-hidden>
                <Bars widths={[70, 92, 55, 84, 62, 90]} />
              </div>
            </Loading>
          )}
          <TranscriptPanel
            state={state}
            corrections={interview?.corrections ?? []}
            quotes={quoteRanges}
            describeQuestion={(key) => describeQuestion(interview, key)}
            questionCount={interview?.progress.questions ?? 0}
            playback={isPlayable ? playback : null}
            currentSeq={currentSeq}
            isFollowing={isFollowing}
            onChoose={choose}
            onNote={mayWriteNotes ? ({ seq }) => setNotePlace({ seq }) : undefined}
            renderBelow={renderNotes}
            isOver={state.streamStatus === 'ended'}
          />
          <InterimTurns transcript={transcript} />
        </section>
        {hasScorecard && (
          <section aria-label="Scorecard" data-panel="scorecard">
            {interview && <Assessment interview={interview} quotes={quotes} />}
            {!interview && !shownProblem && (
              <Loading label="Loading the evaluation">
                <div className="card m-6 grid gap-4 p-4" aria-hidden>
                  <Bars widths={[30, 100, 80, 90]} />
                </div>
              </Loading>
            )}
          </section>
        )}
      </div>
      {isMoreOpen && interview && (
        <MoreDialog interview={interview} hasRecording={isPlayable} version={version} onVersion={setVersion} onClose={() => setMoreOpen(false)} />
      )}
    </main>
  )
}

/** Returns the turn that the address names, as links in reports and comparisons do. */
function readLinkedSeq(): number | null {
  const found = /^#turn-(\d+)$/.exec(window.location.hash)
  return found ? Number(found[1]) : null
}

function collectQuotes(evaluation: ReviewedEvaluation | null): ReadonlyMap<number, Range[]> {
  const bySeq = new Map<number, Range[]>()
  for (const { seq, start, end } of evaluation?.criteria.flatMap(({ evidence }) => evidence) ?? []) {
    bySeq.set(seq, [...(bySeq.get(seq) ?? []), { start, end }])
  }
  return bySeq
}

function describeQuestion(interview: ReviewedInterview | null, key: string): string {
  const served = interview?.position.questions?.find((question) => question.key === key)?.criterionKeys ?? []
  return served.map((each) => interview?.position.criteria?.find((criterion) => criterion.key === each)?.name ?? each).join(', ')
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

/** The interview exists, but the caller may not read it, or it cannot be read now. */
function UnreadableInterview({ sentence }: { sentence: string }) {
  return (
    <main>
      <div className="page-state" role="alert">
        <PageHeading title="This interview could not be read" />
        <p className="quiet">{sentence}</p>
        <div className="line">
          <Link href="/interviews" className="btn">
            Interviews
          </Link>
          <button type="button" className="btn" onClick={() => location.reload()}>
            Load the page again
          </button>
        </div>
      </div>
    </main>
  )
}

/** States in which the candidate's link opens something. */
const LINKED_STATUSES = new Set<ReviewedInterview['status']>(['SCHEDULED', 'WAITING', 'IN_PROGRESS'])

/** States in which no turn follows, unless the interview is reopened. */
const FINAL_STATUSES = new Set<ReviewedInterview['status']>(['COMPLETED', 'CANCELLED', 'EXPIRED', 'FAILED', 'OPTED_OUT'])

interface StripProps {
  id: string
  interview: ReviewedInterview | null
  /** The interview's place in the list. */
  position: string | null
  onMove: (step: number) => void
  onMore: () => void
  noteCount: number
  /** Goes to the next note. */
  onNotes: () => void
}

/** Who was interviewed for what, and the facts of the interview. */
function Strip({ id, interview, position, onMove, onMore, noteCount, onNotes }: StripProps) {
  const { may } = useSession()
  const copyLink = useCopyLink()
  const name = interview ? nameOf(interview) : 'Interview'
  const flagCount = interview?.evaluation ? listFlags(interview.evaluation).length : 0
  return (
    <header className="strip">
      <div className="min-w-0 flex-[1_1_320px]">
        <div className="line max-[719px]:flex-wrap">
          <PageHeading title={name}>
            <bdi>{name}</bdi>
          </PageHeading>
          {interview && may('RENEW_INVITE') && LINKED_STATUSES.has(interview.status) && (
            <button type="button" className="btn btn-bare btn-small" onClick={() => void copyLink({ id })}>
              <Copy className="icon" aria-hidden /> Copy link
            </button>
          )}
          {interview && !interview.erasedAt && (
            <button type="button" className="btn btn-bare btn-small" onClick={onMore}>
              <Ellipsis className="icon" aria-hidden /> More
            </button>
          )}
        </div>
        {interview && <p className="small quiet cut">{describeInterview(interview)}</p>}
      </div>
      {interview && (
        <>
          <ScoreFact interview={interview} />
          {flagCount > 0 && (
            <Fact label="Flags">
              <span className="text-warn">{flagCount}</span>
            </Fact>
          )}
          {noteCount > 0 && (
            <Fact label="Notes">
              <button type="button" className="underline decoration-control underline-offset-4" onClick={onNotes}>
                {noteCount}
                <span className="sr-only">, go to the next one</span>
              </button>
            </Fact>
          )}
          <Coverage interview={interview} />
          <Minutes interview={interview} />
          <div className="fact" role="status">
            <span className="small quiet">Status</span>
            <b>{describeState(interview)}</b>
          </div>
        </>
      )}
      {position && (
        <div className="line wide-only">
          <button type="button" className="btn btn-bare btn-small" aria-label="Previous interview" onClick={() => onMove(-1)}>
            <ChevronUp className="icon" aria-hidden /> <kbd>⇧K</kbd>
          </button>
          <span className="small quiet">{position}</span>
          <button type="button" className="btn btn-bare btn-small" aria-label="Next interview" onClick={() => onMove(1)}>
            <ChevronDown className="icon" aria-hidden /> <kbd>⇧J</kbd>
          </button>
        </div>
      )}
    </header>
  )
}

function describeInterview({ position, startedAt, scheduledFor, createdAt, channel, externalId }: ReviewedInterview): string {
  const time = formatMoment(startedAt ?? scheduledFor ?? createdAt)
  return [`${position.title}, version ${position.version}`, time, channel === 'VOICE' ? 'by voice' : 'in writing', externalId].filter(Boolean).join(' · ')
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="fact">
      <span className="small quiet">{label}</span>
      <b>{children}</b>
    </div>
  )
}

function ScoreFact({ interview }: { interview: ReviewedInterview }) {
  const { evaluation } = interview
  if (!evaluation) return null
  const { isBlind, status, overallScore, lowestScore, highestScore, recommendation } = evaluation
  if (isBlind) {
    return (
      <Fact label="Score">
        <span className="line quiet">
          <EyeOff className="icon" aria-hidden /> Hidden until you save
        </span>
      </Fact>
    )
  }
  if (status !== 'COMPLETED') return <Fact label="Score">{status === 'FAILED' ? 'Failed' : 'Evaluating'}</Fact>
  const passes = lowestScore != null && lowestScore !== highestScore ? `, passes ${lowestScore}–${highestScore}` : ''
  return (
    <Fact label={`Score${passes}`}>
      <span className="text-xl">{[overallScore, recommendation && (RECOMMENDATIONS[recommendation] ?? recommendation)].filter((part) => part != null).join(' ')}</span>
    </Fact>
  )
}

function Coverage({ interview }: { interview: ReviewedInterview }) {
  const { progress, evaluation } = interview
  const counted = countQuestions(evaluation?.criteria ?? [])
  const [label, part, all] = counted.all > 0 ? ['Coverage', counted.answered, counted.all] : ['Question', progress.question, progress.questions]
  return (
    <Fact label={label}>
      {part} <span className="quiet">of {all}{counted.all > 0 && ' questions'}</span>
    </Fact>
  )
}

function Minutes({ interview: { durationSeconds, progress } }: { interview: ReviewedInterview }) {
  return (
    <Fact label="Minutes">
      {Math.ceil((durationSeconds ?? progress.elapsedSeconds) / 60)} <span className="quiet">of {Math.round(progress.limitSeconds / 60)}</span>
    </Fact>
  )
}

/** The right column: what the evaluation says, or why there is none, and the decision. */
function Assessment({ interview, quotes }: { interview: ReviewedInterview; quotes: QuotePlayer }) {
  const { evaluation } = interview
  if (!evaluation) {
    return (
      <div className="review-cards">
        <Warnings interview={interview} />
        {!interview.erasedAt && (
          <p className="quiet">{FINAL_STATUSES.has(interview.status) || interview.isTryOut ? 'There is no evaluation.' : 'The evaluation follows when the interview has ended.'}</p>
        )}
      </div>
    )
  }
  return <EvaluationColumn key={evaluation.id} interview={interview} evaluation={evaluation} quotes={quotes} />
}

function EvaluationColumn({ interview, evaluation, quotes }: { interview: ReviewedInterview; evaluation: ReviewedEvaluation; quotes: QuotePlayer }) {
  const { may } = useSession()
  const editor = useDraft(evaluation.id)
  const { isBlind, status, failure, passes, model, completedAt, positionVersion } = evaluation
  const rubric = interview.position.criteria ?? null
  const mayReview = may('REVIEW_EVALUATION')
  const isDone = status === 'COMPLETED'
  const { latency } = interview
  if (isDone && isBlind && rubric && mayReview) return <BlindReview evaluationId={evaluation.id} rubric={rubric} editor={editor} />
  const claimed = passes.reduce((sum, each) => sum + each.claimedQuotes, 0)
  const failed = passes.reduce((sum, each) => sum + each.failedQuotes, 0)
  const facts = [
    `Evaluation ${evaluation.version}`,
    `rubric ${positionVersion}`,
    model,
    claimed > 0 && `${claimed - failed} of ${claimed} quotes verified`,
    completedAt && formatMoment(completedAt),
    latency?.p50.heard != null && latency.p95.heard != null && `response time ${latency.p50.heard.toFixed(1)} s (median), ${latency.p95.heard.toFixed(1)} s (95th percentile)`,
  ]
  return (
    <>
      <div className="review-cards">
        <Warnings interview={interview} />
        {failure && <p className="note">{failure}</p>}
        {!isDone && !failure && <p className="quiet">The evaluation is in progress…</p>}
        {isDone && !isBlind && (
          <>
            <Scorecard evaluation={evaluation} rubric={rubric} questionKeys={interview.position.questions?.map(({ key }) => key) ?? []} quotes={quotes} editor={mayReview ? editor : null} />
            <History evaluation={evaluation} adoptions={interview.adoptions ?? []} />
            <p className="small quiet">{facts.filter(Boolean).join(' · ')}</p>
          </>
        )}
      </div>
      {isDone && !isBlind && mayReview && <DecisionBar evaluation={evaluation} editor={editor} />}
    </>
  )
}

/** What one has to know of the interview before one reads its evaluation. */
function Warnings({ interview }: { interview: ReviewedInterview }) {
  const { erasedAt, isTryOut, isPartial, endDetail, reviewReasons } = interview
  return (
    <>
      {isTryOut && <p className="note note-info">This is a try-out: nobody is evaluated, and it is deleted within a day.</p>}
      {erasedAt && <p className="note note-info">This interview was erased.</p>}
      {isPartial && <p className="note">The interview ended before all questions were answered.</p>}
      {endDetail && <p className="note">{endDetail}</p>}
      {reviewReasons?.map((reason) => (
        <p key={reason} className="note">
          {REVIEW_REASONS[reason] ?? reason}
        </p>
      ))}
    </>
  )
}
