import { describe, expect, it } from 'vitest'
import { createId, type Draft, type DraftAction, isSameContent, moveItem, NEW_DRAFT, reduceDraft, readStoredDraft, storeDraft, toContent, toDraft, toKey } from './draft'
import { makeContent } from './testContent'

const edit = (draft: Draft, ...actions: DraftAction[]) => actions.reduce(reduceDraft, draft)

describe('P1: a draft', () => {
  const content = makeContent()
  const draft = toDraft(content)

  it('that nobody has changed would publish the same', () => {
    expect(toContent(draft)).toEqual(content)
    expect(isSameContent(toContent(draft), content)).toBe(true)
    const withoutAnalysis = makeContent({ jobAnalysis: null })
    expect(isSameContent(toContent(toDraft(withoutAnalysis)), withoutAnalysis)).toBe(true)
  })

  it('keeps the published weights until a share changes', () => {
    expect(draft.criteria.map(({ share }) => share)).toEqual(['66.7', '33.3'])
    const moved = edit(draft, { type: 'move', list: 'criteria', id: 'care', to: 0 })
    expect(toContent(moved).criteria.map(({ weight }) => weight)).toEqual([1, 2])
    const changed = edit(draft, { type: 'change', list: 'criteria', id: 'care', values: { share: '40' } }, { type: 'scaleShares' })
    expect(toContent(changed).criteria.map(({ weight }) => weight)).toEqual([62.5, 37.5])
    expect(toContent(edit(draft, { type: 'spreadShares' })).criteria.map(({ weight }) => weight)).toEqual([50, 50])
  })

  it('gives new questions and criteria keys that no other has', () => {
    const added = edit(
      draft,
      { type: 'add', list: 'criteria', id: createId(draft) },
      { type: 'change', list: 'criteria', id: 'new1', values: { name: 'Plants', share: '10' } },
      { type: 'add', list: 'questions', id: 'new2' },
      { type: 'change', list: 'questions', id: 'new2', values: { text: ' Why roses? ', criterionIds: ['new1'], listenFor: ' thorns \n\n scent' } },
      { type: 'add', list: 'facts', id: 'new3' },
    )
    const { criteria, questions, facts } = toContent(added)
    expect(criteria.map(({ key }) => key)).toEqual(['plants', 'care', 'plants_2'])
    expect(questions[2]).toEqual({ key: 'question', text: 'Why roses?', listenFor: ['thorns', 'scent'], maxProbes: 2, criterionKeys: ['plants_2'] })
    expect(facts).toHaveLength(2)
    expect(createId(added)).toBe('new4')
  })

  it('takes a criterion that is removed out of its questions and of the job analysis', () => {
    const { criteria, questions, jobAnalysis } = toContent(edit(draft, { type: 'remove', list: 'criteria', id: 'care' }))
    expect(criteria.map(({ key }) => key)).toEqual(['plants'])
    expect(questions.map(({ criterionKeys }) => criterionKeys)).toEqual([['plants'], ['plants']])
    expect(jobAnalysis?.criteria).toEqual([])
  })

  it('sends numbers that the API refuses for texts that are none', () => {
    const { limitMinutes, correctionHours, extraTimeFactor, criteria } = toContent(
      edit(draft, { type: 'set', values: { limitMinutes: '', correctionHours: 'two', extraTimeFactor: '1,25' } }, { type: 'change', list: 'criteria', id: 'care', values: { share: '' } }),
    )
    expect([limitMinutes, correctionHours, extraTimeFactor]).toEqual([-1, -1, 1.25])
    expect(criteria[1]?.weight).toBe(0)
  })

  it('is stored for one organization and position', () => {
    const stored = { basedOn: 3, savedAt: '2026-11-29T14:02:00Z', draft }
    expect(storeDraft('org', 'gardener', stored)).toBe(true)
    expect(readStoredDraft('org', 'gardener')).toEqual(stored)
    expect(readStoredDraft('other', 'gardener')).toBeNull()
    expect(readStoredDraft('org', null)).toBeNull()
    storeDraft('org', 'gardener', null)
    expect(readStoredDraft('org', 'gardener')).toBeNull()
  })
})

describe('P1: moveItem', () => {
  it.each([
    [0, 2, 'bca'],
    [2, 0, 'cab'],
    [1, 1, 'abc'],
    [0, 9, 'bca'],
    [2, -1, 'cab'],
  ])('moves the item at %i to %i', (from, to, moved) => {
    expect(moveItem([...'abc'], from, to).join('')).toBe(moved)
  })
})

describe('P1: toKey', () => {
  it.each([
    ['Senior Software Engineer', 'senior_software_engineer'],
    ['3. Qualité & soin !', 'qualite_soin'],
    ['Łódź', 'odz'],
    ['日本', ''],
    ['a'.repeat(70), 'a'.repeat(64)],
  ])('%s', (name, key) => {
    expect(toKey(name)).toBe(key)
  })

  it('is the key of a new position until somebody chooses another', () => {
    expect(toContent({ ...NEW_DRAFT, title: 'Head gardener' }).key).toBe('head_gardener')
    expect(toContent({ ...NEW_DRAFT, title: 'Head gardener', key: 'gardener' }).key).toBe('gardener')
  })
})
