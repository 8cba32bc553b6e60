__all__ = [
    "CANCEL_INTERVIEW_GQL",
    "CHANGED_GQL",
    "END_INTERVIEW_GQL",
    "EVALUATE_INTERVIEW_GQL",
    "GET_EVALUATION_GQL",
    "GET_INTERVIEW_GQL",
    "LIST_CHANGES_GQL",
    "LIST_INTERVIEWS_GQL",
    "LIST_POSITIONS_GQL",
    "RENEW_INVITE_GQL",
    "SCHEDULE_INTERVIEW_GQL",
    "SEND_MESSAGE_GQL",
    "START_INTERVIEW_GQL",
    "TURN_ADDED_GQL",
]

START_INTERVIEW_GQL = """
mutation StartInterview($input: StartInterviewInput!) {
  startInterview(input: $input) {
    ...StartedInterview
  }
}

fragment InterviewState on Interview {
  id
  status
  url
}

fragment InviteLink on Invite {
  url
  expiresAt
}

fragment StartedInterview on StartInterviewPayload {
  isExisting
  interview {
    ...InterviewState
  }
  access {
    token
    expiresAt
    room {
      url
      name
      token
    }
  }
  invite {
    ...InviteLink
  }
}
"""

SCHEDULE_INTERVIEW_GQL = """
mutation ScheduleInterview($input: ScheduleInterviewInput!) {
  scheduleInterview(input: $input) {
    ...ScheduledInterview
  }
}

fragment InterviewState on Interview {
  id
  status
  url
}

fragment InviteLink on Invite {
  url
  expiresAt
}

fragment ScheduledInterview on ScheduleInterviewPayload {
  isExisting
  interview {
    ...InterviewState
  }
  invite {
    ...InviteLink
  }
}
"""

RENEW_INVITE_GQL = """
mutation RenewInvite($input: RenewInviteInput!) {
  renewInvite(input: $input) {
    interview {
      ...InterviewState
    }
    invite {
      ...InviteLink
    }
  }
}

fragment InterviewState on Interview {
  id
  status
  url
}

fragment InviteLink on Invite {
  url
  expiresAt
}
"""

SEND_MESSAGE_GQL = """
mutation SendMessage($input: SendMessageInput!) {
  sendMessage(input: $input) {
    turn {
      seq
    }
  }
}
"""

END_INTERVIEW_GQL = """
mutation EndInterview($input: EndInterviewInput!) {
  endInterview(input: $input) {
    interview {
      ...InterviewState
    }
  }
}

fragment InterviewState on Interview {
  id
  status
  url
}
"""

CANCEL_INTERVIEW_GQL = """
mutation CancelInterview($input: CancelInterviewInput!) {
  cancelInterview(input: $input) {
    interview {
      ...InterviewState
    }
  }
}

fragment InterviewState on Interview {
  id
  status
  url
}
"""

EVALUATE_INTERVIEW_GQL = """
mutation EvaluateInterview($input: EvaluateInterviewInput!) {
  evaluateInterview(input: $input) {
    evaluation {
      id
      version
      status
    }
  }
}
"""

GET_INTERVIEW_GQL = """
query GetInterview($id: ID!) {
  interview(id: $id) {
    ...InterviewDetails
  }
}

fragment InterviewDetails on Interview {
  id
  status
  endReason
  channel
  language
  createdAt
  scheduledFor
  startedAt
  endedAt
  expiresAt
  erasedAt
  updatedAt
  lastSeq
  url
  externalId
  decision
  candidate {
    name
  }
  position {
    key
    version
    title
  }
}
"""

GET_EVALUATION_GQL = """
query GetEvaluation($interviewId: ID!, $version: Int) {
  evaluation(interviewId: $interviewId, version: $version) {
    ...EvaluationDetails
  }
}

fragment EvaluationDetails on Evaluation {
  id
  version
  status
  failure
  overallScore
  inconclusiveReason
  recommendation
  coverage
  summary
  flags
  criteria {
    key
    name
    state
    level
    rationale
    evidence {
      quote
      seq
    }
  }
}
"""

LIST_INTERVIEWS_GQL = """
query ListInterviews($filter: InterviewFilter, $orderBy: InterviewOrder, $first: Int, $after: String) {
  interviews(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    ...InterviewPage
  }
}

fragment InterviewDetails on Interview {
  id
  status
  endReason
  channel
  language
  createdAt
  scheduledFor
  startedAt
  endedAt
  expiresAt
  erasedAt
  updatedAt
  lastSeq
  url
  externalId
  decision
  candidate {
    name
  }
  position {
    key
    version
    title
  }
}

fragment InterviewPage on InterviewConnection {
  nodes {
    ...InterviewDetails
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}
"""

LIST_POSITIONS_GQL = """
query ListPositions($first: Int, $after: String, $includeArchived: Boolean = false) {
  positions(includeArchived: $includeArchived, first: $first, after: $after) {
    ...PositionPage
  }
}

fragment PositionDetails on Position {
  key
  version
  title
  language
}

fragment PositionPage on PositionConnection {
  nodes {
    ...PositionDetails
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}
"""

LIST_CHANGES_GQL = """
query ListChanges($after: String, $first: Int) {
  changes(after: $after, first: $first) {
    ...ChangePage
  }
}

fragment ChangeDetails on Change {
  cursor
  kind
  interviewId
  evaluationId
  changedAt
  interview {
    ...InterviewDetails
  }
}

fragment ChangePage on ChangeConnection {
  nodes {
    ...ChangeDetails
  }
  nextCursor
  latestCursor
  pageInfo {
    hasNextPage
    endCursor
  }
}

fragment InterviewDetails on Interview {
  id
  status
  endReason
  channel
  language
  createdAt
  scheduledFor
  startedAt
  endedAt
  expiresAt
  erasedAt
  updatedAt
  lastSeq
  url
  externalId
  decision
  candidate {
    name
  }
  position {
    key
    version
    title
  }
}
"""

TURN_ADDED_GQL = """
subscription TurnAdded($interviewId: ID!, $after: Int!) {
  turnAdded(interviewId: $interviewId, after: $after) {
    ...TurnDetails
  }
}

fragment TurnDetails on Turn {
  id
  seq
  speaker
  text
  channel
  questionKey
  startedAt
  endedAt
  interrupted
}
"""

CHANGED_GQL = """
subscription Changed($after: String) {
  changed(after: $after) {
    ...ChangeDetails
  }
}

fragment ChangeDetails on Change {
  cursor
  kind
  interviewId
  evaluationId
  changedAt
  interview {
    ...InterviewDetails
  }
}

fragment InterviewDetails on Interview {
  id
  status
  endReason
  channel
  language
  createdAt
  scheduledFor
  startedAt
  endedAt
  expiresAt
  erasedAt
  updatedAt
  lastSeq
  url
  externalId
  decision
  candidate {
    name
  }
  position {
    key
    version
    title
  }
}
"""
