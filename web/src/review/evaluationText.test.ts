import { expect, test } from 'vitest'
import { splitSentence } from './evaluationText'

test('a quote is shown inside its sentence, by code points', () => {
  const evidence = { quote: 'write the front end', sentence: '🎻 I did not write the front end.', start: 22, sentenceStart: 10 }
  expect(splitSentence(evidence)).toEqual(['🎻 I did not ', 'write the front end', '.'])
})

test('an evaluation without sentences shows the quote alone', () => {
  expect(splitSentence({ quote: 'a quote', sentence: '', start: 3, sentenceStart: 0 })).toEqual(['', 'a quote', ''])
})
