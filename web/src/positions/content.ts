import type { PositionVersion } from './documents'

export interface Question {
  key: string
  text: string
  listenFor: string[]
  maxProbes: number
  criterionKeys: string[]
}

export interface Criterion {
  key: string
  name: string
  description: string
  weight: number
  levels: { value: number; anchor: string }[]
}

export interface JobAnalysis {
  tasks: string[]
  method: string
  criteria: { key: string; reason: string; weightReason: string }[]
}

/** All that a version holds and people edit: the input of savePosition without the version. */
export interface Content {
  key: string
  title: string
  description: string
  language: string
  limitMinutes: number
  wrapUpAfterExchanges: number
  blindReview: boolean
  archived: boolean
  correctionHours: number
  reopenMinutes: number
  extraTimeFactor: number
  keyTerms: string[]
  facts: { question: string; answer: string }[]
  questions: Question[]
  criteria: Criterion[]
  jobAnalysis: JobAnalysis | null
}

/** Returns the content of a version, with its fields always in the same order. */
export function contentOf(version: PositionVersion): Content {
  const { jobAnalysis } = version
  return {
    key: version.key,
    title: version.title,
    description: version.description,
    language: version.language,
    limitMinutes: version.limitMinutes,
    wrapUpAfterExchanges: version.wrapUpAfterExchanges,
    blindReview: version.blindReview ?? false,
    archived: version.archived,
    correctionHours: version.correctionHours,
    reopenMinutes: version.reopenMinutes,
    extraTimeFactor: version.extraTimeFactor,
    keyTerms: [...(version.keyTerms ?? [])],
    facts: (version.facts ?? []).map(({ question, answer }) => ({ question, answer })),
    questions: (version.questions ?? []).map(({ key, text, listenFor, maxProbes, criterionKeys }) => ({
      key,
      text,
      listenFor: [...listenFor],
      maxProbes,
      criterionKeys: [...criterionKeys],
    })),
    criteria: (version.criteria ?? []).map(({ key, name, description, weight, levels }) => ({
      key,
      name,
      description,
      weight,
      levels: levels.map(({ value, anchor }) => ({ value, anchor })),
    })),
    jobAnalysis: jobAnalysis && {
      tasks: [...jobAnalysis.tasks],
      method: jobAnalysis.method,
      criteria: jobAnalysis.criteria.map(({ key, reason, weightReason }) => ({ key, reason, weightReason })),
    },
  }
}
