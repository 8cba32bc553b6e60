import type { RightsTexts } from './rights'

const RIGHTS: RightsTexts = {
  heading: 'Need something different?',
  intro: 'Choose what you need. You do not have to give a reason, and it has no influence on the assessment.',
  kinds: {
    EXTRA_TIME: { label: 'More time', hint: (minutes) => `You have ${minutes} minutes now.` },
    CAPTIONS: { label: 'Captions', hint: () => 'Everything that the interviewer says appears in writing while it speaks.' },
    TYPING: { label: 'Typing instead of speaking', hint: () => 'You need no microphone. The questions are the same.' },
    OTHER: { label: 'Something else', hint: (_, organization) => `People at ${organization} will answer.` },
  },
  details: 'What do you need?',
  submit: 'Send the request',
  nothingChosen: 'Please choose what you need.',
  nothingDescribed: 'Please describe what you need.',
  requested: 'What you have requested',
  granted: {
    EXTRA_TIME: (minutes) => `More time: granted. You have ${minutes} minutes in total.`,
    CAPTIONS: () => 'Captions: granted. You can read everything that the interviewer says.',
    TYPING: () => 'Typing: granted. You need no microphone.',
  },
  person: 'A conversation with a person',
  answers: {
    OPEN: (organization) => `sent to ${organization}.`,
    GRANTED: (organization) => `granted by ${organization}.`,
    DECLINED: (organization) => `declined by ${organization}.`,
  },
  outlook: 'The answer will appear on this page, which you can open again with the same link. You do not have to wait for it.',
  optOut: 'You do not have to take part. If you would rather not be interviewed by an AI, you can ask for a person.',
  alternative: {
    label: 'Ask for a person instead',
    title: 'Ask for a person instead?',
    text: (organization) =>
      `The interview with the AI ends here, and nothing of it is evaluated. ${organization} will get in touch with you. You cannot return to this interview.`,
    confirm: 'Yes, ask for a person',
  },
  withdrawal: {
    label: 'Withdraw my consent',
    title: 'Withdraw your consent?',
    text: () => 'The interview ends here, and nothing of it is evaluated. You cannot return to it. Afterwards you can have your data erased.',
    confirm: 'Yes, withdraw',
  },
  refusal: {
    label: 'I do not want to take part',
    title: 'Decline the interview?',
    text: (organization) => `The interview is cancelled, and ${organization} sees that you have opted out. You cannot return to it. Afterwards you can have your data erased.`,
    confirm: 'Yes, decline',
  },
  lateWithdrawal: {
    offer: 'You can still withdraw your consent.',
    label: 'Withdraw my consent',
    title: 'Withdraw your consent?',
    text: () => 'The interview is no longer evaluated, and an evaluation that exists is no longer shown to anybody. Afterwards you can have your data erased.',
    confirm: 'Yes, withdraw',
    keep: 'Keep my consent',
  },
  keep: 'Keep the interview',
  closed: {
    ALTERNATIVE_REQUESTED: {
      title: 'You have asked for a person instead',
      text: (organization) =>
        `The interview with the AI is over, and nothing that you said in it is evaluated. ${organization} has received your request and will get in touch with you. Thank you for your time. You can close this page now.`,
    },
    CONSENT_WITHDRAWN: {
      title: 'You have opted out of this interview',
      text: (organization) =>
        `Nothing that you said is evaluated, and there is nothing else to do. If you have any questions, please contact ${organization}. Thank you for your time. You can close this page now.`,
    },
  },
  erasure: {
    offer: 'You can also have everything that was stored about this interview erased now.',
    label: 'Erase my data',
    title: 'Erase your data permanently?',
    text: (organization) => `This cannot be undone, and this link will no longer work. A request that you have made to ${organization} is erased as well.`,
    confirm: 'Erase everything',
    keep: 'Keep my data',
    done: { title: 'Your data have been erased', text: 'You can close this page now.' },
  },
}

export const EN = {
  language: 'en',
  rights: RIGHTS,
  isOffline: 'We cannot reach the server. Please check your connection; we will keep trying.',
  link: {
    incomplete: { title: 'This link is incomplete', text: 'Please open the link from your invitation again, or copy the whole link.' },
    invalid: {
      title: 'This link does not work',
      text: 'You may have received a newer invitation since: please check your email, or ask the person who invited you for a new link.',
    },
    opening: { title: 'Your interview', text: 'Opening your invitation…' },
  },
  consent: {
    title: (name: string) => `Hello ${name}`,
    ai: 'You will talk to an AI interviewer. People make the decision.',
    byVoice: (minutes: number) => `It takes up to ${minutes} minutes. You answer by voice, and can switch to typing at any time.`,
    byTyping: (minutes: number) => `It takes up to ${minutes} minutes. You type your answers.`,
    leaving: 'You can leave and return with the same link, and end the interview whenever you like.',
    heading: 'What you agree to',
    version: (version: string) => `version ${version}`,
    recording: 'I agree that the interview may be recorded. (This is optional.)',
  },
  start: {
    next: 'Continue',
    start: 'Start the interview',
    resume: 'Continue the interview',
    welcomeBack: 'Welcome back',
    ready: 'Ready when you are',
    firstWords: 'The interviewer writes first. The clock starts with your first answer.',
    saved: 'Everything you wrote has been saved.',
    repetition: 'The interviewer will repeat the current question.',
    useMicrophone: 'Use my microphone',
    type: 'Type my answers',
  },
  devices: {
    title: 'Check your microphone and speaker',
    region: 'Devices',
    microphone: 'Microphone',
    level: 'Microphone level',
    isHeard: 'We can hear you.',
    isNotHeard: 'Say something: the bar should move.',
    test: 'Test the speaker',
    wasPlayed: 'You should have heard three notes.',
    canType: 'You can also type your answers.',
    problems: {
      forbidden: 'This page is not allowed to use your microphone. Please allow it in the address bar of your browser, then reload the page.',
      missing: 'We could not find a microphone. Please connect one, then reload the page.',
      busy: 'Another program is using your microphone. Please close it, then reload the page.',
      unknown: 'We could not use your microphone.',
    },
  },
  closed: {
    early: {
      title: 'You are early',
      text: (start: string, opening: string) => `Your interview starts on ${start}. You can join from ${opening}; please come back then.`,
    },
    expired: { title: 'This invitation has expired', text: (organization: string) => `Please ask ${organization} for a new link.` },
    cancelled: { title: 'This interview was cancelled', text: (organization: string) => `Please contact ${organization} if you have any questions.` },
    failed: {
      title: 'We are sorry: the interview had to stop',
      text: (organization: string) =>
        `Something went wrong on our side. Everything you said before that is saved. ${organization} will contact you about the next step.`,
    },
    over: {
      title: 'Thank you for your interview',
      text: (organization: string) =>
        `Your answers are saved. People at ${organization} will read them together with an assessment by the AI, make the decision, and get in touch with you. You can close this page now.`,
    },
    comeBack: { text: (time: string) => `You can come back until ${time}. You will go on where you stopped.`, label: 'Continue the interview' },
  },
  room: {
    connecting: 'Connecting to the room…',
    reconnecting: 'Reconnecting… Anything you type is saved and will be sent.',
    phases: {
      closing: 'The interview is ending. Your last answer is being saved.',
      connecting: 'The interviewer is joining…',
      thinking: 'The interviewer is thinking…',
      speaking: 'The interviewer is speaking.',
      writing: 'The interviewer is writing…',
      listening: 'Your turn. Take your time.',
    },
    question: (question: number, questions: number) => (question > 0 ? `Question ${question} of ${questions}` : `${questions} questions`),
    timeLeft: (minutes: number) => `about ${minutes} min left`,
    timeLimit: (minutes: number) => `up to ${minutes} min`,
    isPaused: 'the clock is stopped until you go on',
    isRecorded: 'recorded with your consent',
    captions: 'Captions',
    conversation: 'Conversation',
    you: 'You',
    interviewer: 'Interviewer',
    sending: 'sending…',
    answer: 'Type your answer',
    send: 'Send',
    isUnsaved: 'Your message has not been saved yet.',
    wasRefused: (text: string) => `“${text}” could not be sent.`,
    repeat: 'Repeat the question',
    moreTime: 'I need a moment',
    end: 'End the interview',
    ending: {
      title: 'End the interview now?',
      text: 'Everything you have said so far is saved and will be reviewed. You will not be able to return to this interview.',
      confirm: 'End now',
      keep: 'Keep going',
    },
  },
  voice: {
    isReplaced: 'The interview is open in another window or on another device.',
    rejoin: 'Continue here',
    isReconnecting: 'Reconnecting… We cannot hear you right now, but you can type: your message will be saved and answered.',
    canStillHear: 'You can still hear the interviewer and type your answers.',
    isSilent: 'Your browser has blocked the sound.',
    playSound: 'Turn on sound',
    isMuted: 'Your microphone is muted.',
    mute: 'Mute',
    unmute: 'Unmute',
    turnOnCamera: 'Turn on camera',
    turnOffCamera: 'Turn off camera',
    cameraFailed: 'Your camera could not be started. The interview continues without it.',
    cameraImage: 'Your camera image',
  },
}

/** All that the candidate's pages say. */
export type Texts = typeof EN
