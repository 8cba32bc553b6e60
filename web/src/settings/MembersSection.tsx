import { Plus } from 'lucide-react'
import { useState } from 'react'
import { getOneTimeSecrets } from '../desk/oneTimeSecrets'
import { useSession } from '../desk/session'
import { useToast } from '../desk/Toast'
import type { Role } from '../gql/graphql'
import {
  INVITATIONS,
  type Invitation,
  INVITE_MEMBER,
  type Member,
  MEMBERS,
  REMOVE_MEMBER,
  RENEW_MEMBER_LINK,
  REVOKE_INVITATION,
  UPDATE_MEMBER,
} from './documents'
import { Field, findFieldError, FormDialog } from './form'
import { OneTimeSecretList } from './OneTimeSecretList'
import { SectionList } from './SectionList'
import { describeExpiry, describeLastUse, formatDay, MEMBER_ROLES, nameRole, ROLE_HINTS, ROLE_NAMES } from './settingsText'
import { useMutation } from './useMutation'
import { usePages } from './usePages'

interface NewLink {
  invitation: Invitation
  url: string
}

type Open = { dialog: 'invite' } | { dialog: 'edit' | 'renew' | 'remove'; member: Member } | { dialog: 'revoke'; invitation: Invitation }

const SECTION = 'members'

/** The people of the organization, and the links with which others join. */
export function MembersSection() {
  const { connection, refresh } = useSession()
  const members = usePages(MEMBERS)
  const invitations = usePages(INVITATIONS)
  const [open, setOpen] = useState<Open | null>(null)
  const ownId = members.data?.viewer.member?.id
  const close = () => setOpen(null)
  const onLink = ({ invitation: { name, isRenewal }, url }: NewLink) => {
    close()
    getOneTimeSecrets(connection).add({
      section: SECTION,
      title: (
        <>
          {isRenewal ? 'A link to sign in, for' : 'An invitation for'} <bdi>{name}</bdi>. This is the only time that it is shown.
        </>
      ),
      label: 'The link',
      secret: url,
      hint: 'Nothing is sent by mail: pass it on. It works once, within 7 days, for the first person who opens it.',
    })
    invitations.reload()
  }
  const onChanged = (memberId: string) => {
    close()
    members.reload()
    invitations.reload()
    if (memberId === ownId) void refresh().catch(() => {})
  }
  return (
    <>
      <SectionList
        title="Members"
        count={members.items && !members.hasMore && members.items.length}
        action={
          <button type="button" className="btn" onClick={() => setOpen({ dialog: 'invite' })}>
            <Plus className="icon" aria-hidden /> Invite a person
          </button>
        }
        columns={['Name', 'Role', 'Joined', 'Last sign-in']}
        empty="Nobody is a member yet: people sign in with API keys. Invite them, so that reviews name who gave them."
        rows={members.items && members.items.map((member) => <MemberRow key={member.id} member={member} isOwn={member.id === ownId} onOpen={setOpen} />)}
        {...members}
      >
        <OneTimeSecretList section={SECTION} />
      </SectionList>
      <SectionList
        title="Open links"
        columns={['Name', 'Role', 'Made', 'Expires']}
        empty="No link waits for a person to use it."
        rows={invitations.items && invitations.items.map((invitation) => <InvitationRow key={invitation.id} invitation={invitation} onOpen={setOpen} />)}
        {...invitations}
      />
      {open?.dialog === 'invite' && <InviteDialog onLink={onLink} onClose={close} />}
      {open?.dialog === 'edit' && <EditDialog member={open.member} onDone={() => onChanged(open.member.id)} onClose={close} />}
      {open?.dialog === 'renew' && <RenewDialog member={open.member} onLink={onLink} onClose={close} />}
      {open?.dialog === 'remove' && <RemoveDialog member={open.member} isOwn={open.member.id === ownId} onDone={() => onChanged(open.member.id)} onClose={close} />}
      {open?.dialog === 'revoke' && (
        <RevokeDialog
          invitation={open.invitation}
          onDone={() => {
            close()
            invitations.reload()
          }}
          onClose={close}
        />
      )}
    </>
  )
}

function MemberRow({ member, isOwn, onOpen }: { member: Member; isOwn: boolean; onOpen: (open: Open) => void }) {
  return (
    <tr>
      <th scope="row">
        <bdi className="font-semibold">{member.name}</bdi>{' '}
        <span className="small quiet">
          {member.email}
          {isOwn && ', you'}
        </span>
      </th>
      <td data-label="Role">{nameRole(member.role)}</td>
      <td data-label="Joined">{formatDay(member.createdAt)}</td>
      <td data-label="Last sign-in">{describeLastUse(member.lastSignedInAt, 'Never')}</td>
      <td>
        <span className="line justify-end">
          <button type="button" className="btn btn-bare btn-small" aria-label={`Edit ${member.name}`} onClick={() => onOpen({ dialog: 'edit', member })}>
            Edit
          </button>
          {!member.hasIdentity && (
            <button
              type="button"
              className="btn btn-bare btn-small"
              aria-label={`New link for ${member.name}`}
              onClick={() => onOpen({ dialog: 'renew', member })}
            >
              New link
            </button>
          )}
          <button
            type="button"
            className="btn btn-bare btn-small text-bad"
            aria-label={`Remove ${member.name}`}
            onClick={() => onOpen({ dialog: 'remove', member })}
          >
            Remove
          </button>
        </span>
      </td>
    </tr>
  )
}

function InvitationRow({ invitation, onOpen }: { invitation: Invitation; onOpen: (open: Open) => void }) {
  return (
    <tr>
      <th scope="row">
        <bdi className="font-semibold">{invitation.name}</bdi>{' '}
        <span className="small quiet">
          {invitation.email}
          {invitation.isRenewal && ', to sign in again'}
        </span>
      </th>
      <td data-label="Role">{nameRole(invitation.role)}</td>
      <td data-label="Made">
        {formatDay(invitation.createdAt)}
        {invitation.invitedBy && (
          <span className="small quiet">
            {' '}
            by <bdi>{invitation.invitedBy}</bdi>
          </span>
        )}
      </td>
      <td data-label="Expires">{describeExpiry({ ...invitation, revokedAt: null, isActive: true }).text}</td>
      <td>
        <span className="line justify-end">
          <button
            type="button"
            className="btn btn-bare btn-small text-bad"
            aria-label={`Revoke the link of ${invitation.name}`}
            onClick={() => onOpen({ dialog: 'revoke', invitation })}
          >
            Revoke
          </button>
        </span>
      </td>
    </tr>
  )
}

function RoleField({ role, error, onRole }: { role: Role; error: string | null; onRole: (role: Role) => void }) {
  return (
    <Field label="Role" error={error} hint={role !== 'CANDIDATE' && ROLE_HINTS[role]}>
      {(control) => (
        <select {...control} value={role} onChange={(event) => onRole(event.target.value as Role)}>
          {MEMBER_ROLES.map((value) => (
            <option key={value} value={value}>
              {ROLE_NAMES[value]}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

function InviteDialog({ onLink, onClose }: { onLink: (link: NewLink) => void; onClose: () => void }) {
  const { isBusy, problem, run } = useMutation(INVITE_MEMBER)
  const [name, setName] = useState('')
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Role>('RECRUITER')
  const invite = async () => {
    const data = await run({ name, email, role })
    if (data?.inviteMember) onLink(data.inviteMember)
  }
  return (
    <FormDialog
      title="Invite a person"
      action="Make the link"
      isBusy={isBusy}
      problem={problem}
      fields={['name', 'email', 'role']}
      onSubmit={() => void invite()}
      onClose={onClose}
    >
      <Field label="Name" error={findFieldError(problem, 'name')}>
        {(control) => <input {...control} data-first-focus dir="auto" autoComplete="off" maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      <Field label="Email address" error={findFieldError(problem, 'email')} hint="The address of the person’s account, if your organization has an identity provider.">
        {(control) => <input {...control} type="email" autoComplete="off" value={email} onChange={(event) => setEmail(event.target.value)} />}
      </Field>
      <RoleField role={role} error={findFieldError(problem, 'role')} onRole={setRole} />
    </FormDialog>
  )
}

interface MemberDialogProps {
  member: Member
  onDone: () => void
  onClose: () => void
}

function EditDialog({ member, onDone, onClose }: MemberDialogProps) {
  const { isBusy, problem, run } = useMutation(UPDATE_MEMBER)
  const [name, setName] = useState(member.name)
  const [role, setRole] = useState(member.role)
  const save = async () => {
    if (name === member.name && role === member.role) onClose()
    else if (await run({ memberId: member.id, ...(name !== member.name && { name }), ...(role !== member.role && { role }) })) onDone()
  }
  return (
    <FormDialog title="Edit a member" action="Save" isBusy={isBusy} problem={problem} fields={['name', 'role']} onSubmit={() => void save()} onClose={onClose}>
      <Field label="Name" error={findFieldError(problem, 'name')}>
        {(control) => <input {...control} data-first-focus dir="auto" autoComplete="off" maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      <RoleField role={role} error={findFieldError(problem, 'role')} onRole={setRole} />
    </FormDialog>
  )
}

function RenewDialog({ member, onLink, onClose }: { member: Member; onLink: (link: NewLink) => void; onClose: () => void }) {
  const { isBusy, problem, run } = useMutation(RENEW_MEMBER_LINK)
  const renew = async () => {
    const data = await run({ memberId: member.id })
    if (data?.renewMemberLink) onLink(data.renewMemberLink)
  }
  return (
    <FormDialog title="Make a link to sign in?" action="Make the link" isBusy={isBusy} problem={problem} fields={[]} onSubmit={() => void renew()} onClose={onClose}>
      <p>
        With it <bdi className="font-semibold">{member.name}</bdi> signs in again, once. An earlier link of this person stops working.
      </p>
    </FormDialog>
  )
}

function RemoveDialog({ member, isOwn, onDone, onClose }: MemberDialogProps & { isOwn: boolean }) {
  const toast = useToast()
  const { isBusy, problem, run } = useMutation(REMOVE_MEMBER)
  const remove = async () => {
    if (!(await run({ memberId: member.id }))) return
    toast('The person is no longer a member.')
    onDone()
  }
  return (
    <FormDialog
      title={isOwn ? 'Remove yourself?' : 'Remove this member?'}
      action={isOwn ? 'Remove me' : 'Remove the member'}
      isDanger
      isBusy={isBusy}
      problem={problem}
      fields={[]}
      onSubmit={() => void remove()}
      onClose={onClose}
    >
      <p>
        Every session of <bdi className="font-semibold">{member.name}</bdi> ends, and links to sign in stop working. Reviews and decisions keep the name.
      </p>
    </FormDialog>
  )
}

function RevokeDialog({ invitation, onDone, onClose }: { invitation: Invitation; onDone: () => void; onClose: () => void }) {
  const toast = useToast()
  const { isBusy, problem, run } = useMutation(REVOKE_INVITATION)
  const revoke = async () => {
    if (!(await run({ memberInvitationId: invitation.id }))) return
    toast('The link is revoked.')
    onDone()
  }
  return (
    <FormDialog title="Revoke this link?" action="Revoke the link" isDanger isBusy={isBusy} problem={problem} fields={[]} onSubmit={() => void revoke()} onClose={onClose}>
      <p>
        <bdi className="font-semibold">{invitation.name}</bdi> can no longer use it. You can make another one at any time.
      </p>
    </FormDialog>
  )
}
