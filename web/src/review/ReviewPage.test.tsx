import { act, cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it, vi } from 'vitest'
import { cleanUpDesk, click, openDesk, press } from '../testing/desk'
import { ApiFailure } from '../testing/fakeApi'
import { recordRenders } from '../testing/renders'
import type { ReviewedEvaluation, ReviewedInterview } from './documents'

const STARTED_AT = '2026-11-30T10:00:00Z'
const at = (seconds: number) => new Date(Date.parse(STARTED_AT) + seconds * 1_000).toISOString()

function makeTurn(seq: number, speaker: string, text: string, seconds: number, questionKey: string | null = null) {
  return { id: `t${seq}`, seq, speaker, text, channel: 'VOICE', questionKey, startedAt: at(seconds), endedAt: at(seconds + 8), interrupted: false, language: null, isUncertain: false, uncertainWords: [] }
}

const TURNS = [
  makeTurn(1, 'INTERVIEWER', 'What have you built?', 2, 'built'),
  makeTurn(2, 'CANDIDATE', 'A 🎻 tuner. I measured it for a week.', 12, 'built'),
  makeTurn(3, 'INTERVIEWER', 'How did you test it?', 40, 'test'),
  makeTurn(4, 'CANDIDATE', 'By ear.', 52, 'test'),
]

const ANCHORS = [1, 2, 3, 4, 5].map((value) => ({ value, anchor: `Anchor ${value}` }))
const RUBRIC = ['Care', 'Craft'].map((name, index) => ({ key: name.toLowerCase(), name, weight: index + 1, levels: ANCHORS }))

function makeEvaluation(values: object = {}): ReviewedEvaluation {
  const criterion = { weight: 1, state: 'ASSESSED', rationale: 'Measured before a change.', passLevels: [3, 4], spread: 1, flags: [], questions: [{ questionKey: 'built', asked: true, answered: true }] }
  const quote = { quote: 'measured it', seq: 2, start: 14, end: 25, sentence: 'I measured it for a week.', sentenceStart: 12, flags: ['CONDITION'] }
  return {
    id: 'e1',
    version: 1,
    isBlind: false,
    status: 'COMPLETED',
    failure: null,
    overallScore: 62,
    lowestScore: 50,
    highestScore: 75,
    inconclusiveReason: null,
    recommendation: 'HIRE',
    summary: 'Careful work.',
    coverage: 0.5,
    sandbox: false,
    flags: ['BANDS_DIFFER'],
    model: 'claude',
    completedAt: at(900),
    positionVersion: 3,
    passes: [
      { number: 1, claimedQuotes: 4, failedQuotes: 1 },
      { number: 2, claimedQuotes: 4, failedQuotes: 0 },
    ],
    criteria: [
      { ...criterion, key: 'care', name: 'Care', level: 3, evidence: [quote] },
      { ...criterion, key: 'craft', name: 'Craft', weight: 2, state: 'NOT_ASSESSED', level: null, passLevels: [null, null], evidence: [], questions: [{ questionKey: 'test', asked: false, answered: false }] },
    ],
    ratings: [],
    reviews: [],
    ...values,
  } as unknown as ReviewedEvaluation
}

function makeReviewed(values: object = {}): ReviewedInterview {
  return {
    id: 'i1',
    status: 'COMPLETED',
    endReason: 'WRAPPED_UP',
    isPartial: false,
    endDetail: null,
    channel: 'VOICE',
    createdAt: STARTED_AT,
    scheduledFor: null,
    startedAt: STARTED_AT,
    durationSeconds: 600,
    erasedAt: null,
    externalId: 'REQ-7',
    candidate: { name: 'Maya Lindqvist' },
    position: { title: 'Engineer', version: 3, questions: [{ key: 'built', criterionKeys: ['care'] }], criteria: RUBRIC },
    progress: { question: 2, questions: 2, elapsedSeconds: 600, limitSeconds: 1_800 },
    consent: { recording: true },
    corrections: [],
    latency: { replies: 4, p50: { heard: 1.2 }, p95: { heard: 2.5 } },
    recordings: [{ id: 'r1', kind: 'COMPOSITE', status: 'READY', url: '/recordings/r1', mimeType: 'video/webm', startedAt: STARTED_AT, durationSeconds: 100, failure: null }],
    reviewReasons: [],
    decision: null,
    adoptions: [],
    evaluation: makeEvaluation(),
    ...values,
  } as unknown as ReviewedInterview
}

type Desk = Parameters<typeof openDesk>

/** Opens the review of an interview, and returns the API and the list of what the player did. */
function openReview(values: object = {}, answers: Desk[1] = {}, role: Desk[3] = 'RECRUITER') {
  let interview = makeReviewed(values)
  const played: string[] = []
  vi.spyOn(HTMLMediaElement.prototype, 'play').mockImplementation(function play(this: HTMLMediaElement) {
    played.push(`play ${Math.round(this.currentTime)}`)
    Object.defineProperty(this, 'paused', { value: false, configurable: true })
    fireEvent.play(this)
    return Promise.resolve()
  })
  vi.spyOn(HTMLMediaElement.prototype, 'pause').mockImplementation(function pause(this: HTMLMediaElement) {
    played.push('pause')
    Object.defineProperty(this, 'paused', { value: true, configurable: true })
    fireEvent.pause(this)
  })
  const api = openDesk(
    '/interviews/i1',
    {
      Transcript: () => ({ transcript: { turns: TURNS, lastSeq: 4, isComplete: interview.status === 'COMPLETED' } }),
      NeedsReview: () => ({ interviews: { nodes: [{ id: 'i1' }, { id: 'i2' }] } }),
      ...answers,
    },
    { Reviewed: ({ id }, next) => next({ interviewChanged: { ...interview, id } }) },
    role,
  )
  const change = (changed: object) => {
    interview = makeReviewed({ ...values, ...changed })
    act(() => api.push('Reviewed', { interviewChanged: interview }))
  }
  return { api, played, change }
}

const failing = (code: string, message: string) => ({
  Reviewed: () => {
    throw new ApiFailure(code, message)
  },
})

const scorecard = () => screen.getByRole('region', { name: 'Scorecard' })
const media = () => screen.getByLabelText<HTMLVideoElement>('Recording')
const criterion = (name: string) => screen.getByRole('button', { name: new RegExp(`^${name}`) }).closest<HTMLElement>('.criterion') ?? document.body

cleanUpDesk()

describe('R1: the page of an interview', () => {
  it('says who, how far, how long and what came of it, with the transcript and the scorecard', async () => {
    openReview()
    await screen.findByRole('heading', { name: 'Maya Lindqvist' })
    await screen.findByText('By ear.')
    const strip = screen.getByRole('banner').textContent
    expect(strip).toMatch(/Engineer, version 3 · .* · by voice · REQ-7/)
    expect(strip).toContain('Score, passes 50–7562 Hire')
    expect(strip).toContain('Flags1')
    expect(strip).toContain('Coverage1 of 2 questions')
    expect(strip).toContain('Minutes10 of 30')
    expect(strip).toContain('1 of 2')
    expect(scorecard().textContent).toContain('7 of 8 quotes verified')
    expect(scorecard().textContent).toContain('response time 1.2 s (median), 2.5 s (95th percentile)')
    click('Scorecard')
    expect(screen.getByRole('button', { name: 'Scorecard' }).getAttribute('aria-pressed')).toBe('true')
  })

  it('follows a live interview', async () => {
    const { change } = openReview({ status: 'IN_PROGRESS', evaluation: null, recordings: [], durationSeconds: null })
    await screen.findByText('The evaluation follows when the interview has ended.')
    expect(screen.getByText('Nothing has been recorded yet.')).toBeTruthy()
    change({ status: 'COMPLETED', evaluation: makeEvaluation({ status: 'PENDING' }) })
    await screen.findByText('The evaluation is in progress…')
    change({ status: 'COMPLETED', evaluation: makeEvaluation({ status: 'FAILED', failure: 'Claude did not answer.' }) })
    await screen.findByText('Claude did not answer.')
    change({ evaluation: makeEvaluation({ overallScore: null, recommendation: null, inconclusiveReason: 'NOTHING_SAID' }), isPartial: true })
    await screen.findByText('No score: the candidate said nothing.')
    expect(screen.getByText('The interview ended before all questions were answered.')).toBeTruthy()
  })

  it('renders the words that change, and nothing else, with each interim word', async () => {
    const { api } = openReview({ status: 'IN_PROGRESS', evaluation: null })
    await screen.findByText('By ear.')
    await waitFor(() => expect([...api.subscriptions].map(({ name }) => name)).toContain('Interim'))
    const say = (text: string) => act(() => api.push('Interim', { interimTranscript: { speaker: 'CANDIDATE', text, afterSeq: 4, at: '' } }))
    const rendered = await recordRenders(async () => {
      say('And by')
      await screen.findByText('And by')
      say('And by machine')
      await screen.findByText('And by machine')
    })
    expect(rendered).toEqual(['InterimTurns', 'InterimTurns'])
  })

  it.each([
    [{ consent: null, status: 'SCHEDULED' }, 'The candidate has not joined yet.'],
    [{ consent: { recording: false } }, 'The candidate did not agree to a recording.'],
    [{ status: 'COMPLETED' }, 'There is no recording.'],
  ])('says why there is no recording: %o', async (values, text) => {
    openReview({ recordings: [], ...values })
    await screen.findByText(text)
  })

  it('says that there is no such interview, or why it cannot be read', async () => {
    openDesk('/interviews/i9', {}, failing('NOT_FOUND', 'There is no such interview.'))
    await screen.findByRole('heading', { name: 'There is no such interview' })
    cleanup()
    openDesk('/interviews/i9', {}, failing('FORBIDDEN', 'Your role may not read interviews.'))
    expect((await screen.findByRole('alert')).textContent).toContain('Your role may not read interviews.')
  })

  it('shows viewers the transcript alone', async () => {
    openReview({ recordings: undefined, evaluation: undefined }, {}, 'VIEWER')
    await screen.findByText('By ear.')
    expect(screen.queryByRole('region', { name: 'Scorecard' })).toBeNull()
    expect(screen.queryByLabelText('Recording')).toBeNull()
  })
})

describe('R2: playback', () => {
  it('plays a quote from its sentence, marks it, and shows its turn', async () => {
    const { played } = openReview()
    await screen.findByText('By ear.')
    fireEvent.click(within(scorecard()).getByRole('button', { name: /^Play the quote at/ }))
    // 12 s, the share of the 🎻 and what precedes the sentence, less a second
    expect(played).toEqual(['play 14'])
    expect(screen.getByText('measured it', { selector: 'aside mark, section mark, li mark' }).closest('li')?.getAttribute('aria-current')).toBe('true')
  })

  it('plays, skips, changes its speed, and moves to questions by mouse and keyboard', async () => {
    const { played } = openReview()
    await screen.findByText('By ear.')
    press(' ')
    expect(played.at(-1)).toBe('play 0')
    expect(screen.getByRole('button', { name: 'Pause' })).toBeTruthy()
    press('ArrowRight')
    expect(media().currentTime).toBe(10)
    press('ArrowLeft')
    expect(media().currentTime).toBe(0)
    click('Forward 10 seconds')
    expect(media().currentTime).toBe(10)
    fireEvent.change(screen.getByLabelText('Speed'), { target: { value: '1.5' } })
    expect(media().playbackRate).toBe(1.5)
    fireEvent.change(screen.getByLabelText('Position in the recording'), { target: { value: '60' } })
    expect(media().currentTime).toBe(60)
    fireEvent.timeUpdate(media())
    expect(screen.getByText('1:00')).toBeTruthy()
    click('Play question 2')
    expect(played.at(-1)).toBe('play 40')
    press('[')
    expect(played.at(-1)).toBe('play 2')
    press(']')
    expect(played.at(-1)).toBe('play 40')
    fireEvent.click(screen.getByRole('button', { name: 'Pause' }))
    expect(played.at(-1)).toBe('pause')
  })

  it('follows playback until the reader scrolls', async () => {
    openReview()
    await screen.findByText('By ear.')
    const follow = screen.getByRole('switch', { name: 'Follow' })
    expect(follow.getAttribute('aria-checked')).toBe('true')
    fireEvent.wheel(screen.getByText('By ear.'))
    expect(follow.getAttribute('aria-checked')).toBe('false')
    fireEvent.click(follow)
    expect(follow.getAttribute('aria-checked')).toBe('true')
  })

  it('moves through the turns with j and k, and Enter plays one', async () => {
    const { played } = openReview()
    await screen.findByText('By ear.')
    press('j')
    await waitFor(() => expect(document.activeElement?.id).toBe('turn-1'))
    press('j')
    await waitFor(() => expect(document.activeElement?.id).toBe('turn-2'))
    press('Enter')
    expect(played.at(-1)).toBe('play 12')
    press('k')
    await waitFor(() => expect(document.activeElement?.id).toBe('turn-1'))
  })

  it('finds words in the transcript', async () => {
    openReview()
    await screen.findByText('By ear.')
    press('/')
    const field = screen.getByRole('textbox', { name: 'Search in the transcript' })
    fireEvent.change(field, { target: { value: 'EAR' } })
    expect(await screen.findByText('1 of 1')).toBeTruthy()
    fireEvent.keyDown(field, { key: 'Escape' })
    expect(screen.queryByRole('search')).toBeNull()
    expect(document.activeElement?.id).toBe('turn-4')
  })

  it('renews a link that has expired, and says when the browser cannot play the recording', async () => {
    const { api } = openReview({}, { Recordings: () => ({ interview: { recordings: [{ id: 'r1', url: '/recordings/r1?fresh' }] } }) })
    await screen.findByText('By ear.')
    fireEvent.error(media())
    await waitFor(() => expect(media().getAttribute('src')).toBe('/recordings/r1?fresh'))
    expect(api.callsOf('Recordings')).toHaveLength(1)
    fireEvent.error(media())
    expect((await screen.findByRole('alert')).textContent).toContain('could not play')
  })
})

describe('R3: levels and decisions', () => {
  it('shows each level on its anchors, and nothing low where nothing was assessed', async () => {
    openReview()
    await screen.findByText('By ear.')
    expect(within(criterion('Care')).getByRole('img', { name: 'Level 3 of 5, passes from 3 to 4' })).toBeTruthy()
    expect(criterion('Care').textContent).toContain('Check the turn: the sentence is about what would be.')
    expect(within(criterion('Craft')).getByText('Not assessed')).toBeTruthy()
    expect(within(criterion('Craft')).queryByRole('img')).toBeNull()
    fireEvent.click(within(criterion('Craft')).getByRole('button', { name: /^Craft/ }))
    expect(within(criterion('Craft')).getByText('Anchor 5')).toBeTruthy()
  })

  it('saves a decision with its reason and the levels that were changed', async () => {
    const { api, change } = openReview({}, { ReviewEvaluation: () => ({ reviewEvaluation: { evaluation: { id: 'e1' } } }) })
    await screen.findByText('By ear.')
    fireEvent.click(within(criterion('Care')).getByRole('radio', { name: 'Level 4' }))
    press('a')
    click(/^Save decision/)
    await screen.findByText('Give a reason for the decision.')
    fireEvent.change(screen.getByLabelText('Reason for the decision'), { target: { value: 'Careful.' } })
    click(/^Save decision/)
    await screen.findByText('Say why you changed the level of Care.')
    fireEvent.change(screen.getByLabelText('Why your level for Care'), { target: { value: 'A week of measuring.' } })
    press('Enter', { ctrlKey: true })
    await screen.findByText('Your decision is saved.')
    expect(api.callsOf('ReviewEvaluation')[0]).toMatchObject({
      input: { evaluationId: 'e1', decision: 'ADVANCE', reason: 'Careful.', overrides: [{ criterionKey: 'care', level: 4, reason: 'A week of measuring.' }] },
    })
    const review = { decision: 'ADVANCE', reason: 'Careful.', reviewer: 'Grace Hopper', createdAt: at(1_000), overallScore: 80, overrides: [{ criterionKey: 'care', level: 4, reason: 'A week of measuring.' }] }
    change({ evaluation: makeEvaluation({ reviews: [review] }) })
    await screen.findByText('With the levels of', { exact: false })
    expect(screen.getByRole('region', { name: 'History' }).textContent).toContain('Careful. Care: 4. A week of measuring.')
    expect(screen.getByRole('region', { name: 'Decision' }).textContent).toContain('Advanced')
  })

  it('keeps a draft when saving fails, and discards it when asked', async () => {
    openReview(
      {},
      {
        ReviewEvaluation: () => {
          throw new ApiFailure('UNAVAILABLE', 'Try again in a moment.')
        },
      },
    )
    await screen.findByText('By ear.')
    press('h')
    fireEvent.change(screen.getByLabelText('Reason for the decision'), { target: { value: 'Ask again.' } })
    click(/^Save decision/)
    await screen.findByText('Try again in a moment.')
    expect(screen.getByLabelText<HTMLInputElement>('Reason for the decision').value).toBe('Ask again.')
    click('Discard')
    expect(screen.queryByLabelText('Reason for the decision')).toBeNull()
  })

  it('hides the evaluation until the reviewer has given every level, by keyboard', async () => {
    const { api } = openReview({ evaluation: makeEvaluation({ isBlind: true, criteria: [], summary: null }) }, { RateEvaluation: () => ({ rateEvaluation: { evaluation: { id: 'e1' } } }) })
    await screen.findByText('Blind review')
    expect(screen.getByText('Hidden until you save')).toBeTruthy()
    press('4')
    await waitFor(() => expect(document.activeElement).toBeInstanceOf(HTMLInputElement))
    press('Enter')
    press('-')
    expect(screen.getByText('2 of 2 given')).toBeTruthy()
    click(/^Save and show the evaluation/)
    await screen.findByText('Your levels are saved.')
    expect(api.callsOf('RateEvaluation')[0]).toMatchObject({
      input: {
        ratings: [
          { criterionKey: 'care', level: 4, reason: null },
          { criterionKey: 'craft', level: null, reason: null },
        ],
      },
    })
  })
})

const VERSION = { isBlind: false, status: 'COMPLETED', requestedBy: null, requestReason: null, createdAt: STARTED_AT }
const VERSIONS = {
  interview: {
    evaluation: { version: 1 },
    evaluationVersions: {
      nodes: [
        { ...VERSION, id: 'e1', version: 1, overallScore: 62, recommendation: 'HIRE' },
        { ...VERSION, id: 'e2', version: 2, overallScore: 40, recommendation: 'NO_HIRE', requestedBy: 'Grace', requestReason: 'A correction' },
      ],
    },
  },
}

const openMore = async (answers: Desk[1] = {}, role: Desk[3] = 'RECRUITER') => {
  const opened = openReview({}, { EvaluationVersions: () => VERSIONS, ...answers }, role)
  await screen.findByText('By ear.')
  click('More')
  await screen.findByText(', the one that counts')
  return opened
}

describe('R4: files, versions, erasure and the next interview', () => {
  it('evaluates again, and lets another version count only with a reason', async () => {
    const { api } = await openMore({
      EvaluateInterview: () => ({ evaluateInterview: { evaluation: { id: 'e3', version: 3 } } }),
      AdoptEvaluation: () => ({ adoptEvaluation: { evaluation: { id: 'e2' } } }),
    })
    expect(screen.queryByRole('button', { name: /^Let version/ })).toBeNull()
    click('Evaluate again')
    await screen.findByText(/A new version is being made/)
    click('Version 2')
    await waitFor(() => expect(api.callsOf('Reviewed').at(-1)).toMatchObject({ version: 2 }))
    const adopt = await screen.findByRole('button', { name: 'Let version 2 count' })
    fireEvent.click(adopt)
    expect(api.callsOf('AdoptEvaluation')).toEqual([])
    fireEvent.change(screen.getByLabelText('Reason'), { target: { value: ' A correction ' } })
    fireEvent.click(adopt)
    await screen.findByText('Version 2 counts now.')
    expect(api.callsOf('AdoptEvaluation')[0]).toMatchObject({ input: { evaluationId: 'e2', reason: 'A correction' } })
  })

  it('downloads the report, and says why it could not', async () => {
    await openMore()
    const saved = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => {})
    vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:report')
    const answers = [new Response('PDF files are not available.', { status: 503 }), new Response('%PDF', { headers: { 'content-disposition': 'attachment; filename="maya.pdf"' } })]
    const request = vi.fn(() => Promise.resolve(answers.shift() ?? new Response()))
    vi.stubGlobal('fetch', request)
    click('Report, PDF')
    await screen.findByText('PDF files are not available.')
    click('Report, PDF')
    await waitFor(() => expect(saved).toHaveBeenCalledOnce())
    expect(request).toHaveBeenCalledWith('/evaluations/e1/report.pdf', { method: 'POST' })
    expect((saved.mock.contexts[0] as HTMLAnchorElement).download).toBe('maya.pdf')
  })

  it('erases only after the name was typed', async () => {
    const { api } = await openMore({ EraseInterview: () => ({ eraseInterview: { interview: { id: 'i1' } } }) }, 'ADMIN')
    click('Erase')
    expect(api.callsOf('EraseInterview')).toEqual([])
    fireEvent.change(screen.getByLabelText(/to confirm$/), { target: { value: 'Maya Lindqvist' } })
    click('Erase')
    await screen.findByText('The interview is erased.')
    expect(api.callsOf('EraseInterview')).toEqual([{ input: { interviewId: 'i1' } }])
  })

  it('does not offer recruiters to erase', async () => {
    await openMore()
    expect(screen.queryByRole('button', { name: 'Erase' })).toBeNull()
  })

  it('goes to the next interview and back', async () => {
    openReview()
    await screen.findByText('By ear.')
    press('J', { shiftKey: true })
    await waitFor(() => expect(window.location.pathname).toBe('/interviews/i2'))
    await screen.findByText('2 of 2')
    click('Previous interview')
    await waitFor(() => expect(window.location.pathname).toBe('/interviews/i1'))
  })
})
