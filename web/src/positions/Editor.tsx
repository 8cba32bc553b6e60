import { Archive, ArchiveRestore, ChevronLeft, Ellipsis, History, List, Pencil, Trash2, TriangleAlert, UserRound, X } from 'lucide-react'
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from 'react'
import { Link } from 'wouter'
import { Problem } from '../api/problem'
import { ActionsDialog, type DialogAction } from '../desk/ActionsDialog'
import { ConfirmDialog } from '../desk/ConfirmDialog'
import { PageHeading } from '../desk/PageHeading'
import { useSession } from '../desk/session'
import { useKeys } from '../desk/shell/shortcuts'
import { useToast } from '../desk/Toast'
import { useMutation } from '../settings/useMutation'
import { ArchiveDialog } from './ArchiveDialog'
import { contentOf } from './content'
import { CriterionList } from './CriterionList'
import { type PositionVersion, SAVE_POSITION } from './documents'
import { type Draft, isSameContent, NEW_DRAFT, reduceDraft, storeDraft, toContent, toDraft } from './draft'
import { EditingContext } from './editing'
import { AnalysisTab, CandidateTab, findTab, SettingsFields, type Tab } from './EditorTabs'
import { QuestionList } from './QuestionList'
import { addUp, sumShares } from './shares'
import { TryOutDialog } from './TryOutButton'
import { useChecks } from './useChecks'

/** The tabs: a title, and what follows it where there is room. */
const TABS: readonly (readonly [Tab, string, string])[] = [
  ['questions', 'Questions', ' and rubric'],
  ['candidates', 'For candidates', ''],
  ['analysis', 'Job analysis', ''],
]

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })

interface EditorProps {
  /** The newest version; null for a new position. */
  base: PositionVersion | null
  /** What an earlier visit left unpublished. */
  stored: Draft | null
  onSaved: (version: PositionVersion) => void
  /** Somebody has published another version. */
  onConflict: (draft: Draft) => void
}

/** Edits a position as a draft, which stays in this browser until it is published as the next version. */
export function Editor({ base, stored, onSaved, onConflict }: EditorProps) {
  const { viewer, may } = useSession()
  const toast = useToast()
  const isReadOnly = !may('SAVE_POSITION')
  const organizationId = viewer.organization.id
  const published = useMemo(() => (base ? toDraft(contentOf(base)) : NEW_DRAFT), [base])
  const [draft, dispatch] = useReducer(reduceDraft, stored ?? published)
  const content = useMemo(() => toContent(draft), [draft])
  const isChanged = useMemo(() => !isSameContent(content, toContent(published)), [content, published])
  const [checks, setChecks] = useChecks(content, !isReadOnly && (isChanged || base !== null))
  const shareProblem = useMemo(() => findShareProblem(draft), [draft])
  const problem = shareProblem ?? checks.problem
  /** Whether errors are shown at their fields: they are once somebody has asked to publish. */
  const [isRevealed, setRevealed] = useState(false)
  const [tab, setTab] = useState<Tab>('questions')
  const [dialog, setDialog] = useState<'archive' | 'discard' | 'tryOut' | 'more' | null>(null)
  const save = useMutation(SAVE_POSITION)
  /** What is wrong and at no field. */
  const [general, setGeneral] = useState<Problem | null>(null)

  const savedAt = useDraftStorage(organizationId, base, draft, isChanged && !isReadOnly)
  const release = useLeaveNotice(isChanged && !isReadOnly, draft.title)

  const page = useRef<HTMLElement>(null)
  /** What gets the focus: a field to fix, or the heading if the focused button is gone. */
  const [focusRequest, setFocusRequest] = useState<{ selector: string } | null>(null)
  useLayoutEffect(() => {
    if (focusRequest) page.current?.querySelector<HTMLElement>(focusRequest.selector)?.focus()
  }, [focusRequest])
  const reveal = (found: Problem) => {
    if (found.field) setTab(findTab(found.field))
    setRevealed(true)
    setFocusRequest({ selector: '[aria-invalid="true"], [data-invalid]' })
  }

  const onSaveProblem = (found: Problem) => {
    const isConflict = found.code === 'CONFLICT' && found.field === 'basedOnVersion'
    if (isConflict && base) {
      release()
      onConflict(draft)
      return
    }
    const atField = isConflict ? new Problem('BAD_INPUT', 'There is a position with this key. Choose another one.', null, 0, 'key') : found
    if (atField.code !== 'BAD_INPUT' || !atField.field) {
      setGeneral(found)
      return
    }
    setChecks({ ...checks, problem: atField })
    reveal(atField)
  }
  const publish = async () => {
    if (save.isBusy || !isChanged || isReadOnly) return
    if (shareProblem) {
      reveal(shareProblem)
      return
    }
    setGeneral(null)
    const data = await save.run({ ...content, ...(base && { basedOnVersion: base.version }) }, onSaveProblem)
    const version = data?.savePosition?.position
    if (!version) return
    storeDraft(organizationId, base?.key ?? null, null)
    setRevealed(false)
    release()
    dispatch({ type: 'replace', draft: toDraft(contentOf(version)) })
    toast(version.version === 1 ? 'Published. New interviews can use it.' : `Version ${version.version} is published. New interviews use it.`)
    onSaved(version)
  }
  useKeys({ 'Mod+Enter': () => void publish() })

  const next = (base?.version ?? 0) + 1
  const isDraft = isChanged && !isReadOnly
  const toFix = isChanged ? problem : null
  const warnings = checks.warnings.length > 0 && `${checks.warnings.length} to consider`
  const isInUse = base !== null && !base.archived && !isReadOnly
  const mayTryOut = isInUse && may('START_TRY_OUT')
  const actions: DialogAction[] = [
    ...(mayTryOut ? [{ label: 'Try it as a candidate', icon: UserRound, run: () => setDialog('tryOut') }] : []),
    ...(base
      ? [
          { label: `Versions, ${base.version}`, icon: History, run: `/positions/${base.key}/versions` },
          { label: 'Interviews', icon: List, run: `/interviews?position=${base.key}` },
        ]
      : []),
    ...(isInUse ? [{ label: 'Archive', icon: Archive, run: () => setDialog('archive') }] : []),
    ...(isDraft ? [{ label: 'Discard draft', icon: Trash2, isDanger: true, run: () => setDialog('discard') }] : []),
  ]
  const editing = useMemo(() => ({ isReadOnly, problem: isRevealed ? problem : null, warnings: checks.warnings }), [isReadOnly, isRevealed, problem, checks.warnings])
  return (
    <main ref={page} className="editor-page">
      <header className="top-bar">
        <Link href="/positions" className="btn btn-bare">
          <ChevronLeft className="icon" aria-hidden /> <span className="max-[719px]:sr-only">Positions</span>
        </Link>
        <div className="editor-title">
          <PageHeading title={draft.title || (base ? base.title : 'New position')} />
          {(isDraft || base) && (
            <span className={`chip min-[720px]:px-2 ${toFix || warnings ? 'wide-only' : ''}`}>
              {isDraft && <Pencil className="icon wide-only" aria-hidden />} {isDraft ? `Draft of version ${next}` : `Version ${base?.version}`}
            </span>
          )}
          {(toFix || warnings) && <span className={`phone-only small cut ${toFix ? 'text-bad' : 'text-warn'}`}>{toFix ? 'Something to fix' : warnings}</span>}
        </div>
        <span className="small quiet wide-only cut">
          {isChanged && savedAt === 'nowhere' && 'This browser stores no drafts: publish before you close the page.'}
          {isChanged && savedAt instanceof Date && `Draft saved in this browser, ${CLOCK.format(savedAt)}.`}
          {isChanged && base && ` Version ${base.version} stays in use.`}
        </span>
        <span className="flex-1 wide-only" />
        {!isReadOnly && (
          <>
            {isDraft && (
              <button type="button" className="btn btn-bare wide-only" onClick={() => setDialog('discard')}>
                Discard draft
              </button>
            )}
            {isInUse && (
              <button type="button" className="btn btn-bare wide-only" onClick={() => setDialog('archive')}>
                <Archive className="icon" aria-hidden /> Archive
              </button>
            )}
            {mayTryOut && (
              <button type="button" className="btn wide-only" onClick={() => setDialog('tryOut')}>
                <UserRound className="icon" aria-hidden /> Try it
              </button>
            )}
            <button type="button" className="btn btn-primary" aria-disabled={!isChanged || save.isBusy} onClick={() => void publish()}>
              {save.isBusy ? 'Publishing…' : 'Publish'}
            </button>
          </>
        )}
        {actions.length > 0 && (
          <button type="button" className="btn btn-bare phone-only" aria-haspopup="dialog" onClick={() => setDialog('more')}>
            <Ellipsis className="icon" aria-hidden /> <span className="sr-only">More</span>
          </button>
        )}
      </header>
      <div className="tool-bar border-b border-line">
        <div className="tabs">
          {TABS.map(([name, title, detail]) => (
            <button key={name} type="button" className="tab" aria-pressed={tab === name} onClick={() => setTab(name)}>
              <span>
                {title}
                <span className="wide-only">{detail}</span>
              </span>
            </button>
          ))}
          {base && (
            <Link href={`/positions/${base.key}/versions`} className="tab wide-only">
              Versions <span className="count">{base.version}</span>
            </Link>
          )}
          {base && (
            <Link href={`/interviews?position=${base.key}`} className="tab wide-only">
              Interviews
            </Link>
          )}
        </div>
        <span className="flex-1 wide-only" />
        {toFix && (
          <button type="button" className="btn btn-bare btn-small text-bad wide-only" onClick={() => reveal(toFix)}>
            <X className="icon" aria-hidden /> Something to fix
          </button>
        )}
        {warnings && (
          <span className="small line gap-1 text-warn wide-only">
            <TriangleAlert className="icon" aria-hidden /> {warnings}
          </span>
        )}
      </div>
      {base?.archived && (
        <div className="note note-info mx-6 mt-4 max-[1199px]:mx-4">
          <Archive className="icon" aria-hidden />
          <span className="flex-1">This position is archived: new interviews are refused. Candidates who have a link can still use it.</span>
          {!isReadOnly && (
            <button type="button" className="btn btn-small" onClick={() => setDialog('archive')}>
              <ArchiveRestore className="icon" aria-hidden /> Restore
            </button>
          )}
        </div>
      )}
      {general && (
        <p role="alert" className="note note-bad mx-6 mt-4 max-[1199px]:mx-4">
          {general.message}
        </p>
      )}
      <EditingContext value={editing}>
        {tab === 'questions' && (
          <>
            <SettingsFields draft={draft} dispatch={dispatch} isNew={base === null} />
            <div className="editor border-t border-line">
              <QuestionList draft={draft} dispatch={dispatch} />
              <CriterionList draft={draft} dispatch={dispatch} />
            </div>
          </>
        )}
        {tab === 'candidates' && <CandidateTab draft={draft} dispatch={dispatch} />}
        {tab === 'analysis' && <AnalysisTab draft={draft} dispatch={dispatch} />}
      </EditingContext>
      {dialog === 'more' && <ActionsDialog title={<bdi>{draft.title || 'New position'}</bdi>} actions={actions} onClose={() => setDialog(null)} />}
      {dialog === 'tryOut' && base && <TryOutDialog positionKey={base.key} version={base.version} onClose={() => setDialog(null)} />}
      {dialog === 'discard' && (
        <ConfirmDialog
          title="Discard this draft?"
          action="Discard the draft"
          onClose={() => setDialog(null)}
          onConfirm={() => {
            dispatch({ type: 'replace', draft: published })
            setRevealed(false)
            setDialog(null)
            setFocusRequest({ selector: 'h1' })
          }}
        >
          <p>{base ? `The page shows version ${base.version} again.` : 'The page is empty again.'} What you have entered is lost.</p>
        </ConfirmDialog>
      )}
      {dialog === 'archive' && base && (
        <ArchiveDialog
          base={base}
          onClose={() => setDialog(null)}
          onConflict={() => {
            release()
            onConflict(draft)
          }}
          onDone={(version) => {
            setDialog(null)
            setFocusRequest({ selector: 'h1' })
            dispatch({ type: 'set', values: { archived: version.archived } })
            onSaved(version)
          }}
        />
      )}
    </main>
  )
}

/** Shares are a matter of this page: the API takes any weights. */
function findShareProblem({ criteria, weights }: Draft): Problem | null {
  const shares = criteria.map(({ share }) => share)
  if (weights || criteria.length === 0 || addUp(shares)) return null
  const sum = sumShares(shares)
  return new Problem('BAD_INPUT', `The shares add up to ${sum} %, not to 100 %. Change them, or press “Scale to 100 %”.`, null, 0, 'criteria')
}

const NOTICE_DELAY_MS = 400

/** Stores the draft after each change. Returns when that was; `nowhere` if this browser stores nothing, and null at first. */
function useDraftStorage(organizationId: string, base: PositionVersion | null, draft: Draft, isChanged: boolean): Date | 'nowhere' | null {
  const [savedAt, setSavedAt] = useState<Date | 'nowhere' | null>(null)
  const basedOn = base?.version ?? null
  const key = base?.key ?? null
  useEffect(() => {
    const at = new Date()
    const isStored = storeDraft(organizationId, key, isChanged ? { basedOn, savedAt: at.toISOString(), draft } : null)
    // later, so that the page renders once for a pressed key
    const timer = setTimeout(() => setSavedAt(isStored ? at : 'nowhere'), NOTICE_DELAY_MS)
    return () => clearTimeout(timer)
  }, [organizationId, key, basedOn, draft, isChanged])
  return savedAt
}

/**
 * Asks before the page is closed with a draft. Other pages of the desk do not lose it, so that a notice is enough there.
 * Returns a function that leaves out the notice: for a draft that has been published, or that another page goes on with.
 */
function useLeaveNotice(isChanged: boolean, title: string): () => void {
  const toast = useToast()
  const latest = useRef({ isChanged, title })
  const isReleased = useRef(false)
  useEffect(() => {
    latest.current = { isChanged, title }
    if (!isChanged) isReleased.current = false
  })
  useEffect(() => {
    if (!isChanged) return undefined
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [isChanged])
  useEffect(
    () => () => {
      if (latest.current.isChanged && !isReleased.current) toast(`Your draft of “${latest.current.title || 'the new position'}” is not published. It stays in this browser.`)
    },
    [toast],
  )
  return () => {
    isReleased.current = true
  }
}
