import type { RequestKind } from '../../gql/graphql'

/** What candidates read about their rights. */
export interface RightsTexts {
  /** Label of the button that opens the page. */
  heading: string
  title: string
  intro: string
  /** What can be requested, and a hint about it. `minutes` is the present time limit. */
  kinds: Record<Exclude<RequestKind, 'HUMAN'>, { label: string; hint: (minutes: number, organization: string) => string }>
  details: string
  submit: string
  nothingChosen: string
  nothingDescribed: string
  requested: string
  granted: Record<'EXTRA_TIME' | 'CAPTIONS' | 'TYPING', (minutes: number) => string>
  person: string
  answers: Record<'OPEN' | 'GRANTED' | 'DECLINED', (organization: string) => string>
  /** What a candidate with open requests should know. */
  outlook: string
  optOut: string
  alternative: ConfirmationTexts
  withdrawal: ConfirmationTexts
  /** The withdrawal of a candidate who has not consented yet. */
  refusal: ConfirmationTexts
  /** The withdrawal after the end of the interview. */
  lateWithdrawal: ConfirmationTexts & { offer: string; keep: string }
  keep: string
  closed: Record<'ALTERNATIVE_REQUESTED' | 'CONSENT_WITHDRAWN', { title: string; text: (organization: string) => string }>
  erasure: ConfirmationTexts & { offer: string; keep: string; done: { title: string; text: string } }
}

export interface ConfirmationTexts {
  /** Label of the button that opens the dialog. */
  label: string
  title: string
  text: (organization: string) => string
  confirm: string
}
