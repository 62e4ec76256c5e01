// Apollo Client, as a React Native app or a dashboard uses it: reads, writes, the normalized
// cache, pages, errors and automatic persisted queries.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { createPersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { relayStylePagination } from '@apollo/client/utilities';
import { filter, firstValueFrom } from 'rxjs';
import { signIn, startServer } from './server.mjs';
import * as texts from './texts.mjs';

const REMINDERS = gql(texts.REMINDERS);
const RENAME = gql(texts.RENAME);
const CASELOAD = gql`
  query Caseload($first: Int, $after: String) {
    caseload(first: $first, after: $after) {
      edges { cursor node { patient { id name } painNow } }
      pageInfo { hasNextPage endCursor }
      totalCount
    }
  }
`;

let server;
let patient;
let therapist;

before(async () => {
  server = await startServer();
  patient = (await signIn(server.url, 'patient')).accessToken;
  therapist = (await signIn(server.url, 'therapist')).accessToken;
});
after(() => server?.stop());

/** A client of the one signed in; `seen` takes the bodies it sends, `links` go before the wire. */
function client(token, { seen = [], links = [] } = {}) {
  const http = new HttpLink({
    uri: server.url,
    headers: token ? { authorization: `Bearer ${token}` } : {},
    fetch: (uri, options) => {
      seen.push(JSON.parse(options.body));
      return fetch(uri, options);
    },
  });
  return new ApolloClient({
    link: ApolloLink.from([...links, http]),
    cache: new InMemoryCache({ typePolicies: { Query: { fields: { caseload: relayStylePagination() } } } }),
  });
}

/** The code of the one error that an operation ends with. */
async function codeOf(operation) {
  const error = await operation.then(
    () => assert.fail('the operation went through'),
    (failure) => failure,
  );
  assert.ok(CombinedGraphQLErrors.is(error), `no GraphQL error: ${error}`);
  assert.equal(error.errors.length, 1);
  return error.errors[0].extensions.code;
}

describe('Apollo Client reads and writes', () => {
  it('answers the day of the patient', async () => {
    const query = gql`
      query Today {
        today { date timeZone patient { id } items { timesDue prescription { id exercise { id name } } } }
      }
    `;
    const { data } = await client(patient).query({ query });
    assert.match(data.today.date, /^\d{4}-\d{2}-\d{2}$/);
    assert.match(data.today.patient.id, /^patient_/);
    assert.ok(data.today.items.every((item) => item.prescription.exercise.name.length > 0));
  });

  it('takes a mutation, and the cache changes what is shown of the entity', async () => {
    const apollo = client(patient);
    const shown = [];
    const watch = apollo.watchQuery({ query: REMINDERS }).subscribe(({ data }) => data && shown.push(data.reminders));
    const { data } = await apollo.query({ query: REMINDERS });
    const { id } = data.reminders[0];
    const title = 'Stretch by the window';
    const answer = await apollo.mutate({ mutation: RENAME, variables: { input: { id, title } } });
    watch.unsubscribe();
    assert.deepEqual(answer.data.updateReminder.userErrors, []);
    assert.equal(shown.at(-1).find((reminder) => reminder.id === id).title, title);
    assert.equal(apollo.readQuery({ query: REMINDERS }).reminders.find((reminder) => reminder.id === id).title, title);
  });

  it('says faults of the input as user errors with their path', async () => {
    const mutation = gql`
      mutation Create($input: CreateReminderInput!) {
        createReminder(input: $input) { reminder { id } userErrors { code message path } }
      }
    `;
    const input = { kind: 'EXERCISE', times: ['08:00'], everyDays: 0 };
    const { data } = await client(patient).mutate({ mutation, variables: { input } });
    assert.equal(data.createReminder.reminder, null);
    assert.equal(data.createReminder.userErrors[0].code, 'OUT_OF_RANGE');
    assert.deepEqual(data.createReminder.userErrors[0].path, ['everyDays']);
  });

  it('pages through the caseload', async () => {
    const watch = client(therapist).watchQuery({ query: CASELOAD, variables: { first: 3 } });
    const shown = (length) => firstValueFrom(watch.pipe(filter(({ data }) => data?.caseload.edges.length >= length)));
    let { caseload } = (await shown(1)).data;
    const { totalCount } = caseload;
    assert.ok(totalCount > 6, `only ${totalCount} patients`);
    const running = watch.subscribe(() => {});
    for (let page = 2; caseload.pageInfo.hasNextPage && page <= totalCount; page += 1) {
      ({ caseload } = (await watch.fetchMore({ variables: { first: 3, after: caseload.pageInfo.endCursor } })).data);
    }
    const ids = (await shown(totalCount)).data.caseload.edges.map(({ node }) => node.patient.id);
    running.unsubscribe();
    assert.equal(ids.length, totalCount);
    assert.equal(new Set(ids).size, ids.length);
  });
});

describe('Apollo Client and errors', () => {
  it('is told UNAUTHENTICATED without a session', async () => {
    assert.equal(await codeOf(client(null).query({ query: REMINDERS })), 'UNAUTHENTICATED');
    assert.equal(await codeOf(client('no-token-of-ours').query({ query: REMINDERS })), 'UNAUTHENTICATED');
  });

  it('is told FORBIDDEN where the role never may', async () => {
    assert.equal(await codeOf(client(patient).query({ query: CASELOAD })), 'FORBIDDEN');
  });

  it('is told NOT_FOUND of a patient that does not exist', async () => {
    const query = gql`query Absent { patient(id: "patient_01hzzzzzzzzzzzzzzzzzzzzzzz") { id } }`;
    assert.equal(await codeOf(client(therapist).query({ query })), 'NOT_FOUND');
  });

  it('is told BAD_USER_INPUT of a bad argument and of a bad variable', async () => {
    const tooMany = client(therapist).query({ query: CASELOAD, variables: { first: 1000 } });
    assert.equal(await codeOf(tooMany), 'BAD_USER_INPUT');
    const query = gql`query Day($date: LocalDate) { today(date: $date) { date } }`;
    assert.equal(await codeOf(client(patient).query({ query, variables: { date: 'soon' } })), 'BAD_USER_INPUT');
  });

  it('is told of a document that the schema does not have', async () => {
    const query = gql`query Wrong { viewer { shoeSize } }`;
    assert.equal(await codeOf(client(patient).query({ query })), 'GRAPHQL_VALIDATION_FAILED');
  });

  it('keeps the data beside an error, where it asks to', async () => {
    const query = gql`query Both { serverInfo { version } caseload(first: 1000) { totalCount } }`;
    const answer = await client(therapist).query({ query, errorPolicy: 'all' });
    assert.match(answer.data.serverInfo.version, /^\d+\.\d+\.\d+/);
    assert.equal(answer.data.caseload, null);
    assert.deepEqual(answer.error.errors[0].path, ['caseload']);
  });
});

describe('Apollo Client and automatic persisted queries', () => {
  const sha256 = (text) => createHash('sha256').update(text).digest('hex');

  it('sends the hash, the text once, and from then on the hash alone', async () => {
    const seen = [];
    const apollo = client(patient, { seen, links: [createPersistedQueryLink({ sha256 })] });
    const first = await apollo.query({ query: REMINDERS, fetchPolicy: 'network-only' });
    const second = await apollo.query({ query: REMINDERS, fetchPolicy: 'network-only' });
    assert.deepEqual(second.data, first.data);
    assert.deepEqual(seen.map(({ query }) => query !== undefined), [false, true, false]);
    assert.ok(seen.every(({ extensions }) => /^[0-9a-f]{64}$/.test(extensions.persistedQuery.sha256Hash)));
  });

  it('knows the text for every client from then on', async () => {
    const seen = [];
    const links = [createPersistedQueryLink({ sha256 })];
    await client(patient, { links }).query({ query: REMINDERS });
    await client(patient, { seen, links }).query({ query: REMINDERS });
    assert.deepEqual(seen.map(({ query }) => query !== undefined), [false]);
  });

  it('takes mutations that way too, and does them once', async () => {
    const seen = [];
    const apollo = client(patient, { seen, links: [createPersistedQueryLink({ sha256 })] });
    const mutation = gql`
      mutation CreatePersisted($input: CreateReminderInput!) {
        createReminder(input: $input) { reminder { id title } userErrors { code } }
      }
    `;
    const input = { kind: 'OTHER', title: 'Just once', times: ['09:15'] };
    await apollo.mutate({ mutation, variables: { input } });
    const { data } = await apollo.query({ query: REMINDERS });
    assert.equal(data.reminders.filter(({ title }) => title === input.title).length, 1);
    assert.deepEqual(seen.slice(0, 2).map(({ query }) => query !== undefined), [false, true]);
  });

  it('refuses a hash that is not that of the text', async () => {
    const seen = [];
    const link = createPersistedQueryLink({ generateHash: async () => '0'.repeat(64) });
    assert.equal(await codeOf(client(patient, { seen, links: [link] }).query({ query: REMINDERS })), 'BAD_USER_INPUT');
    assert.equal(seen.length, 2);
  });
});
