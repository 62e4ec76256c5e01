// The operations of a small app, for the Relay compiler to find. Nothing here is run: the tests
// take what the compiler makes of it.
import { graphql } from 'relay-runtime';

graphql`
  mutation appSignInMutation($input: SignInInput!) {
    signIn(input: $input) {
      session {
        accessToken
      }
      viewer {
        id
        role
      }
      userErrors {
        code
      }
    }
  }
`;

graphql`
  query appRemindersQuery {
    reminders {
      id
      title
      status
    }
  }
`;

graphql`
  mutation appRenameMutation($input: UpdateReminderInput!) {
    updateReminder(input: $input) {
      reminder {
        id
        title
      }
      userErrors {
        code
        path
      }
    }
  }
`;

graphql`
  query appCaseloadQuery($count: Int!) {
    ...app_caseload @arguments(count: $count)
  }
`;

graphql`
  fragment app_caseload on Query
  @argumentDefinitions(count: { type: "Int!" }, cursor: { type: "String" })
  @refetchable(queryName: "appCaseloadPageQuery") {
    caseload(first: $count, after: $cursor) @connection(key: "app_caseload") {
      edges {
        node {
          patient {
            id
            ...app_patient
          }
          painNow
        }
      }
    }
  }
`;

graphql`
  fragment app_patient on Patient @refetchable(queryName: "appPatientRefetchQuery") {
    name
    program {
      id
      title
    }
  }
`;
