import { graphql } from '../gql'

export const START_TRY_OUT = graphql(`
  mutation StartTryOut($input: StartTryOutInput!) {
    startTryOut(input: $input) { invite { url } }
  }
`)
