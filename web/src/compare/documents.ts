import { graphql } from '../gql'
import type { ComparedQuery } from '../gql/graphql'

export type ComparedInterview = NonNullable<ComparedQuery['interview']>
export type ComparedEvaluation = NonNullable<ComparedInterview['evaluation']>
export type ComparedResult = ComparedEvaluation['criteria'][number]
export type ComparedQuote = ComparedResult['evidence'][number]

/** One interview of a comparison. `recording` adds what only callers with READ_RECORDING may read. */
export const COMPARED = graphql(`
  query Compared($id: ID!, $recording: Boolean!) {
    interview(id: $id) {
      id status channel createdAt scheduledFor startedAt erasedAt decision decidedBy
      candidate { name }
      position { key version title criteria { key name weight levels { value anchor } } }
      recordings @include(if: $recording) { ...RecordingFields }
      evaluation {
        isBlind status overallScore lowestScore highestScore inconclusiveReason recommendation coverage flags sandbox
        criteria {
          key name state level rationale passLevels flags
          questions { questionKey asked answered }
          evidence { quote seq start end sentence sentenceStart flags turn { startedAt endedAt text } }
        }
        reviews { reviewer overrides { criterionKey level } }
      }
    }
  }
`)
