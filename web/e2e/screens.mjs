// Takes pictures of the pages, each in two sizes and two colour schemes: `make screens` (tests/web/screens.py starts the servers).
// Add a screen to SCREENS: a name, and what to do until the page shows it.
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const { url, tokens, answers: preparedAnswers, only, output, executable, arguments: flags } = JSON.parse(process.argv[2])
const SIZES = [
  { name: 'desk', width: 1440, height: 900 },
  { name: 'phone', width: 390, height: 844 },
]
const AXE = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']
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

const see = (page, text, timeout = 30_000) => page.getByText(text).first().waitFor({ timeout })
const press = (page, name) => page.getByRole('button', { name, exact: true }).click()

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

async function type(page) {
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

const SCREENS = [
  {
    name: 'desk-review-decision',
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
    open: async (page) => {
      await openDesk(page, `/interviews/${await completeInterview()}`)
      await press(page, 'More')
      await see(page, 'the one that counts')
    },
  },
  {
    name: 'desk-review-blind',
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
    open: async (page) => {
      await openDesk(page, `/interviews/${await completeVoiceInterview(page.context())}`)
      await page.getByRole('button', { name: /^Play the quote|^Play from/ }).first().click()
      await see(page, 'Pause')
    },
  },
  { name: 'desk-sandbox', open: (page) => page.goto(url).then(() => see(page, 'Take the interview')) },
  { name: 'desk-interviews', open: enterList },
  {
    name: 'desk-selected',
    open: async (page) => {
      await enterList(page)
      for (const key of ['j', 'x', 'j', 'j', 'Shift+X']) await page.keyboard.press(key)
      await see(page, '3 selected')
    },
  },
  {
    name: 'desk-filter',
    open: async (page) => {
      await enterDesk(page, '/interviews?channel=TEXT&days=30', 'Zuzana Dvořáková')
      await press(page, 'Filter')
    },
  },
  { name: 'desk-nothing-found', open: (page) => enterDesk(page, '/interviews?q=Lindkvist', 'Nobody matches') },
  {
    name: 'desk-new',
    open: async (page) => {
      await enterList(page)
      await page.keyboard.press('n')
      await page.getByRole('textbox', { name: 'Candidate’s name' }).fill('Réka Szőke-Hallgrímsdóttir')
    },
  },
  {
    name: 'desk-created',
    open: async (page) => {
      await enterList(page)
      await page.keyboard.press('n')
      await page.getByRole('textbox', { name: 'Candidate’s name' }).fill('Jürgen Ößwald')
      await page.keyboard.press('Enter')
      await see(page, 'Created for')
    },
  },
  {
    name: 'desk-search',
    open: async (page) => {
      await enterList(page)
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox').fill('ma')
      await page.getByRole('option', { name: /Maya Lindqvist/ }).waitFor()
    },
  },
  {
    name: 'desk-keys',
    open: async (page) => {
      await enterList(page)
      await page.keyboard.press('?')
      await see(page, 'Single characters are shortcuts')
    },
  },
  {
    name: 'desk-live',
    open: async (page) => {
      await enterDesk(page, '/live', 'Rasmus Grönqvist')
      await see(page, 'Typing')
    },
  },
  {
    name: 'desk-live-transcript',
    open: async (page) => {
      await enterDesk(page, '/live', 'Rasmus Grönqvist')
      await press(page, 'Rasmus Grönqvist')
      await page.getByRole('log').getByText('side by side').waitFor()
    },
  },
  { name: 'desk-unknown-interview', open: (page) => enterDesk(page, '/interviews/SW50ZXJ2aWV3OjE', 'There is no such interview') },
  { name: 'desk-unknown-address', open: (page) => page.goto(`${url}/nowhere`).then(() => see(page, 'There is no such page')) },
  {
    name: 'K-invitation',
    open: async (page) => {
      const { inviteMember } = await callApi(INVITE, { name: 'Grace Hopper', email: 'grace@northwind.example', role: 'RECRUITER' }, 'ADMIN')
      await page.goto(inviteMember.url)
      await see(page, 'You are invited')
    },
  },
  { name: 'K-invitation-used', open: (page) => page.goto(`${url}/sign-in#invitation=used`).then(() => see(page, 'This link cannot be used')) },
  {
    name: 'K-keys',
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
    name: 'K-new-key',
    open: async (page) => {
      await enterSettings(page, '/settings/keys', 'Reporting')
      await press(page, 'Create a key')
      await page.getByRole('checkbox', { name: 'Allow only some actions' }).check()
      await press(page, 'Create the key')
      await see(page, 'Name is empty')
    },
  },
  {
    name: 'K-members',
    open: async (page) => {
      await fillSettings(page)
      await enterSettings(page, '/settings/members', 'Siân')
      await press(page, 'New link for Tomás Ó Cinnéide')
      await press(page, 'Make the link')
      await see(page, 'A link to sign in')
    },
  },
  { name: 'K-organization', open: (page) => enterSettings(page, '/settings', 'What candidates see') },
  { name: 'candidate-welcome', open: async (page) => page.goto((await schedule()).invite).then(() => see(page, 'Welcome, Maya')) },
  {
    name: 'candidate-welcome-german',
    open: async (page) => page.goto(await scheduleGerman()).then(() => see(page, 'Willkommen, Maya')),
  },
  {
    name: 'candidate-something-different',
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
    open: async (page) => {
      await page.goto((await schedule()).invite)
      await agree(page)
      await see(page, 'We can hear you.')
    },
  },
  {
    name: 'candidate-devices-blocked',
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
  { name: 'candidate-room-greeting', open: enterRoom },
  { name: 'candidate-room-turn', open: answerFirst },
  {
    name: 'candidate-room-typing',
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
    open: async (page) => {
      await type(page)
      await send(page, 'Hello, I am ready.')
      await see(page, 'Question 1 of')
      await see(page, 'Your turn')
      await page.getByRole('textbox', { name: 'Type your answer' }).fill('I like to find out why things break.')
    },
  },
  {
    name: 'candidate-end',
    open: async (page) => {
      await type(page)
      await send(page, 'Hello, I am ready.')
      await see(page, 'Question 1 of')
      await press(page, 'End')
      await see(page, 'End the interview now?')
    },
  },
  {
    name: 'candidate-done',
    open: async (page) => {
      await type(page)
      await press(page, 'End')
      await press(page, 'End now')
      await see(page, 'Thank you for your interview')
    },
  },
  {
    name: 'candidate-cancelled',
    open: async (page) => {
      const { id, invite } = await schedule()
      await callApi('mutation($input: CancelInterviewInput!) { cancelInterview(input: $input) { interview { id } } }', { interviewId: id })
      await page.goto(invite)
      await see(page, 'This interview was cancelled')
    },
  },
  { name: 'candidate-link-incomplete', open: async (page) => page.goto(`${url}/join`).then(() => see(page, 'This link is incomplete')) },
]

mkdirSync(output, { recursive: true })
await callApi(
  'mutation($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { organization { id } } }',
  { name: 'Northwind Logistics', contact: { name: 'Hanna Berg', email: 'hanna.berg@northwind.example' } },
  'ADMIN',
)
const browser = await chromium.launch({ executablePath: executable, headless: true, args: flags })
let failures = 0
for (const { name, open, permissions = ['microphone', 'camera', 'clipboard-read', 'clipboard-write'] } of SCREENS) {
  if (!name.startsWith(only)) continue
  const context = await browser.newContext({ viewport: SIZES[0], permissions, locale: 'en-GB' })
  const page = await context.newPage()
  page.on('pageerror', (error) => console.error(`${name}: ${error}`))
  try {
    await open(page)
    for (const size of SIZES) {
      for (const colorScheme of SCHEMES) {
        await page.setViewportSize(size)
        await page.emulateMedia({ colorScheme })
        await page.waitForTimeout(200)
        const path = join(output, `${name}-${size.name}-${colorScheme}.png`)
        await page.screenshot({ path })
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
        await page.evaluate(AXE)
        const { violations } = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: tags }), RULES)
        for (const { id, nodes } of violations) throw new Error(`${path}: ${id}: ${nodes.map(({ html }) => html).join(' ')}`)
        if (overflow > 0) throw new Error(`${path} scrolls sideways by ${overflow} px`)
      }
    }
    console.log(`${name}: done`)
  } catch (error) {
    failures++
    console.error(`${name}: ${error}`)
    await page.screenshot({ path: join(output, `${name}-FAILED.png`) }).catch(() => {})
  }
  await context.close()
}
await browser.close()
process.exit(failures === 0 ? 0 : 1)
