import { PageHeading } from '../desk/PageHeading'
import { formatMoment } from '../desk/interviews/interviewText'
import { ChangeList } from './ChangeList'
import { contentOf } from './content'
import { compareContents } from './diff'
import type { PositionVersion } from './documents'
import { type Draft, toContent } from './draft'

interface ConflictPageProps {
  /** The version that was edited. */
  base: PositionVersion
  newest: PositionVersion
  draft: Draft
  onTakeTheirs: () => void
  onTakeOwn: () => void
}

/** Somebody has published another version in the meantime: shows what changed there and here, and goes on from either. */
export function ConflictPage({ base, newest, draft, onTakeTheirs, onTakeOwn }: ConflictPageProps) {
  const before = contentOf(base)
  return (
    <main>
      <header className="top-bar">
        <PageHeading title={`Version ${newest.version} is newer than your draft`} />
      </header>
      <p className="px-6 pb-3 max-[1199px]:px-4">
        You edited version {base.version} of “<bdi>{base.title}</bdi>”. {newest.createdBy ? <bdi>{newest.createdBy}</bdi> : 'Somebody'} published version {newest.version} in the
        meantime{newest.createdAt ? `: ${formatMoment(newest.createdAt)}` : ''}. Nothing of either is lost until you choose.
      </p>
      <div className="editor border-t border-line">
        <section aria-label={`Version ${newest.version}`} className="editor-column">
          <div className="line min-h-8">
            <h2>What version {newest.version} changed</h2>
            <span className="flex-1" />
            <button type="button" className="btn" onClick={onTakeTheirs}>
              Go on from version {newest.version}
            </button>
          </div>
          <p className="small quiet">Your own changes are discarded.</p>
          <ChangeList changes={compareContents(before, contentOf(newest))} empty="It has the same content." />
        </section>
        <section aria-label="Your draft" className="editor-column bg-ground">
          <div className="line min-h-8">
            <h2>What you changed</h2>
            <span className="flex-1" />
            <button type="button" className="btn" onClick={onTakeOwn}>
              Go on with my draft
            </button>
          </div>
          <p className="small quiet">Publishing it replaces the changes of version {newest.version}. They stay in the history.</p>
          <ChangeList changes={compareContents(before, toContent(draft))} empty="Nothing yet." />
        </section>
      </div>
    </main>
  )
}
