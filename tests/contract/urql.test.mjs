// urql with its normalized cache, its session exchange and its persisted queries, set up as an
// app would: without the schema's introspection.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { Client, fetchExchange, gql } from '@urql/core';
import { authExchange } from '@urql/exchange-auth';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { persistedExchange } from '@urql/exchange-persisted';
import { signIn, startServer } from './server.mjs';
import * as texts from './texts.mjs';

const REMINDERS = gql(texts.REMINDERS);
const RENAME = gql(texts.RENAME);
const CASELOAD = gql`
  query Caseload($first: Int, $after: String) {
    caseload(first: $first, after: $after) {
      edges { cursor node { patient { id name } painNow } }
      pageInfo { hasNextPage endCursor hasPreviousPage startCursor }
      totalCount
    }
  }
`;
const REFRESH = gql`
  mutation Refresh($input: RefreshSessionInput!) {
    refreshSession(input: $input) {
      __typename
      session { __typename accessToken refreshToken }
      userErrors { __typename code }
    }
  }
`;

let server;
let patient;
let therapist;

before(async () => {
  server = await startServer();
  patient = await signIn(server.url, 'patient');
  therapist = await signIn(server.url, 'therapist');
});
after(() => server?.stop());

const cache = () =>
  cacheExchange({
    keys: { CaseloadRow: () => null, Session: () => null, UserError: () => null },
    resolvers: { Query: { caseload: relayPagination() } },
  });

/** A client of the one whose session it is. GET is off by default, so queries go by POST. */
function client(session, { exchanges = [cache()], seen = [] } = {}) {
  return new Client({
    url: server.url,
    preferGetMethod: false,
    exchanges: [...exchanges, fetchExchange],
    fetchOptions: () => (session ? { headers: { authorization: `Bearer ${session.accessToken}` } } : {}),
    fetch: (url, options) => {
      seen.push(JSON.parse(options.body));
      return fetch(url, options);
    },
  });
}

/** Keeps the session going: signs each operation, and refreshes once the server refuses it. */
const keepSignedIn = (session, renewed) =>
  authExchange(async (tools) => ({
    addAuthToOperation: (operation) =>
      tools.appendHeaders(operation, { authorization: `Bearer ${session.accessToken}` }),
    didAuthError: (error) => error.graphQLErrors.some(({ extensions }) => extensions.code === 'UNAUTHENTICATED'),
    refreshAuth: async () => {
      const { data } = await tools.mutate(REFRESH, { input: { refreshToken: session.refreshToken } });
      renewed.push(data.refreshSession);
      Object.assign(session, data.refreshSession.session);
    },
  }));

/** The data of an operation that must go through. */
async function dataOf(operation) {
  const { data, error } = await operation;
  assert.equal(error, undefined);
  return data;
}

describe('urql with graphcache', () => {
  it('takes a mutation, and every query shows the entity as it is now', async () => {
    const urql = client(patient);
    const shown = [];
    const watch = urql.query(REMINDERS, {}).subscribe(({ data }) => shown.push(data.reminders));
    const { reminders } = await dataOf(urql.query(REMINDERS, {}));
    const { id } = reminders[0];
    const title = 'Walk around the block';
    const { updateReminder } = await dataOf(urql.mutation(RENAME, { input: { id, title } }));
    watch.unsubscribe();
    assert.deepEqual(updateReminder.userErrors, []);
    assert.equal(shown.at(-1).find((reminder) => reminder.id === id).title, title);
  });

  it('says faults of the input as user errors, and leaves the cache as it was', async () => {
    const urql = client(patient);
    const { reminders } = await dataOf(urql.query(REMINDERS, {}));
    const input = { id: reminders[0].id, title: 'x'.repeat(201) };
    const { updateReminder } = await dataOf(urql.mutation(RENAME, { input }));
    assert.equal(updateReminder.reminder, null);
    assert.equal(updateReminder.userErrors[0].code, 'TOO_LONG');
    assert.deepEqual(updateReminder.userErrors[0].path, ['title']);
    const again = await dataOf(urql.query(REMINDERS, {}, { requestPolicy: 'cache-only' }));
    assert.deepEqual(again.reminders, reminders);
  });

  it('joins the pages of the caseload', async () => {
    const urql = client(therapist);
    let { caseload } = await dataOf(urql.query(CASELOAD, { first: 3 }));
    const { totalCount } = caseload;
    for (let page = 2; caseload.pageInfo.hasNextPage && page <= totalCount; page += 1) {
      const more = { first: 3, after: caseload.pageInfo.endCursor };
      ({ caseload } = await dataOf(urql.query(CASELOAD, more)));
    }
    const whole = await dataOf(urql.query(CASELOAD, { first: 3 }, { requestPolicy: 'cache-only' }));
    const ids = whole.caseload.edges.map(({ node }) => node.patient.id);
    assert.ok(totalCount > 6, `only ${totalCount} patients`);
    assert.equal(new Set(ids).size, totalCount);
    assert.equal(ids.length, totalCount);
  });
});

describe('urql and errors', () => {
  it('reads the code of an error', async () => {
    const { error } = await client(null).query(REMINDERS, {});
    assert.deepEqual(error.graphQLErrors.map(({ extensions }) => extensions.code), ['UNAUTHENTICATED']);
  });

  it('reads the code of a refused document', async () => {
    const { error } = await client(patient).query(gql`query Wrong { viewer { shoeSize } }`, {});
    assert.deepEqual(error.graphQLErrors.map(({ extensions }) => extensions.code), ['GRAPHQL_VALIDATION_FAILED']);
  });
});

describe('urql and GET', () => {
  it('is told that the server takes no GET, where it is left to its default', async () => {
    const urql = new Client({ url: server.url, exchanges: [fetchExchange] });
    const { error } = await urql.query(gql`query Open { serverInfo { version } }`, {});
    assert.equal(error.response.status, 405);
    assert.equal(error.response.headers.get('allow'), 'POST');
  });
});

describe('urql keeps a session', () => {
  it('refreshes it once it has ended, and repeats what was refused', async () => {
    const session = { ...(await signIn(server.url, 'patient')), accessToken: 'has-ended' };
    const renewed = [];
    const urql = client(null, { exchanges: [cache(), keepSignedIn(session, renewed)] });
    const { reminders } = await dataOf(urql.query(REMINDERS, {}));
    assert.ok(reminders.length > 0);
    assert.equal(renewed.length, 1);
    assert.deepEqual(renewed[0].userErrors, []);
  });

  it('goes on with many that were refused at the same time, however late each hears of it', async () => {
    const session = { ...(await signIn(server.url, 'patient')), accessToken: 'has-ended' };
    const renewed = [];
    const urql = client(null, { exchanges: [keepSignedIn(session, renewed)] });
    const ids = ['a', 'b', 'c', 'd'];
    const query = gql`query Several($id: ID!) { reminders { id } node(id: $id) { id } }`;
    const answers = await Promise.all(ids.map((id) => dataOf(urql.query(query, { id }))));
    assert.ok(answers.every(({ reminders }) => reminders.length > 0));
    assert.ok(renewed.every(({ userErrors }) => userErrors.length === 0));
    assert.ok(renewed.length >= 1 && renewed.length < ids.length);
  });

  it('is told to sign in again when the refresh token is no good', async () => {
    const session = { accessToken: 'has-ended', refreshToken: 'no-token-of-ours' };
    const { data } = await client(null).mutation(REFRESH, { input: { refreshToken: session.refreshToken } });
    assert.equal(data.refreshSession.session, null);
    assert.deepEqual(data.refreshSession.userErrors.map(({ code }) => code), ['CREDENTIALS']);
  });
});

describe('urql and automatic persisted queries', () => {
  const persisted = (options = {}) =>
    persistedExchange({ preferGetForPersistedQueries: false, enableForMutation: true, ...options });

  it('sends the text of a query or mutation once, and its hash alone from then on', async () => {
    const seen = [];
    const urql = client(patient, { exchanges: [persisted()], seen });
    const { reminders } = await dataOf(urql.query(REMINDERS, {}));
    await dataOf(urql.query(REMINDERS, {}));
    const { id } = reminders[0];
    await dataOf(urql.mutation(RENAME, { input: { id, title: 'One' } }));
    await dataOf(urql.mutation(RENAME, { input: { id, title: 'Two' } }));
    const withText = seen.map(({ query }) => query !== undefined);
    assert.deepEqual(withText, [false, true, false, false, true, false]);
    assert.ok(seen.every(({ extensions }) => extensions.persistedQuery.version === 1));
  });

  it('goes by the SHA-256 of the text as it is sent', async () => {
    const seen = [];
    const urql = client(patient, { exchanges: [persisted()], seen });
    await dataOf(urql.query(gql`query Named { serverInfo { version } }`, {}));
    const { query, extensions } = seen[1];
    assert.equal(createHash('sha256').update(query).digest('hex'), extensions.persistedQuery.sha256Hash);
  });
});
