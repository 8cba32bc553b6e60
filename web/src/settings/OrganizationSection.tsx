import { Upload } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { type Problem, toProblem } from '../api/problem'
import { Bars, Loading } from '../desk/Loading'
import { LoadProblem } from '../desk/LoadProblem'
import { useSession } from '../desk/session'
import { useToast } from '../desk/Toast'
import type { UpdateOrganizationInput } from '../gql/graphql'
import { ORGANIZATION, type Organization, UPDATE_ORGANIZATION } from './documents'
import { Field, findFieldError, Form } from './form'
import { type Logo, readLogo } from './logo'
import { useMutation } from './useMutation'

/** Name, contact and logo of the organization, which candidates see. */
export function OrganizationSection() {
  const { connection } = useSession()
  const [organization, setOrganization] = useState<Organization | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  useEffect(() => {
    let isCurrent = true
    connection
      .query(ORGANIZATION, {})
      .then(({ viewer }) => isCurrent && setOrganization(viewer.organization))
      .catch((error: unknown) => isCurrent && setProblem(toProblem(error)))
    return () => {
      isCurrent = false
    }
  }, [connection])
  if (organization) return <OrganizationForm organization={organization} onSaved={setOrganization} />
  if (!problem) {
    return (
      <div className="wide max-w-md">
        <Loading label="Loading the organization">
          <div className="grid gap-6 py-4" aria-hidden>
            <Bars widths={[40, 100, 100, 100]} />
          </div>
        </Loading>
      </div>
    )
  }
  return <LoadProblem problem={problem} onRetry={() => window.location.reload()} className="wide" />
}

interface Values {
  name: string
  contactName: string
  contactEmail: string
  /** The stored logo, another one, or none. */
  logo: 'stored' | Logo | null
}

/** Returns what the form changes, which is all that it sends. */
export function findChanges(organization: Organization, { name, contactName, contactEmail, logo }: Values): UpdateOrganizationInput {
  const { contact } = organization
  const hasContact = Boolean(contactName.trim() || contactEmail.trim())
  const isContactChanged = contactName !== (contact?.name ?? '') || contactEmail !== (contact?.email ?? '')
  return {
    ...(name !== organization.name && { name }),
    ...(isContactChanged && { contact: hasContact ? { name: contactName, email: contactEmail } : null }),
    ...(logo !== 'stored' && { logo: logo?.base64 ?? null }),
  }
}

function OrganizationForm({ organization, onSaved }: { organization: Organization; onSaved: (organization: Organization) => void }) {
  const { refresh } = useSession()
  const toast = useToast()
  const { isBusy, problem, run } = useMutation(UPDATE_ORGANIZATION)
  const [name, setName] = useState(organization.name)
  const [contactName, setContactName] = useState(organization.contact?.name ?? '')
  const [contactEmail, setContactEmail] = useState(organization.contact?.email ?? '')
  const [logo, setLogo] = useState<Values['logo']>('stored')
  const [logoProblem, setLogoProblem] = useState<string | null>(null)
  const picker = useRef<HTMLInputElement>(null)
  const changes = findChanges(organization, { name, contactName, contactEmail, logo })
  const isUnchanged = Object.keys(changes).length === 0
  const image = logo === 'stored' ? organization.logoUrl : logo?.dataUrl
  const save = async () => {
    if (isUnchanged) return
    const data = await run(changes)
    const saved = data?.updateOrganization?.organization
    if (!saved) return
    onSaved(saved)
    setName(saved.name)
    setContactName(saved.contact?.name ?? '')
    setContactEmail(saved.contact?.email ?? '')
    setLogo('stored')
    toast('Saved. Candidates see it from now on.')
    void refresh().catch(() => {})
  }
  const choose = async (file: File | undefined) => {
    if (!file) return
    try {
      setLogo(await readLogo(file))
      setLogoProblem(null)
    } catch (error) {
      setLogoProblem(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <section className="wide flex flex-wrap items-start gap-8">
      <div className="max-w-md flex-[1_1_280px]">
      <Form
        problem={problem}
        fields={['name', 'contact.name', 'contact.email', 'logo']}
        bodyClass="grid gap-4"
        onSubmit={() => void save()}
        footer={
          <button type="submit" className="btn btn-primary mt-4" aria-disabled={isBusy || isUnchanged}>
            {isBusy ? 'Saving…' : 'Save'}
          </button>
        }
      >
        <h2>What candidates see</h2>
        <Field label="Name" error={findFieldError(problem, 'name')} hint="People who sign in with your identity provider enter it.">
          {(control) => (
            <input {...control} dir="auto" autoComplete="organization" maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
          )}
        </Field>
        <Field label="Contact" error={findFieldError(problem, 'contact.name')} hint="The person or team that candidates can write to.">
          {(control) => (
            <input {...control} dir="auto" autoComplete="off" maxLength={200} value={contactName} onChange={(event) => setContactName(event.target.value)} />
          )}
        </Field>
        <Field label="Email address of the contact" error={findFieldError(problem, 'contact.email')}>
          {(control) => <input {...control} type="email" autoComplete="off" value={contactEmail} onChange={(event) => setContactEmail(event.target.value)} />}
        </Field>
        <Field label="Logo" error={logoProblem ?? findFieldError(problem, 'logo')} hint="PNG or JPEG, at most 64 KiB.">
          {(control) => (
            <>
              {image && <img src={image} alt="The logo" className="h-14 justify-self-start" />}
              <div className="line">
                <input
                  {...control}
                  ref={picker}
                  type="file"
                  className="sr-only"
                  tabIndex={-1}
                  accept="image/png,image/jpeg"
                  onChange={(event) => {
                    void choose(event.target.files?.[0])
                    // so that the same file can be chosen again
                    event.target.value = ''
                  }}
                />
                <button type="button" className="btn" onClick={() => picker.current?.click()}>
                  <Upload className="icon" aria-hidden /> {image ? 'Choose another' : 'Choose a file'}
                </button>
                {image && (
                  <button type="button" className="btn btn-bare" onClick={() => setLogo(organization.logoUrl ? null : 'stored')}>
                    Remove
                  </button>
                )}
              </div>
            </>
          )}
        </Field>
      </Form>
      </div>
      <aside aria-label="Preview" className="sheet flex-[0_1_360px] gap-3 bg-ground">
        <p className="small quiet">Candidates see this on each page before and after the interview.</p>
        <p className="line">
          {image && <img src={image} alt="" className="size-8 rounded-lg object-contain" />}
          <bdi className="cut font-semibold">{name || 'Your organization'}</bdi>
        </p>
        <div>
          <p className="small quiet">Your contact</p>
          {contactName || contactEmail ? (
            <>
              <p className="cut font-semibold">
                <bdi>{contactName}</bdi>
              </p>
              <p className="cut text-accent">{contactEmail}</p>
            </>
          ) : (
            <p className="quiet">Nobody is named. Candidates do not know whom to ask.</p>
          )}
        </div>
      </aside>
    </section>
  )
}
