// A Relay application: fragments that are fetched again by node(id:) and page by page, a mutation and a subscription.
import { graphql } from 'relay-runtime'

graphql`
  fragment Interviews_interview on Interview @refetchable(queryName: "InterviewsRefetchQuery") {
    status
    candidate { name }
    evaluation { overallScore }
  }
`

graphql`
  fragment Interviews_list on Query
  @argumentDefinitions(count: { type: "Int", defaultValue: 1 }, cursor: { type: "String" })
  @refetchable(queryName: "InterviewsPageQuery") {
    interviews(first: $count, after: $cursor) @connection(key: "Interviews_interviews") {
      edges { node { ...Interviews_interview } }
    }
  }
`

graphql`
  query InterviewsQuery {
    ...Interviews_list
  }
`

graphql`
  mutation InterviewsEndMutation($input: EndInterviewInput!) {
    endInterview(input: $input) { interview { ...Interviews_interview } }
  }
`

graphql`
  subscription InterviewsSubscription($id: ID!) {
    interviewChanged(interviewId: $id) { ...Interviews_interview }
  }
`
