// Starts a typed interview, and prints what is said until it is over.
import { Viva } from 'viva-client'

/** Interviews the candidate of an application. After a crash, call it again: there is one interview for each application. */
export async function interviewCandidate(viva: Viva, applicationId: string): Promise<void> {
  const { interview, invite } = await viva.startInterview({
    idempotencyKey: applicationId,
    candidateName: 'Maya Lindqvist',
    positionKey: 'software_engineer',
    channel: 'TEXT',
    consent: { textVersion: '2026-12', recording: false },
  })
  console.log('Send this link to the candidate:', invite.url)
  for await (const turn of viva.follow(interview.id)) {
    console.log(`${turn.seq}. ${turn.speaker}: ${turn.text}`)
  }
}

const { VIVA_URL, VIVA_KEY, APPLICATION_ID } = process.env
if (VIVA_URL && VIVA_KEY && APPLICATION_ID) {
  await interviewCandidate(new Viva({ url: VIVA_URL, token: VIVA_KEY }), APPLICATION_ID)
}
