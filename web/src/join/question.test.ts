import { describe, expect, it } from 'vitest'
import type { Speaker } from '../gql/graphql'
import { findOpenQuestion } from './question'

const ask = (text: string, questionKey: string | null = 'risk', speaker: Speaker = 'INTERVIEWER') => ({ speaker, questionKey, text })

describe('C4: findOpenQuestion', () => {
  it('is null before the interviewer has spoken', () => {
    expect(findOpenQuestion([ask('Hello?', null, 'CANDIDATE')])).toBeNull()
  })

  it('shows the newest question, also that of a probe', () => {
    const turns = [ask('Welcome. Are you ready?', null), ask('Tell me about a risk.'), ask('I once…', 'risk', 'CANDIDATE'), ask('What did you learn?')]
    expect(findOpenQuestion(turns.slice(0, 2))).toBe('Tell me about a risk.')
    expect(findOpenQuestion(turns)).toBe('What did you learn?')
  })

  it('keeps the question while the interviewer gives the candidate time', () => {
    expect(findOpenQuestion([ask('How did you test it?'), ask('Of course, take your time.')])).toBe('How did you test it?')
    expect(findOpenQuestion([ask('Tell me about a risk.'), ask('Of course, take your time.')])).toBe('Tell me about a risk.')
  })

  it('shows the last sentences of a long text', () => {
    const opening = 'Thank you, comparing both paths every night for two weeks is a clear picture of how careful you were. Let us look at a risk. '
    const question = 'Tell me about a change you made that could have broken something important. How did you make sure it was safe?'
    expect(findOpenQuestion([ask(opening + question)])).toBe(`Let us look at a risk. ${question}`)
    expect(findOpenQuestion([ask(`Well. ${'a'.repeat(300)}?`)])).toBe(`${'a'.repeat(300)}?`)
  })
})
