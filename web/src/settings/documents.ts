import { graphql } from '../gql'
import type {
  ApiKeyPartsFragment,
  InvitationPartsFragment,
  MemberPartsFragment,
  OrganizationPartsFragment,
  WebhookDeliveryPartsFragment,
  WebhookEndpointPartsFragment,
} from '../gql/graphql'

export type ApiKey = ApiKeyPartsFragment
export type Member = MemberPartsFragment
export type Invitation = InvitationPartsFragment
export type Organization = OrganizationPartsFragment
export type WebhookEndpoint = WebhookEndpointPartsFragment
export type WebhookDelivery = WebhookDeliveryPartsFragment

export const API_KEYS = graphql(`
  query ApiKeys($after: String) {
    page: apiKeys(first: 100, after: $after) {
      nodes { ...ApiKeyParts }
      pageInfo { hasNextPage endCursor }
    }
  }
  fragment ApiKeyParts on ApiKey {
    id name role isTest createdAt createdBy lastUsedAt expiresAt revokedAt isActive isRotated permissions
  }
`)

export const CREATE_API_KEY = graphql(`
  mutation CreateApiKey($input: CreateApiKeyInput!) {
    createApiKey(input: $input) { apiKey { ...ApiKeyParts } secret }
  }
`)

export const ROTATE_API_KEY = graphql(`
  mutation RotateApiKey($input: RotateApiKeyInput!) {
    rotateApiKey(input: $input) { apiKey { ...ApiKeyParts } secret }
  }
`)

export const REVOKE_API_KEY = graphql(`
  mutation RevokeApiKey($input: RevokeApiKeyInput!) {
    revokeApiKey(input: $input) { apiKey { ...ApiKeyParts } }
  }
`)

export const MEMBERS = graphql(`
  query Members($after: String) {
    page: members(first: 100, after: $after) {
      nodes { ...MemberParts }
      pageInfo { hasNextPage endCursor }
    }
    viewer { member { id } }
  }
  fragment MemberParts on Member {
    id name email role invitedBy createdAt lastSignedInAt hasIdentity
  }
`)

export const INVITATIONS = graphql(`
  query MemberInvitations($after: String) {
    page: memberInvitations(first: 100, after: $after) {
      nodes { ...InvitationParts }
      pageInfo { hasNextPage endCursor }
    }
  }
  fragment InvitationParts on MemberInvitation {
    id name email role invitedBy createdAt expiresAt isRenewal
  }
`)

export const INVITE_MEMBER = graphql(`
  mutation InviteMember($input: InviteMemberInput!) {
    inviteMember(input: $input) { invitation { ...InvitationParts } url }
  }
`)

export const REVOKE_INVITATION = graphql(`
  mutation RevokeMemberInvitation($input: RevokeMemberInvitationInput!) {
    revokeMemberInvitation(input: $input) { invitation { id } }
  }
`)

export const UPDATE_MEMBER = graphql(`
  mutation UpdateMember($input: UpdateMemberInput!) {
    updateMember(input: $input) { member { ...MemberParts } }
  }
`)

export const RENEW_MEMBER_LINK = graphql(`
  mutation RenewMemberLink($input: RenewMemberLinkInput!) {
    renewMemberLink(input: $input) { invitation { ...InvitationParts } url }
  }
`)

export const REMOVE_MEMBER = graphql(`
  mutation RemoveMember($input: RemoveMemberInput!) {
    removeMember(input: $input) { member { id } }
  }
`)

export const ORGANIZATION = graphql(`
  query OwnOrganization {
    viewer { organization { ...OrganizationParts } }
  }
  fragment OrganizationParts on Organization {
    id name logoUrl contact { name email }
  }
`)

export const UPDATE_ORGANIZATION = graphql(`
  mutation UpdateOrganization($input: UpdateOrganizationInput!) {
    updateOrganization(input: $input) { organization { ...OrganizationParts } }
  }
`)

export const WEBHOOK_ENDPOINTS = graphql(`
  query WebhookEndpoints($after: String) {
    page: webhookEndpoints(first: 100, after: $after) {
      nodes { ...WebhookEndpointParts }
      pageInfo { hasNextPage endCursor }
    }
  }
  fragment WebhookEndpointParts on WebhookEndpoint {
    id url description events includeDetails createdAt createdBy pauseReason failingSince lostChangesAt previousSecretExpiresAt
  }
`)

export const CREATE_WEBHOOK_ENDPOINT = graphql(`
  mutation CreateWebhookEndpoint($input: CreateWebhookEndpointInput!) {
    createWebhookEndpoint(input: $input) { webhookEndpoint { ...WebhookEndpointParts } secret }
  }
`)

export const UPDATE_WEBHOOK_ENDPOINT = graphql(`
  mutation UpdateWebhookEndpoint($input: UpdateWebhookEndpointInput!) {
    updateWebhookEndpoint(input: $input) { webhookEndpoint { ...WebhookEndpointParts } }
  }
`)

export const ROTATE_WEBHOOK_SECRET = graphql(`
  mutation RotateWebhookSecret($input: RotateWebhookSecretInput!) {
    rotateWebhookSecret(input: $input) { webhookEndpoint { ...WebhookEndpointParts } secret }
  }
`)

export const DELETE_WEBHOOK_ENDPOINT = graphql(`
  mutation DeleteWebhookEndpoint($input: DeleteWebhookEndpointInput!) {
    deleteWebhookEndpoint(input: $input) { webhookEndpoint { id } }
  }
`)

export const WEBHOOK_DELIVERIES = graphql(`
  query WebhookDeliveries($endpointId: ID!, $statuses: [WebhookDeliveryStatus!], $after: String) {
    page: webhookDeliveries(endpointId: $endpointId, statuses: $statuses, first: 50, after: $after) {
      nodes { ...WebhookDeliveryParts }
      pageInfo { hasNextPage endCursor }
    }
  }
  fragment WebhookDeliveryParts on WebhookDelivery {
    id type occurredAt status attempts nextAttemptAt interviewId
    newestAttempts { attemptedAt latencyMs responseStatus failure }
  }
`)

export const REPLAY_DELIVERY = graphql(`
  mutation ReplayDelivery($input: ReplayDeliveryInput!) {
    replayDelivery(input: $input) { delivery { ...WebhookDeliveryParts } }
  }
`)

export const REPLAY_DELIVERIES = graphql(`
  mutation ReplayDeliveries($input: ReplayDeliveriesInput!) {
    replayDeliveries(input: $input) { deliveries }
  }
`)
