import { anonymous, Connection, type Credential } from '../api/connection'
import { Problem } from '../api/problem'
import type { Channel, ConsentInput, JoinMutation, RequestAccommodationInput } from '../gql/graphql'
import { JOIN, REQUEST_ACCOMMODATION, REQUEST_ALTERNATIVE, WITHDRAW } from './documents'

type JoinResult = NonNullable<JoinMutation['joinInterview']>

const publicConnection = new Connection(anonymous)

/**
 * Redeems an invite for access to the interview. Only the first join passes `consent`. `reopen` continues an interview that has
 * ended early. Rejects with a Problem.
 */
export async function join(invite: string, channel: Channel, consent: ConsentInput | null, reopen = false): Promise<CandidateSession> {
  return new CandidateSession(invite, channel, await redeemInvite(invite, channel, consent, reopen))
}

async function redeemInvite(invite: string, channel: Channel, consent: ConsentInput | null, reopen: boolean): Promise<JoinResult> {
  const { joinInterview } = await publicConnection.mutate(JOIN, { input: { invite, channel, consent, reopen } })
  if (!joinInterview) throw new Problem('INTERNAL', 'The interview could not be opened. Please try again in a moment.')
  return joinInterview
}

/** Requests accommodations, before or in the interview. Rejects with a Problem. */
export async function requestAccommodation(input: RequestAccommodationInput): Promise<void> {
  await publicConnection.mutate(REQUEST_ACCOMMODATION, { input })
}

/** Ends the interview and asks for a conversation with a person. Rejects with a Problem. */
export async function requestAlternative(invite: string): Promise<void> {
  await publicConnection.mutate(REQUEST_ALTERNATIVE, { input: { invite } })
}

/** Withdraws the consent, which ends the interview; with `eraseData`, everything about it is erased. Rejects with a Problem. */
export async function withdrawConsent(invite: string, eraseData: boolean): Promise<void> {
  await publicConnection.mutate(WITHDRAW, { input: { invite, eraseData } })
}

/** A candidate's access to an interview, renewed with the invite when it expires. */
export class CandidateSession implements Credential {
  readonly connection = new Connection(this)
  private renewal: Promise<void> | null = null

  constructor(
    private readonly invite: string,
    private channel: Channel,
    private joinResult: JoinResult,
  ) {}

  get interviewId(): string {
    return this.joinResult.interview.id
  }

  get token(): string {
    return this.joinResult.access.token
  }

  /** How to join the LiveKit room; null in a typed interview. */
  get room(): JoinResult['access']['room'] {
    return this.joinResult.access.room
  }

  get consent(): JoinResult['interview']['consent'] {
    return this.joinResult.interview.consent
  }

  get isRecorded(): boolean {
    return this.joinResult.interview.mayBeRecorded
  }

  /** Joins again. Concurrent calls share one request. Rejects with a Problem, for example when the interview has ended. */
  renew(): Promise<void> {
    this.renewal ??= this.joinAgain()
    return this.renewal
  }

  /**
   * Joins again to type. The server removes the candidate from the room, which joins again when it loses its connection: then it
   * has to join to type as well, since joining by voice would undo this. Rejects with a Problem, and the channel is as before.
   */
  async continueInWriting(): Promise<void> {
    await this.renewal?.catch(() => {})
    const { channel } = this
    this.channel = 'TEXT'
    try {
      await this.renew()
    } catch (error) {
      this.channel = channel
      throw error
    }
  }

  private async joinAgain(): Promise<void> {
    try {
      this.joinResult = await redeemInvite(this.invite, this.channel, null, false)
    } finally {
      this.renewal = null
    }
  }
}
