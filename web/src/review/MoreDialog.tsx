import { Download } from 'lucide-react'
import { type FormEvent, useCallback, useEffect, useState } from 'react'
import { newKey } from '../api/idempotencyKey'
import { Problem, toProblem } from '../api/problem'
import { Dialog } from '../ui/Dialog'
import { formatMoment, RECOMMENDATIONS } from '../desk/interviews/interviewText'
import { useSession } from '../desk/session'
import { useToast } from '../desk/Toast'
import type { EvaluationVersionsQuery } from '../gql/graphql'
import { ADOPT, ERASE, EVALUATE, RECORDINGS, type ReviewedInterview, VERSIONS } from './documents'
import { downloadFile } from './download'
import { pickRecording } from './Player'
import { useSubmit } from './useSubmit'

interface MoreDialogProps {
  interview: ReviewedInterview
  hasRecording: boolean
  /** The chosen version of the evaluation; null is the one that counts. */
  version: number | null
  onVersion: (version: number | null) => void
  onClose: () => void
}

/** What one does less often: files, versions of the evaluation, and erasure. */
export function MoreDialog({ interview, hasRecording, version, onVersion, onClose }: MoreDialogProps) {
  const { may } = useSession()
  const { evaluation } = interview
  return (
    <Dialog title="Files and versions" shape="side" onClose={onClose}>
      <div className="dialog-body">
        <Files interview={interview} hasRecording={hasRecording} />
        {evaluation && <Versions interview={interview} version={version} onVersion={onVersion} />}
        {may('ERASE_INTERVIEW') && !interview.erasedAt && <Erasure interview={interview} />}
      </div>
    </Dialog>
  )
}

function Files({ interview, hasRecording }: Pick<MoreDialogProps, 'interview' | 'hasRecording'>) {
  const { connection } = useSession()
  const { evaluation } = interview
  const { isBusy, problem, run } = useSubmit()
  const transcript = `/interviews/${interview.id}/transcript`
  const report = evaluation?.status === 'COMPLETED' && !evaluation.isBlind ? `/evaluations/${evaluation.id}/report` : null
  const files: [string, string | null][] = [
    ['Report, PDF', report && `${report}.pdf`],
    ['Report, web page', report && `${report}.html`],
    ['Transcript, text', `${transcript}.txt`],
    ['Transcript, captions (VTT)', `${transcript}.vtt`],
  ]
  const saveRecording = async () => {
    // links are short-lived
    const { interview: fresh } = await connection.query(RECORDINGS, { id: interview.id })
    const url = pickRecording(fresh?.recordings ?? [])?.downloadUrl
    if (!url) throw new Problem('NOT_FOUND', 'The recording does not exist any more.')
    window.location.assign(url)
  }
  return (
    <section aria-labelledby="files" className="grid gap-2">
      <h3 id="files" className="font-semibold">
        Files
      </h3>
      <div className="line flex-wrap">
        {files.map(
          ([name, path]) =>
            path && (
              <button key={name} type="button" className="btn" aria-disabled={isBusy} onClick={() => void run(() => downloadFile(path))}>
                <Download className="icon" aria-hidden /> {name}
              </button>
            ),
        )}
        {hasRecording && (
          <button type="button" className="btn" aria-disabled={isBusy} onClick={() => void run(saveRecording)}>
            <Download className="icon" aria-hidden /> Recording
          </button>
        )}
      </div>
      <Failure problem={problem} />
    </section>
  )
}

type Versions = NonNullable<EvaluationVersionsQuery['interview']>

function Versions({ interview, version, onVersion }: Pick<MoreDialogProps, 'interview' | 'version' | 'onVersion'>) {
  const { connection, may } = useSession()
  const toast = useToast()
  const [found, setFound] = useState<Versions | null>(null)
  const [readProblem, setReadProblem] = useState<Problem | null>(null)
  const [reason, setReason] = useState('')
  const [key, setKey] = useState(newKey)
  const { isBusy, problem, run } = useSubmit()
  const { id } = interview
  const read = useCallback(
    () =>
      connection
        .query(VERSIONS, { id })
        .then((data) => setFound(data.interview ?? null))
        .catch((error: unknown) => setReadProblem(toProblem(error))),
    [connection, id],
  )
  // a change of the interview may be one of its versions
  // oxlint-disable-next-line react/exhaustive-effect-dependencies -- the interview is a new object after each change
  useEffect(() => void read(), [read, interview])
  const counting = found?.evaluation?.version
  const shown = found?.evaluationVersions?.nodes.find((each) => each.version === (version ?? counting))
  const submit = async (action: () => Promise<unknown>, sentence: string) => {
    if (!(await run(action))) return
    setReason('')
    setKey(newKey())
    toast(sentence)
    await read()
  }
  const clean = reason.trim()
  return (
    <section aria-labelledby="versions" className="grid gap-2">
      <h3 id="versions" className="font-semibold">
        Versions of the evaluation
      </h3>
      <Failure problem={readProblem} />
      {found?.evaluationVersions?.nodes.map((each) => (
        <div key={each.id} className="line flex-wrap">
          <button
            type="button"
            className="btn btn-small"
            aria-pressed={each.version === (version ?? counting)}
            onClick={() => onVersion(each.version === counting ? null : each.version)}
          >
            Version {each.version}
          </button>
          <span>
            {describeResult(each)}
            {each.version === counting && <b className="font-semibold">, the one that counts</b>}
          </span>
          <span className="small quiet">
            {formatMoment(each.createdAt)}
            {each.requestedBy && (
              <>
                , <bdi>{each.requestedBy}</bdi>
              </>
            )}
            {each.requestReason && `: ${each.requestReason}`}
          </span>
        </div>
      ))}
      {may('EVALUATE_INTERVIEW') && (
        <>
          <div className="field">
            <label htmlFor="version-reason">Reason</label>
            <input id="version-reason" className="input" maxLength={2000} value={reason} onChange={(event) => setReason(event.target.value)} />
          </div>
          <div className="line flex-wrap">
            <button
              type="button"
              className="btn"
              aria-disabled={isBusy}
              onClick={() =>
                void submit(
                  () => connection.mutate(EVALUATE, { input: { interviewId: id, reason: clean || null, idempotencyKey: key } }),
                  'A new version is being made. The one that counts stays until a person lets another count.',
                )
              }
            >
              Evaluate again
            </button>
            {may('REVIEW_EVALUATION') && shown && shown.version !== counting && shown.status === 'COMPLETED' && !shown.isBlind && (
              <button
                type="button"
                className="btn"
                aria-disabled={isBusy || !clean}
                onClick={() => {
                  if (clean)
                    void submit(
                      () => connection.mutate(ADOPT, { input: { evaluationId: shown.id, reason: clean, idempotencyKey: key } }),
                      `Version ${shown.version} counts now.`,
                    )
                }}
              >
                Let version {shown.version} count
              </button>
            )}
          </div>
          <Failure problem={problem} />
        </>
      )}
    </section>
  )
}

function describeResult({ status, isBlind, overallScore, recommendation }: NonNullable<Versions['evaluationVersions']>['nodes'][number]): string {
  if (status !== 'COMPLETED') return status === 'FAILED' ? 'Failed' : 'Evaluating'
  if (isBlind) return 'Hidden until you give your levels'
  return [overallScore, recommendation && RECOMMENDATIONS[recommendation]].filter((part) => part != null).join(' ')
}

/** Erases the interview once its candidate's name is typed. */
function Erasure({ interview }: { interview: ReviewedInterview }) {
  const { connection } = useSession()
  const toast = useToast()
  const [typed, setTyped] = useState('')
  const { isBusy, problem, run } = useSubmit()
  const name = interview.candidate?.name ?? ''
  const isConfirmed = name !== '' && typed.trim() === name.trim()
  const erase = async (event: FormEvent) => {
    event.preventDefault()
    if (isConfirmed && (await run(() => connection.mutate(ERASE, { input: { interviewId: interview.id } })))) toast('The interview is erased.')
  }
  return (
    <form aria-labelledby="erasure" className="grid gap-2 border-t border-line pt-4" onSubmit={(event) => void erase(event)}>
      <h3 id="erasure" className="font-semibold">
        Erase the interview
      </h3>
      <p className="quiet">Transcript, recordings, evaluations and decisions are deleted for everybody, and cannot be restored.</p>
      <div className="field">
        <label htmlFor="erase-name">
          Type <bdi>{name}</bdi> to confirm
        </label>
        <input id="erase-name" className="input" autoComplete="off" value={typed} onChange={(event) => setTyped(event.target.value)} />
      </div>
      <button type="submit" className="btn btn-danger justify-self-start" aria-disabled={!isConfirmed || isBusy}>
        Erase
      </button>
      <Failure problem={problem} />
    </form>
  )
}

function Failure({ problem }: { problem: Problem | null }) {
  return (
    problem && (
      <p role="alert" className="note note-bad">
        {problem.message}
      </p>
    )
  )
}
