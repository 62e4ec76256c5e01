// A server that takes queries by GET, and the clients that send them so unless told otherwise.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { Client, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { kotlin } from './phones.mjs';
import { signIn, startServer } from './server.mjs';
import { Line } from './socket.mjs';

const REMINDERS = gql`query Reminders { reminders { id title } }`;
const ZONE = gql`
  mutation Zone {
    updateSettings(input: { timeZone: "Asia/Tokyo" }) { patient { id timeZone } userErrors { code } }
  }
`;

let server;
let token;

before(async () => {
  server = await startServer({ PLUMBLINE_SERVER__GET_QUERIES: 'true' });
  token = (await signIn(server.url, 'patient')).accessToken;
});
after(() => server?.stop());

/** A fetch that notes how it asks. */
const noting = (methods) => (url, options) => {
  methods.push(options.method ?? 'GET');
  return fetch(url, options);
};

describe('Queries by GET', () => {
  it('go through urql as it comes, with mutations by POST', async () => {
    const methods = [];
    const headers = { authorization: `Bearer ${token}` };
    const exchanges = [fetchExchange];
    const urql = new Client({ url: server.url, exchanges, fetchOptions: { headers }, fetch: noting(methods) });
    const { data } = await urql.query(REMINDERS, {});
    assert.ok(data.reminders.length > 0);
    assert.deepEqual((await urql.mutation(ZONE, {})).data.updateSettings.userErrors, []);
    assert.deepEqual(methods, ['GET', 'POST']);
  });

  it('go through urql by their hash', async () => {
    const methods = [];
    const headers = { authorization: `Bearer ${token}` };
    const exchanges = [persistedExchange(), fetchExchange];
    const urql = new Client({ url: server.url, exchanges, fetchOptions: { headers }, fetch: noting(methods) });
    for (let time = 0; time < 2; time += 1) {
      const { data, error } = await urql.query(REMINDERS, {}, { requestPolicy: 'network-only' });
      assert.equal(error, undefined);
      assert.ok(data.reminders.length > 0);
    }
    assert.equal(methods[0], 'GET');
    assert.equal(methods.length, 3);
  });

  it('go through Apollo Client where it is asked to', async () => {
    const methods = [];
    const headers = { authorization: `Bearer ${token}` };
    const link = new HttpLink({ uri: server.url, headers, useGETForQueries: true, fetch: noting(methods) });
    const apollo = new ApolloClient({ cache: new InMemoryCache(), link });
    const { data } = await apollo.query({ query: REMINDERS });
    assert.ok(data.reminders.length > 0);
    assert.deepEqual(methods, ['GET']);
  });

  it("go through Apollo Kotlin's persisted queries as they come", async () => {
    const operation = {
      operationName: 'Today',
      text: 'query Today($date: LocalDate) { today(date: $date) { __typename date timeZone } }',
      variables: { date: '2026-02-03' },
    };
    const line = await Line.dial(server.port);
    const ask = (request) => {
      line.write(request);
      return line.answer();
    };
    const byHash = kotlin.requestByGet(server.port, token, { ...operation, persisted: 'hash' });
    const miss = await ask(byHash);
    assert.deepEqual([miss.status, miss.json.errors[0].message], [200, 'PersistedQueryNotFound']);
    const retry = await ask(kotlin.request(server.port, token, { ...operation, persisted: 'retry' }));
    const hit = await ask(byHash);
    line.hangUp();
    assert.equal(hit.json.data.today.date, operation.variables.date);
    assert.deepEqual(hit.json, retry.json);
  });

  it('are the only operations that do', async () => {
    const query = new URLSearchParams({ query: 'mutation { signOut { userErrors { code } } }' });
    const answer = await fetch(`${server.url}?${query}`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.get('allow'), 'POST');
    const link = new HttpLink({ uri: server.url, headers: { authorization: `Bearer ${token}` } });
    const { data } = await new ApolloClient({ cache: new InMemoryCache(), link }).query({ query: REMINDERS });
    assert.ok(data.reminders.length > 0, 'the session has ended');
  });
});
