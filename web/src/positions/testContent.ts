import type { Content } from './content'

/** A position with two questions and two criteria. */
export function makeContent(values: Partial<Content> = {}): Content {
  const levels = [1, 2, 3, 4, 5].map((value) => ({ value, anchor: `Anchor ${value}` }))
  return {
    key: 'gardener',
    title: 'Gardener',
    description: 'Roses.',
    language: 'en',
    limitMinutes: 30,
    wrapUpAfterExchanges: 15,
    blindReview: false,
    archived: false,
    correctionHours: 72,
    reopenMinutes: 60,
    extraTimeFactor: 1.5,
    keyTerms: ['secateurs', 'mulch'],
    facts: [{ question: 'Is it outdoors?', answer: 'Yes.' }],
    questions: [
      { key: 'soil', text: 'What is good soil?', listenFor: ['worms', 'drainage'], maxProbes: 1, criterionKeys: ['plants'] },
      { key: 'frost', text: 'What do you do before a frost?', listenFor: [], maxProbes: 2, criterionKeys: ['plants', 'care'] },
    ],
    criteria: [
      { key: 'plants', name: 'Plants', description: 'Knows them.', weight: 2, levels },
      { key: 'care', name: 'Care', description: '', weight: 1, levels },
    ],
    jobAnalysis: { tasks: ['Prunes roses.'], method: 'Watched two gardeners.', criteria: [{ key: 'care', reason: 'Plants die.', weightReason: 'Rarely.' }] },
    ...values,
  }
}
