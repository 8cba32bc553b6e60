import { anonymous, Connection, type Credential } from '../api/connection'
import { Problem } from '../api/problem'
import type { Channel, ConsentInput, JoinMutation } from '../gql/graphql'
import { JOIN } from './documents'

type Joined = NonNullable<JoinMutation['joinInterview']>

const door = new Connection(anonymous)

/** Exchange the invite for an access; `consent` at the first join only. Throws a Problem. */
export async function join(invite: string, channel: Channel, consent: ConsentInput | null): Promise<Seat> {
  return new Seat(invite, channel, await exchange(invite, channel, consent))
}

async function exchange(invite: string, channel: Channel, consent: ConsentInput | null): Promise<Joined> {
  const { joinInterview } = await door.mutate(JOIN, { input: { invite, channel, consent } })
  if (!joinInterview) throw new Problem('INTERNAL', 'The interview could not be opened. Try again in a moment.')
  return joinInterview
}

/** The candidate's place in the interview: what the invite was exchanged for, and will be again when it has run out. */
export class Seat implements Credential {
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

  /** Where the room is; null in an interview that is typed. */
  get room(): Joined['access']['room'] {
    return this.joined.access.room
  }

  get isRecorded(): boolean {
    return this.joined.interview.consent?.recording ?? false
  }

  /** Join again. Whoever asks meanwhile waits for the same answer. Throws a Problem, such as that the interview is over. */
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
