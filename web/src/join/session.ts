import { anonymous, Connection, type Credential } from '../api/connection'
import { Problem } from '../api/problem'
import type { Channel, ConsentInput, JoinMutation } from '../gql/graphql'
import { JOIN } from './documents'

type Joined = NonNullable<JoinMutation['joinInterview']>

const publicConnection = new Connection(anonymous)

/** Exchanges the invite for access to the interview; pass `consent` at the first join only. Rejects with a Problem. */
export async function join(invite: string, channel: Channel, consent: ConsentInput | null): Promise<CandidateSession> {
  return new CandidateSession(invite, channel, await exchange(invite, channel, consent))
}

async function exchange(invite: string, channel: Channel, consent: ConsentInput | null): Promise<Joined> {
  const { joinInterview } = await publicConnection.mutate(JOIN, { input: { invite, channel, consent } })
  if (!joinInterview) throw new Problem('INTERNAL', 'The interview could not be opened. Please try again in a moment.')
  return joinInterview
}

/** A candidate's access to an interview, renewed with the invite when it expires. */
export class CandidateSession implements Credential {
  readonly connection = new Connection(this)
  private renewal: Promise<void> | null = null

  constructor(
    private readonly invite: string,
    readonly channel: Channel,
    private joined: Joined,
  ) {}

  get interviewId(): string {
    return this.joined.interview.id
  }

  get token(): string {
    return this.joined.access.token
  }

  /** How to join the LiveKit room; null in a typed interview. */
  get room(): Joined['access']['room'] {
    return this.joined.access.room
  }

  get isRecorded(): boolean {
    return this.joined.interview.consent?.recording ?? false
  }

  /** Joins again. Concurrent calls share one request. Rejects with a Problem, for example when the interview has ended. */
  renew(): Promise<void> {
    this.renewal ??= this.joinAgain()
    return this.renewal
  }

  private async joinAgain(): Promise<void> {
    try {
      this.joined = await exchange(this.invite, this.channel, null)
    } finally {
      this.renewal = null
    }
  }
}
