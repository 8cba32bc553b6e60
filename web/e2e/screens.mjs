// Takes pictures of the pages, each in two sizes and two colour schemes: `make screens` (tests/web/screens.py starts the servers).
// Add a screen to SCREENS: a name, the lines of tests/web/lines.py that it shows, and what to do until the page shows it.
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { findLayoutProblems, findViolations } from './accessibility.mjs'

const { url, tokens, answers: preparedAnswers, only, output, executable, arguments: flags } = JSON.parse(process.argv[2])
const SIZES = [
  { name: 'desk', width: 1440, height: 900 },
  { name: 'phone', width: 390, height: 844 },
]
const SCHEMES = ['light', 'dark']

const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

async function callApi(query, input, role = 'RECRUITER', token = tokens[role]) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables: { input } }),
  })
  const { data, errors } = await response.json()
  if (errors) throw new Error(errors[0].message)
  return data
}

/** Schedules an interview, and returns the candidate's link and the interview's id. */
async function schedule(input = {}) {
  const { scheduleInterview } = await callApi(
    'mutation($input: ScheduleInterviewInput!) { scheduleInterview(input: $input) { interview { id } invite { url } } }',
    { candidateName: 'Maya Lindqvist', positionKey: 'software_engineer', channel: 'VOICE', ...input },
  )
  return { id: scheduleInterview.interview.id, invite: scheduleInterview.invite.url }
}

const GERMAN_POSITION = {
  key: 'softwareentwicklung',
  title: 'Softwareentwicklung',
  language: 'de',
  questions: ['Erzählen Sie von etwas, das Sie gebaut haben.', 'Wie haben Sie es geprüft?'].map((text, index) => ({
    key: `frage_${index}`,
    text,
    criterionKeys: ['sorgfalt'],
  })),
  criteria: [
    {
      key: 'sorgfalt',
      name: 'Sorgfalt',
      weight: 1,
      levels: [1, 2, 3, 4, 5].map((value) => ({ value, anchor: `Stufe ${value}` })),
    },
  ],
}

/** Schedules a German interview, and returns the candidate's link. */
async function scheduleGerman() {
  await callApi('mutation($input: SavePositionInput!) { savePosition(input: $input) { position { key } } }', GERMAN_POSITION, 'ADMIN')
  return (await schedule({ positionKey: GERMAN_POSITION.key })).invite
}

const see = (page, text, timeout = 30_000) => page.getByText(text).filter({ visible: true }).first().waitFor({ timeout })
const press = (page, name) => page.getByRole('button', { name, exact: true }).click()

/** Opens a typed try-out of a position. */
async function openTryOut(page) {
  const query = 'mutation($input: StartTryOutInput!) { startTryOut(input: $input) { invite { url } } }'
  const { startTryOut } = await callApi(query, { positionKey: 'software_engineer', channel: 'TEXT' })
  await page.goto(startTryOut.invite.url)
  await see(page, 'Try-out: nobody is evaluated')
}

async function agree(page, { recording = 'Yes, record' } = {}) {
  if (recording) await page.getByRole('radio', { name: recording }).check()
  await page.getByRole('checkbox', { name: /agree to take part/ }).check()
  await press(page, 'Continue')
}

async function enterRoom(page) {
  await page.goto((await schedule()).invite)
  await agree(page)
  await see(page, 'We can hear you.')
  await press(page, 'Start the interview')
  await see(page, 'Viva is speaking')
}

async function answerFirst(page) {
  await enterRoom(page)
  await see(page, 'Question 1 of', 90_000)
  await see(page, 'Your turn', 60_000)
}

async function beginTyping(page) {
  await page.goto((await schedule({ channel: 'TEXT' })).invite)
  await agree(page, { recording: null })
  await press(page, 'Start the interview')
  await see(page, 'Your turn')
}

async function send(page, text) {
  await page.getByRole('textbox', { name: 'Type your answer' }).fill(text)
  await press(page, 'Send')
}

// The desk.

const SCHEDULED_NAMES = [
  'Tomás Ó Cinnéide 🙃',
  'יעל אברמוביץ׳',
  'Priya Venkataraghavan',
  'Oluwaseun Adébáyọ̀',
  'Wolfeschlegelsteinhausenbergerdorff-Montgomery, Maximiliane Alexandra Philippa',
  'نور الهدى بنت عبد الرحمن',
  'Bjørn Håkon Sæther',
]
const ANSWERS = [
  'I moved the tariff calculation out of the nightly job. A mistake there would have sent wrong invoices to about 400 customers.',
  'I put the old and the new calculation side by side for two weeks, and compared every result in the morning.',
  'The depots had changed their cut-off hour, and nobody had told us. I found it by comparing one week with the week before.',
]
const CONSENT = { textVersion: null, recording: false }

async function waitForReply(id) {
  for (;;) {
    const { interview } = await callApi('query($input: ID!) { interview(id: $input) { lastTurn { speaker } } }', id)
    if (interview.lastTurn?.speaker === 'INTERVIEWER') return
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

/** Takes an interview in writing with so many answers, and ends it if asked to. Returns its id and the candidate's token. */
async function talk(name, answers, { isEnded = false, positionKey = 'software_engineer' } = {}) {
  const { id, invite } = await schedule({ candidateName: name, channel: 'TEXT', positionKey })
  const token = invite.split('#')[1]
  const { invitation } = await callApi('query($input: String!) { invitation(token: $input) { consentText { version } } }', token, 'CANDIDATE')
  const { joinInterview } = await callApi(
    'mutation($input: JoinInterviewInput!) { joinInterview(input: $input) { access { token } } }',
    { invite: token, consent: { ...CONSENT, textVersion: invitation.consentText.version } },
    'CANDIDATE',
  )
  const candidate = joinInterview.access.token
  for (let count = 0; count < answers; count++) {
    await callApi(
      'mutation($input: SendMessageInput!) { sendMessage(input: $input) { turn { seq } } }',
      { interviewId: id, text: ANSWERS[count % ANSWERS.length] },
      'CANDIDATE',
      candidate,
    )
    await waitForReply(id)
  }
  if (isEnded) {
    await callApi('mutation($input: EndInterviewInput!) { endInterview(input: $input) { interview { id } } }', { interviewId: id })
  }
  return { id, candidate }
}

let filled = null

/** Fills the organization once with interviews in several states. */
const fillDesk = () =>
  (filled ??= (async () => {
    await Promise.all([
      completeInterview({ candidateName: 'Maya Lindqvist', externalId: 'REQ-2214' }),
      completeInterview({ candidateName: 'Łukasz Żółtowski' }),
      talk('Thảo Nguyễn', 3, { isEnded: true }),
    ])
    for (const candidateName of SCHEDULED_NAMES) await schedule({ candidateName })
    const [, , typing, waiting] = await Promise.all([
      talk('Zuzana Dvořáková', 0),
      talk('עמית בן־שושן', 1, { positionKey: 'customer_support' }),
      talk('Siân Llewellyn', 2),
      talk('Mateus Gonçalves', 1, { positionKey: 'data_scientist' }),
      talk('Rasmus Grönqvist', 3),
    ])
    const request = { interviewId: waiting.id, kinds: ['OTHER'], details: 'I need a colleague beside me who signs.' }
    await callApi('mutation($input: RequestAccommodationInput!) { requestAccommodation(input: $input) { interview { id } } }', request, 'CANDIDATE', waiting.candidate)
    // as the candidate's page does while somebody types
    const signal = { interviewId: typing.id, signal: 'TYPING' }
    const signalTyping = () => callApi('mutation($input: SignalInterviewerInput!) { signalInterviewer(input: $input) { interview { id } } }', signal, 'CANDIDATE', typing.candidate)
    setInterval(() => signalTyping().catch(() => {}), 4_000).unref()
  })())

/** Opens an address of the desk with the sandbox's session. */
async function enterDesk(page, path, text) {
  await fillDesk()
  await page.goto(url)
  await press(page, 'Enter as recruiter')
  await page.getByRole('heading', { name: 'Interviews' }).waitFor()
  await page.goto(`${url}${path}`)
  await see(page, text)
}

const enterList = (page) => enterDesk(page, '/interviews?tab=all', 'Zuzana Dvořáková')

const CANDIDATES = `Candidate;Reference;Position;Scheduled for;E-mail
Zoë O’Neill-Ngũgĩ;REQ-${Date.now()};software_engineer;${new Date(Date.now() + 30 * 86_400_000).toISOString()};zoe@example.org
Jürgen Ößwald;;data_scientist;;
Maya Lindqvist;;weaver;15/01/2027;
Maya Lindqvist;;software_engineer;;`

/** Checks a file with good rows, a row with faults and a column that is not imported. */
async function checkImport(page) {
  await enterDesk(page, '/interviews/import', 'Choose a CSV file')
  await page.getByRole('textbox', { name: 'Content of the file' }).fill(CANDIDATES)
  await press(page, 'Check')
  await see(page, 'with faults')
}

// The review.

const STATE = `query($input: ID!) { interview(id: $input) {
  status lastTurn { speaker questionKey } evaluation { id status } position { questions { key } }
} }`
const JOIN = `mutation($input: JoinInterviewInput!) { joinInterview(input: $input) { access { token } } }`
const SEND = 'mutation($input: SendMessageInput!) { sendMessage(input: $input) { turn { seq } } }'

/** Takes a typed interview with the prepared answers, and returns its id once it is evaluated. */
async function completeInterview(input = {}) {
  const { id, invite } = await schedule({ channel: 'TEXT', ...input })
  const [, token] = invite.split('#')
  const { invitation } = await callApi('query($input: String!) { invitation(token: $input) { consentText { version } } }', token)
  const consent = { textVersion: invitation.consentText.version, recording: false }
  const { joinInterview } = await callApi(JOIN, { invite: token, consent })
  for (let tries = 0; tries < 300; tries++) {
    const { interview } = await callApi(STATE, id)
    if (interview.evaluation?.status === 'COMPLETED') return id
    const { speaker, questionKey } = interview.lastTurn ?? { speaker: 'INTERVIEWER' }
    if (interview.status !== 'COMPLETED' && speaker === 'INTERVIEWER') {
      const text = preparedAnswers[questionKey] ?? 'Hello, I am ready.'
      await callApi(SEND, { interviewId: id, text }, 'RECRUITER', joinInterview.access.token).catch(() => {})
    }
    await wait(300)
  }
  throw new Error('the interview was not evaluated')
}

/** Takes the first question of a voice interview with a recording, and returns its id once it is evaluated. */
async function completeVoiceInterview(browserContext) {
  const page = await browserContext.newPage()
  const { id, invite } = await schedule()
  await page.goto(invite)
  await agree(page)
  await see(page, 'We can hear you.')
  await press(page, 'Start the interview')
  await see(page, 'Question 2 of', 240_000)
  await press(page, 'End')
  await press(page, 'End now')
  await page.close()
  for (let tries = 0; tries < 300; tries++) {
    const { interview } = await callApi('query($input: ID!) { interview(id: $input) { evaluation { status } recordings { url } } }', id)
    if (interview.evaluation?.status === 'COMPLETED' && interview.recordings.some((recording) => recording.url)) return id
    await wait(500)
  }
  throw new Error('the interview was not recorded and evaluated')
}

/** Opens a page of the desk with the session of an API key. */
async function openDesk(page, path, role = 'RECRUITER') {
  await page.goto(`${url}/sign-in`)
  const body = JSON.stringify({ query: 'mutation($key: String!) { signIn(input: {key: $key}) { expiresAt } }', variables: { key: tokens[role] } })
  await page.evaluate((sent) => fetch('/graphql', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: sent }), body)
  await page.goto(`${url}${path}`)
}

/** Saves a copy of the software engineer's position that is reviewed blind, and returns its key. */
async function copyBlindPosition() {
  const key = `blind_${Date.now()}`
  const { position } = await callApi(
    `query($input: String!) { position(key: $input) { title language wrapUpAfterExchanges limitMinutes
      questions { key text listenFor maxProbes criterionKeys } criteria { key name description weight levels { value anchor } } } }`,
    'software_engineer',
  )
  await callApi(
    'mutation($input: SavePositionInput!) { savePosition(input: $input) { position { key } } }',
    { ...position, key, blindReview: true },
    'ADMIN',
  )
  return key
}
// The settings.

/** Opens an address of the settings with the session of an API key. */
async function enterSettings(page, path, text, role = 'ADMIN') {
  await openDesk(page, path, role)
  await see(page, text)
}

const ADD_NOTE = 'mutation($input: AddNoteInput!) { addNote(input: $input) { note { id } } }'
const inDays = (days) => new Date(Date.now() + days * 86_400_000).toISOString()
const CREATE_KEY = 'mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }'
const INVITE = 'mutation($input: InviteMemberInput!) { inviteMember(input: $input) { url } }'

let settings = null

/** Makes keys and members once. */
const fillSettings = (page) =>
  (settings ??= (async () => {
    for (const input of [
      { name: 'Reporting', role: 'VIEWER' },
      { name: 'ATS sync, Göteborg', role: 'INTEGRATION', expiresAt: inDays(6.5) },
      { name: 'מערכת גיוס', role: 'INTEGRATION', permissions: ['READ_INTERVIEW', 'SCHEDULE_INTERVIEW'], isTest: true },
    ]) {
      await callApi(CREATE_KEY, input, 'ADMIN')
    }
    for (const [name, email, role] of [
      ['Ngozi Adeyẹmi-Clarke', 'ngozi@northwind.example', 'ADMIN'],
      ['Tomás Ó Cinnéide', 'tomas@northwind.example', 'RECRUITER'],
    ]) {
      const { inviteMember } = await callApi(INVITE, { name, email, role }, 'ADMIN')
      await page.goto(inviteMember.url)
      await press(page, 'Accept and sign in')
      await page.getByRole('heading', { name: 'Interviews' }).waitFor()
    }
    await callApi(INVITE, { name: 'Siân Llewellyn', email: 'sian@northwind.example', role: 'VIEWER' }, 'ADMIN')
  })())

// Positions.

const SAVE_POSITION = 'mutation($input: SavePositionInput!) { savePosition(input: $input) { position { version } } }'

/** Publishes the next version of the data scientist's position, with other values. */
async function publishPosition(values) {
  const { position } = await callApi(
    `query($input: String!) { position(key: $input) { key version title description language wrapUpAfterExchanges limitMinutes keyTerms facts { question answer }
      questions { key text listenFor maxProbes criterionKeys } criteria { key name description weight levels { value anchor } }
      jobAnalysis { tasks method criteria { key reason weightReason } } } }`,
    'data_scientist',
  )
  const { version, ...content } = position
  await callApi(SAVE_POSITION, { ...content, ...values(content), basedOnVersion: version })
}

/** Opens the editor of the data scientist's position, and changes the first question. */
async function editPosition(page, text) {
  await openDesk(page, '/positions/data_scientist')
  const question = page.getByRole('list').first().getByRole('button').first()
  await question.click()
  await page.getByRole('textbox', { name: 'Question', exact: true }).fill(text)
  await see(page, 'Draft of version')
}

// States that a server in good health does not have.

/** Replaces the answer to an operation: by an error, or by changed data; without either there is none. */
const answerInstead = (page, operation, { error, change } = {}) =>
  page.route('**/graphql', async (route) => {
    if (!new RegExp(`(query|mutation) ${operation}\\b`).test(route.request().postData() ?? '')) return route.fallback()
    if (error) return route.fulfill({ json: { errors: [{ message: error.message, extensions: { code: error.code } }] } })
    if (!change) return undefined
    const response = await route.fetch()
    const { data } = await response.json()
    return route.fulfill({ response, json: { data: change(data) } })
  })

const DOWN = { code: 'UNAVAILABLE', message: 'The database does not answer. Try again in a moment.' }
const REFUSED = { code: 'FORBIDDEN', message: 'Your role may not list interviews: ask an administrator for another one.' }

/** Refuses a subscription, or never answers any without an error. */
const subscribeInstead = (page, operation, error) =>
  page.routeWebSocket('**/graphql', (socket) => {
    socket.onMessage((text) => {
      const { type, id, payload } = JSON.parse(text)
      if (type === 'connection_init') socket.send(JSON.stringify({ type: 'connection_ack' }))
      if (type === 'ping') socket.send(JSON.stringify({ type: 'pong' }))
      if (error && type === 'subscribe' && payload.query.includes(operation)) {
        socket.send(JSON.stringify({ type: 'error', id, payload: [{ message: error.message, extensions: { code: error.code } }] }))
      }
    })
  })

const stale = async (page) => {
  await page.context().setOffline(true)
  await see(page, 'Not up to date since')
}

/** Opens an invitation whose interview is in another state. */
const openClosed = async (page, part, text) => {
  await answerInstead(page, 'Invitation', { change: ({ invitation }) => ({ invitation: { ...invitation, ...part } }) })
  await page.goto((await schedule()).invite)
  await see(page, text)
}

// Webhooks.

const CREATE_ENDPOINT = 'mutation($input: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $input) { webhookEndpoint { id } } }'
const PAUSE_ENDPOINT = 'mutation($input: UpdateWebhookEndpointInput!) { updateWebhookEndpoint(input: $input) { webhookEndpoint { id } } }'

/** Makes webhook endpoints and their deliveries. The receiver does not accept the event of a cancelled interview. */
async function fillWebhooks() {
  const receiver = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (body) => response.writeHead(body.includes('interview.cancelled') ? 503 : 204).end())
  })
  await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const local = `http://127.0.0.1:${receiver.address().port}`
  await callApi(CREATE_ENDPOINT, { url: `${local}/hooks/viva`, description: 'Göteborg ATS', includeDetails: true }, 'ADMIN')
  const { createWebhookEndpoint } = await callApi(
    CREATE_ENDPOINT,
    { url: 'https://reports.northwind.example/viva?team=recruiting-operations-and-analytics', events: ['EVALUATION_COMPLETED', 'EVALUATION_REVIEWED'] },
    'ADMIN',
  )
  await callApi(PAUSE_ENDPOINT, { webhookEndpointId: createWebhookEndpoint.webhookEndpoint.id, isPaused: true }, 'ADMIN')
  await completeInterview()
  const { id } = await schedule()
  await callApi('mutation($input: CancelInterviewInput!) { cancelInterview(input: $input) { interview { id } } }', { interviewId: id })
  receiver.unref()
}

const SCREENS = [
  { name: 'desk-positions', lines: ['P1'], open: (page) => openDesk(page, '/positions').then(() => see(page, 'Data Scientist')) },
  {
    name: 'desk-positions-empty',
    lines: ['P1'],
    open: async (page) => {
      await page.route('**/graphql', (route) =>
        route.request().postData()?.includes('PositionList')
          ? route.fulfill({ json: { data: { page: { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } } } } })
          : route.continue(),
      )
      await openDesk(page, '/positions')
      await see(page, 'No positions yet')
    },
  },
  {
    name: 'desk-positions-loading',
    lines: ['P1'],
    open: async (page) => {
      await answerInstead(page, 'PositionList')
      await openDesk(page, '/positions')
      await page.locator('.skeleton').first().waitFor()
    },
  },
  {
    name: 'desk-positions-error',
    lines: ['P1'],
    open: async (page) => {
      await answerInstead(page, 'PositionList', { error: DOWN })
      await openDesk(page, '/positions')
      await see(page, 'The database does not answer')
    },
  },
  {
    name: 'desk-position-more',
    lines: ['P1'],
    // elsewhere the actions are in the page's head
    sizes: [SIZES[1]],
    open: async (page) => {
      await page.setViewportSize(SIZES[1])
      await openDesk(page, '/positions/data_scientist')
      await press(page, 'More')
      await see(page, 'Try it as a candidate')
    },
  },
  {
    name: 'desk-position-editor',
    lines: ['P1'],
    open: async (page) => {
      await editPosition(page, 'Tell me about a model that you took into production. Which part was yours? How did you know that it worked?')
      await see(page, 'to consider')
      await page.getByRole('region', { name: 'Rubric' }).getByRole('button', { expanded: false }).nth(1).click()
      await page.getByRole('textbox', { name: 'Level 2' }).fill('')
      await press(page, 'Publish')
      await see(page, 'Write at least 1 character')
    },
  },
  {
    name: 'desk-position-conflict',
    lines: ['P1'],
    open: async (page) => {
      await editPosition(page, 'Tell me about a model that you took into production, and which part of it was yours.')
      await publishPosition(({ questions: [first, second, ...others] }) => ({ limitMinutes: 40, questions: [second, first, ...others] }))
      await press(page, 'Publish')
      await see(page, 'is newer than your draft')
    },
  },
  {
    name: 'desk-position-versions',
    lines: ['P1'],
    open: async (page) => {
      await publishPosition(({ criteria: [first, ...others] }) => ({
        limitMinutes: 35,
        criteria: [{ ...first, weight: first.weight + 1, description: `${first.description} Examples from any field count.` }, ...others],
      }))
      await openDesk(page, '/positions/data_scientist/versions')
      await see(page, 'What version')
    },
  },
  {
    name: 'desk-review-decision',
    lines: ['R1', 'R3'],
    open: async (page) => {
      await openDesk(page, `/interviews/${await completeInterview({ externalId: 'REQ-2214' })}`)
      await page.getByRole('radio', { name: 'Level 3' }).first().check({ force: true })
      await page.getByRole('textbox', { name: /^Why your level/ }).fill('The check elsewhere is only intended, so the fourth anchor is not met.')
      await page.getByRole('button', { name: 'Hold' }).click()
      await page.getByRole('textbox', { name: 'Reason for the decision' }).fill('Ask again about care for changes.')
      // phones have tabs
      await page.setViewportSize(SIZES[1])
      await press(page, 'Scorecard')
    },
  },
  {
    name: 'desk-review-files',
    lines: ['R4'],
    open: async (page) => {
      await openDesk(page, `/interviews/${await completeInterview()}`)
      await press(page, 'More')
      await see(page, 'the one that counts')
    },
  },
  {
    name: 'desk-review-blind',
    lines: ['R3'],
    open: async (page) => {
      await openDesk(page, `/interviews/${await completeInterview({ positionKey: await copyBlindPosition() })}`)
      await see(page, 'Blind review')
      await page.keyboard.press('3')
      await page.setViewportSize(SIZES[1])
      await press(page, 'Scorecard')
    },
  },
  {
    name: 'desk-review-voice',
    lines: ['R1', 'R2'],
    open: async (page) => {
      await openDesk(page, `/interviews/${await completeVoiceInterview(page.context())}`)
      await page.getByRole('button', { name: /^Play the quote|^Play from/ }).first().click()
      await see(page, 'Pause')
    },
  },
  {
    name: 'desk-review-notes',
    lines: ['R4'],
    open: async (page) => {
      const id = await completeInterview()
      const notes = [
        [4, 'Says “I” throughout; ask the referee about the part of the others.', 'RECRUITER'],
        [5, 'Good answer. Did we ask the same of the last two?', 'ADMIN'],
      ]
      for (const [seq, text, role] of notes) await callApi(ADD_NOTE, { interviewId: id, seq, text }, role)
      await openDesk(page, `/interviews/${id}`)
      await see(page, 'Did we ask the same')
      for (const key of ['j', 'j', 'j', 'n']) await page.keyboard.press(key)
      await page.getByRole('textbox', { name: 'Note on this turn' }).fill('Open with this question next time.')
    },
  },
  {
    name: 'desk-compare',
    lines: ['R5'],
    open: async (page) => {
      const ids = []
      for (const candidateName of ['Maya Lindqvist', 'Thảo Nguyễn', SCHEDULED_NAMES[4]]) ids.push(await completeInterview({ candidateName }))
      const ended = await schedule({ candidateName: 'עמית בן־שושן', channel: 'TEXT' })
      await openDesk(page, `/compare?ids=${[...ids, ended.id].join(',')}`)
      await page.getByRole('grid').waitFor()
      for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowLeft']) await page.keyboard.press(key)
    },
  },
  {
    name: 'desk-compare-refused',
    lines: ['R5'],
    open: async (page) => {
      await callApi('mutation($input: SavePositionInput!) { savePosition(input: $input) { position { key } } }', GERMAN_POSITION, 'ADMIN')
      const ids = [await schedule(), await schedule({ candidateName: 'Jürgen Ößwald', positionKey: GERMAN_POSITION.key })].map(({ id }) => id)
      await openDesk(page, `/compare?ids=${ids.join(',')}`)
      await see(page, 'different positions')
    },
  },
  { name: 'desk-sandbox', lines: ['S2'], open: (page) => page.goto(url).then(() => see(page, 'Take the interview')) },
  { name: 'desk-interviews', lines: ['L1'], open: enterList },
  {
    name: 'desk-selected',
    lines: ['L1', 'L3'],
    open: async (page) => {
      await enterList(page)
      for (const key of ['j', 'x', 'j', 'j', 'Shift+X']) await page.keyboard.press(key)
      await see(page, '3 selected')
    },
  },
  {
    name: 'desk-filter',
    lines: ['L1'],
    open: async (page) => {
      await enterDesk(page, '/interviews?channel=TEXT&days=30', 'Zuzana Dvořáková')
      await press(page, 'Filter')
    },
  },
  { name: 'desk-nothing-found', lines: ['L1'], open: (page) => enterDesk(page, '/interviews?q=Lindkvist', 'Nobody matches') },
  {
    name: 'desk-new',
    lines: ['L2'],
    open: async (page) => {
      await enterList(page)
      await page.keyboard.press('n')
      await page.getByRole('textbox', { name: 'Candidate’s name' }).fill('Réka Szőke-Hallgrímsdóttir')
    },
  },
  {
    name: 'desk-try-out',
    lines: ['P2'],
    open: async (page) => {
      await enterList(page)
      await page.keyboard.press('n')
      await press(page, 'Try it as a candidate')
      await see(page, 'Nobody is evaluated')
    },
  },
  {
    name: 'desk-created',
    lines: ['L2'],
    open: async (page) => {
      await enterList(page)
      await page.keyboard.press('n')
      await page.getByRole('textbox', { name: 'Candidate’s name' }).fill('Jürgen Ößwald')
      await page.keyboard.press('Enter')
      await see(page, 'Created for')
    },
  },
  { name: 'desk-import', lines: ['L2'], open: (page) => enterDesk(page, '/interviews/import', 'Choose a CSV file') },
  { name: 'desk-import-check', lines: ['L2'], open: checkImport },
  {
    name: 'desk-import-result',
    lines: ['L2'],
    open: async (page) => {
      await checkImport(page)
      await page.getByRole('button', { name: /^Import \d/ }).click()
      await see(page, 'CSV with links')
    },
  },
  {
    name: 'desk-search',
    lines: ['S3'],
    open: async (page) => {
      await enterList(page)
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox').fill('ma')
      await page.getByRole('option', { name: /Maya Lindqvist/ }).waitFor()
    },
  },
  {
    name: 'desk-keys',
    lines: ['S3'],
    open: async (page) => {
      await enterList(page)
      await page.keyboard.press('?')
      await see(page, 'Single characters are shortcuts')
    },
  },
  {
    name: 'desk-live',
    lines: ['L4'],
    open: async (page) => {
      await enterDesk(page, '/live', 'Rasmus Grönqvist')
      await see(page, 'Typing')
    },
  },
  {
    name: 'desk-live-transcript',
    lines: ['L4'],
    open: async (page) => {
      await enterDesk(page, '/live', 'Rasmus Grönqvist')
      await press(page, 'Rasmus Grönqvist')
      await page.getByRole('log').getByText('side by side').waitFor()
    },
  },
  { name: 'desk-unknown-interview', lines: ['S3'], open: (page) => enterDesk(page, '/interviews/SW50ZXJ2aWV3OjE', 'There is no such interview') },
  { name: 'desk-unknown-address', lines: ['S3'], open: (page) => page.goto(`${url}/nowhere`).then(() => see(page, 'There is no such page')) },
  {
    name: 'desk-settings-invitation',
    lines: ['K1'],
    open: async (page) => {
      const { inviteMember } = await callApi(INVITE, { name: 'Grace Hopper', email: 'grace@northwind.example', role: 'RECRUITER' }, 'ADMIN')
      await page.goto(inviteMember.url)
      await see(page, 'You are invited')
    },
  },
  { name: 'desk-settings-invitation-used', lines: ['K1'], open: (page) => page.goto(`${url}/sign-in#invitation=used`).then(() => see(page, 'This link cannot be used')) },
  {
    name: 'desk-settings-keys',
    lines: ['K1'],
    open: async (page) => {
      await fillSettings(page)
      await enterSettings(page, '/settings/keys', 'ATS sync')
      await press(page, 'Create a key')
      await page.getByRole('textbox', { name: 'Name' }).fill('Careers site')
      await press(page, 'Create the key')
      await press(page, 'I have stored it')
      await press(page, 'Rotate Careers site')
      await press(page, 'Rotate')
      await see(page, 'was rotated')
    },
  },
  {
    name: 'desk-settings-new-key',
    lines: ['K1'],
    open: async (page) => {
      await enterSettings(page, '/settings/keys', 'Reporting')
      await press(page, 'Create a key')
      await page.getByRole('checkbox', { name: 'Allow only some actions' }).check()
      await press(page, 'Create the key')
      await see(page, 'Name is empty')
    },
  },
  {
    name: 'desk-settings-members',
    lines: ['K1'],
    open: async (page) => {
      await fillSettings(page)
      await enterSettings(page, '/settings/members', 'Siân')
      await press(page, 'New link for Tomás Ó Cinnéide')
      await press(page, 'Make the link')
      await see(page, 'A link to sign in')
    },
  },
  {
    name: 'desk-settings-webhooks',
    lines: ['K1'],
    open: async (page) => {
      await fillWebhooks()
      await enterSettings(page, '/settings/webhooks', 'Göteborg ATS')
      await press(page, 'Deliveries to Göteborg ATS')
      for (let attempt = 0; attempt < 30 && !(await page.getByText('Evaluation completed').count()); attempt++) {
        await wait(500)
        await press(page, 'Refresh')
      }
      await see(page, 'Next attempt')
    },
  },
  {
    name: 'desk-settings-webhooks-new',
    lines: ['K1'],
    open: async (page) => {
      await enterSettings(page, '/settings/webhooks', 'Webhooks')
      await press(page, 'Add an endpoint')
      await page.getByRole('textbox', { name: 'URL' }).fill('http://10.0.0.1/hook')
      await press(page, 'Add the endpoint')
      await see(page, 'is not an https URL')
    },
  },
  { name: 'desk-settings-organization', lines: ['K1'], open: (page) => enterSettings(page, '/settings', 'What candidates see') },
  { name: 'candidate-welcome', lines: ['C2'], open: async (page) => page.goto((await schedule()).invite).then(() => see(page, 'Welcome, Maya')) },
  { name: 'candidate-try-out-welcome', lines: ['P2'], open: (page) => openTryOut(page) },
  {
    name: 'candidate-try-out-room',
    lines: ['P2'],
    open: async (page) => {
      await openTryOut(page)
      await agree(page, { recording: null })
      await press(page, 'Start the interview')
      await see(page, 'Your turn')
    },
  },
  {
    name: 'candidate-welcome-german',
    lines: ['C2'],
    open: async (page) => page.goto(await scheduleGerman()).then(() => see(page, 'Willkommen, Maya')),
  },
  {
    name: 'candidate-something-different',
    lines: ['C9'],
    open: async (page) => {
      await page.goto((await schedule()).invite)
      await press(page, 'I need something different')
      await page.getByRole('checkbox', { name: 'More time' }).check()
      await page.getByRole('checkbox', { name: 'Something else' }).check()
      await page.getByRole('textbox', { name: 'What do you need?' }).fill('A sign language interpreter')
      await press(page, 'Send the request')
      await see(page, 'More time: granted.')
    },
  },
  {
    name: 'candidate-devices',
    lines: ['C3'],
    open: async (page) => {
      await page.goto((await schedule()).invite)
      await agree(page)
      await see(page, 'We can hear you.')
    },
  },
  {
    name: 'candidate-devices-blocked',
    lines: ['C3'],
    permissions: [],
    open: async (page) => {
      await page.addInitScript(() => {
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('denied', 'NotAllowedError'))
      })
      await page.goto((await schedule()).invite)
      await agree(page)
      await press(page, 'Check my microphone').catch(() => {})
      await see(page, 'The microphone is blocked')
    },
  },
  { name: 'candidate-room-greeting', lines: ['C4'], open: enterRoom },
  { name: 'candidate-room-turn', lines: ['C4'], open: answerFirst },
  {
    name: 'candidate-room-typing',
    lines: ['C4', 'C5'],
    open: async (page) => {
      await answerFirst(page)
      await press(page, 'Type')
      await page
        .getByRole('textbox', { name: 'Type your answer' })
        .fill('We moved the tariff calculation out of the nightly job. A mistake there would have sent wrong invoices to about 400 customers.')
    },
  },
  {
    name: 'candidate-room-unplugged',
    lines: ['C6'],
    open: async (page) => {
      await page.addInitScript(() => {
        const { getUserMedia } = navigator.mediaDevices
        navigator.mediaDevices.getUserMedia = async (...input) => {
          const stream = await getUserMedia.apply(navigator.mediaDevices, input)
          globalThis.capturedTracks = [...(globalThis.capturedTracks ?? []), ...stream.getAudioTracks()]
          return stream
        }
      })
      await answerFirst(page)
      await page.evaluate(() => {
        for (const track of globalThis.capturedTracks) track.stop()
      })
      await see(page, 'The microphone is gone')
    },
  },
  {
    name: 'candidate-typed',
    lines: ['C4'],
    open: async (page) => {
      await beginTyping(page)
      await send(page, 'Hello, I am ready.')
      await see(page, 'Question 1 of')
      await see(page, 'Your turn')
      await page.getByRole('textbox', { name: 'Type your answer' }).fill('I like to find out why things break.')
    },
  },
  {
    name: 'candidate-end',
    lines: ['C8'],
    open: async (page) => {
      await beginTyping(page)
      await send(page, 'Hello, I am ready.')
      await see(page, 'Question 1 of')
      await press(page, 'End')
      await see(page, 'End the interview now?')
    },
  },
  {
    name: 'candidate-done',
    lines: ['C8'],
    open: async (page) => {
      await beginTyping(page)
      await press(page, 'End')
      await press(page, 'End now')
      await see(page, 'Thank you for your interview')
    },
  },
  {
    name: 'candidate-cancelled',
    lines: ['C8'],
    open: async (page) => {
      const { id, invite } = await schedule()
      await callApi('mutation($input: CancelInterviewInput!) { cancelInterview(input: $input) { interview { id } } }', { interviewId: id })
      await page.goto(invite)
      await see(page, 'This interview was cancelled')
    },
  },
  { name: 'candidate-link-incomplete', lines: ['C9'], open: async (page) => page.goto(`${url}/join`).then(() => see(page, 'This link is incomplete')) },
  {
    name: 'desk-interviews-loading',
    lines: ['L1'],
    open: async (page) => {
      await answerInstead(page, 'Interviews')
      await openDesk(page, '/interviews')
      await page.locator('.skeleton').first().waitFor()
    },
  },
  {
    name: 'desk-interviews-error',
    lines: ['L1'],
    open: async (page) => {
      await answerInstead(page, 'Interviews', { error: DOWN })
      await openDesk(page, '/interviews')
      await see(page, 'This list could not be read')
    },
  },
  {
    name: 'desk-interviews-empty',
    lines: ['L1'],
    open: async (page) => {
      const none = { nodes: [], pageInfo: { hasNextPage: false, endCursor: null }, totalCount: 0 }
      await answerInstead(page, 'Interviews', { change: () => ({ interviews: none }) })
      await openDesk(page, '/interviews')
      await see(page, 'No interviews yet')
    },
  },
  { name: 'desk-interviews-stale', lines: ['L1'], open: (page) => enterList(page).then(() => stale(page)) },
  {
    name: 'desk-interviews-viewer',
    lines: ['L1', 'S1'],
    open: async (page) => {
      await fillDesk()
      await openDesk(page, '/interviews', 'VIEWER')
      await see(page, 'Zuzana Dvořáková')
    },
  },
  {
    name: 'desk-live-loading',
    lines: ['L4'],
    open: async (page) => {
      await subscribeInstead(page)
      await openDesk(page, '/live')
      await page.locator('.skeleton').first().waitFor()
    },
  },
  {
    name: 'desk-live-empty',
    lines: ['L4'],
    open: async (page) => {
      await page.routeWebSocket('**/graphql', (socket) => {
        socket.onMessage((text) => {
          const { type, id } = JSON.parse(text)
          if (type === 'connection_init') socket.send(JSON.stringify({ type: 'connection_ack' }))
          if (type === 'subscribe') socket.send(JSON.stringify({ type: 'next', id, payload: { data: { liveInterviews: { kind: 'SNAPSHOT_COMPLETE', interview: null } } } }))
        })
      })
      await openDesk(page, '/live')
      await see(page, 'No interview is open')
    },
  },
  {
    name: 'desk-live-refused',
    lines: ['L4'],
    open: async (page) => {
      await subscribeInstead(page, 'LiveInterviews', REFUSED)
      await openDesk(page, '/live')
      await see(page, 'The open interviews could not be read')
    },
  },
  { name: 'desk-live-stale', lines: ['L4'], open: (page) => enterDesk(page, '/live', 'Rasmus Grönqvist').then(() => stale(page)) },
  {
    name: 'desk-review-loading',
    lines: ['R1'],
    open: async (page) => {
      await subscribeInstead(page)
      await answerInstead(page, 'Transcript')
      await openDesk(page, '/interviews/SW50ZXJ2aWV3OjE')
      await page.locator('.skeleton').first().waitFor()
    },
  },
  {
    name: 'desk-review-refused',
    lines: ['R1'],
    open: async (page) => {
      await subscribeInstead(page, 'Reviewed', { ...REFUSED, message: 'Your role may not read this interview: ask an administrator for another one.' })
      await openDesk(page, '/interviews/SW50ZXJ2aWV3OjE')
      await see(page, 'This interview could not be read')
    },
  },
  {
    name: 'desk-review-stale',
    lines: ['R1'],
    open: async (page) => {
      await enterDesk(page, '/live', 'Rasmus Grönqvist')
      await press(page, 'Rasmus Grönqvist')
      await page.getByRole('link', { name: 'Open the page' }).click()
      await page.getByRole('log').getByText('side by side').waitFor()
      await page.context().setOffline(true)
      await see(page, 'Reconnecting')
    },
  },
  {
    name: 'desk-settings-loading',
    lines: ['K1'],
    open: async (page) => {
      await answerInstead(page, 'ApiKeys')
      await openDesk(page, '/settings/keys', 'ADMIN')
      await page.locator('.skeleton').first().waitFor()
    },
  },
  {
    name: 'desk-settings-error',
    lines: ['K1'],
    open: async (page) => {
      await answerInstead(page, 'ApiKeys', { error: DOWN })
      await enterSettings(page, '/settings/keys', 'The database does not answer')
    },
  },
  { name: 'desk-settings-refused', lines: ['K1'], open: (page) => enterSettings(page, '/settings', 'Your role changes no settings', 'RECRUITER') },
  {
    name: 'desk-sign-in',
    lines: ['S1'],
    open: async (page) => {
      await answerInstead(page, 'SignInOptions', { change: () => ({ signInOptions: { apiKey: true, sandboxRoles: [], organizationSignIn: true } }) })
      await page.goto(`${url}/sign-in`)
      await see(page, 'Continue with your organization')
    },
  },
  {
    name: 'desk-unreachable',
    lines: ['S1'],
    open: async (page) => {
      await answerInstead(page, 'Viewer', { error: DOWN })
      await page.goto(`${url}/interviews`)
      await see(page, 'The desk could not be opened')
    },
  },
  {
    name: 'candidate-opening',
    lines: ['C1'],
    open: async (page) => {
      await answerInstead(page, 'Invitation')
      await page.goto((await schedule()).invite)
      await see(page, 'Opening your invitation')
    },
  },
  {
    name: 'candidate-offline',
    lines: ['C1', 'C7'],
    open: async (page) => {
      await answerInstead(page, 'Invitation', { error: DOWN })
      await page.goto((await schedule()).invite)
      await see(page, 'We keep trying')
    },
  },
  { name: 'candidate-link-invalid', lines: ['C9'], open: (page) => page.goto(`${url}/join#eyJhbGciOiJub25lIn0`).then(() => see(page, 'This link does not work')) },
  {
    name: 'candidate-early',
    lines: ['C8'],
    open: async (page) => page.goto((await schedule({ scheduledFor: inDays(2) })).invite).then(() => see(page, 'You are early')),
  },
  { name: 'candidate-expired', lines: ['C8'], open: (page) => openClosed(page, { state: 'EXPIRED', status: 'EXPIRED' }, 'This invitation has expired') },
  { name: 'candidate-failed', lines: ['C8'], open: (page) => openClosed(page, { state: 'FAILED', status: 'FAILED' }, 'the interview had to stop') },
  { name: 'candidate-closed', lines: ['C8'], open: (page) => openClosed(page, { state: 'CLOSED' }, 'Interviews are closed at the moment') },
  { name: 'candidate-opted-out', lines: ['C8', 'C9'], open: (page) => openClosed(page, { state: 'OVER', status: 'OPTED_OUT', endReason: 'CONSENT_WITHDRAWN' }, 'You have opted out') },
  {
    name: 'candidate-back',
    lines: ['C1'],
    open: async (page) => {
      await beginTyping(page)
      await send(page, 'Hello, I am ready.')
      await see(page, 'Question 1 of')
      await page.reload()
      await see(page, 'Welcome back')
    },
  },
  {
    name: 'candidate-room-offline',
    lines: ['C7'],
    open: async (page) => {
      await beginTyping(page)
      await send(page, 'Hello, I am ready.')
      await see(page, 'Question 1 of')
      await page.context().setOffline(true)
      await send(page, 'I like to find out why things break.')
      await see(page, 'Your message has not been saved yet')
    },
  },
]

mkdirSync(output, { recursive: true })
await callApi(
  'mutation($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { organization { id } } }',
  { name: 'Northwind Logistics', contact: { name: 'Hanna Berg', email: 'hanna.berg@northwind.example' } },
  'ADMIN',
)
const browser = await chromium.launch({ executablePath: executable, headless: true, args: flags })
let failures = 0
for (const { name, lines = [], open, sizes = SIZES, permissions = ['microphone', 'camera', 'clipboard-read', 'clipboard-write'] } of SCREENS) {
  if (!name.startsWith(only) && !lines.includes(only)) continue
  const context = await browser.newContext({ viewport: SIZES[0], permissions, locale: 'en-GB' })
  const page = await context.newPage()
  let hasProblems = false
  page.on('pageerror', (error) => console.error(`${name}: ${error}`))
  try {
    await open(page)
    for (const size of sizes) {
      for (const colorScheme of SCHEMES) {
        await page.setViewportSize(size)
        await page.emulateMedia({ colorScheme })
        await page.waitForTimeout(200)
        const path = join(output, `${name}-${size.name}-${colorScheme}.png`)
        await page.screenshot({ path })
        const problems = [...(await findViolations(page)), ...(await findLayoutProblems(page))]
        for (const problem of problems) console.error(`${path}: ${problem}`)
        if (problems.length > 0) hasProblems = true
      }
    }
    if (hasProblems) failures++
    else console.log(`${name}: done`)
  } catch (error) {
    failures++
    console.error(`${name}: ${error}`)
    await page.screenshot({ path: join(output, `${name}-FAILED.png`) }).catch(() => {})
  }
  await context.close()
}
await browser.close()
process.exit(failures === 0 ? 0 : 1)
