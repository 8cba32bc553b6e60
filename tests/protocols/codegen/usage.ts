// Uses the types that graphql-codegen makes of the schema and of the examples in the API guide, with strict checks.
import type { EvaluationQuery, ToReviewQuery } from './operations'
import type { ErrorCode, ErrorExtensions, Interview } from './schema'

export const titles = ({ interviews }: ToReviewQuery): string[] => interviews.nodes.map((node) => node.position.title)

export const score = ({ evaluation }: EvaluationQuery): number | null => evaluation?.overallScore ?? null

export const id = (interview: Interview): string => String(interview.id)

// @ts-expect-error: an interview may have no evaluation
export const unchecked = ({ evaluation }: EvaluationQuery): unknown => evaluation.status

// @ts-expect-error: an evaluation may have no score
export const unscored = ({ evaluation }: EvaluationQuery): number | undefined => evaluation?.overallScore

export const code = (extensions: ErrorExtensions): ErrorCode => extensions.code

export const delay = (extensions: ErrorExtensions): number => extensions.retryAfterSeconds ?? 5

// @ts-expect-error: most errors have no delay
export const unspecified = (extensions: ErrorExtensions): number => extensions.retryAfterSeconds
