// A server that runs the documents of the patients' app alone, from the manifests that
// `plumbline documents` makes, and the clients that name documents by id.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { createPersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { createClient as createSocketClient } from 'graphql-ws';
import WebSocket from 'ws';
import { PHONES } from './phones.mjs';
import { run, startServer } from './server.mjs';
import { Line } from './socket.mjs';
import { Arrivals } from './wires.mjs';

const OPERATIONS = fileURLToPath(new URL('../../schema/operations/patient', import.meta.url));
const PERSON = { email: 'patient@demo.example', password: 'plumbline-demo' };

let folder;
let apollo;
let relay;
let server;
let token;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'plumbline-documents-'));
  await run('documents', '--operations', OPERATIONS, '--out', folder);
  const files = ['apollo-manifest.json', 'relay-manifest.json'].map((name) => path.join(folder, name));
  [apollo, relay] = await Promise.all(files.map(async (file) => JSON.parse(await readFile(file, 'utf8'))));
  server = await startServer({
    PLUMBLINE_DOCUMENTS__MANIFESTS: files.join(','),
    PLUMBLINE_DOCUMENTS__ONLY_TRUSTED: 'true',
  });
  const { data } = await post({ documentId: operation('SignIn').id, variables: { input: PERSON } });
  token = data.signIn.session.accessToken;
});
after(() => Promise.all([server?.stop(), rm(folder, { recursive: true, force: true })]));

const operation = (name) => apollo.operations.find((candidate) => candidate.name === name);

async function post(body) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(server.url, { method: 'POST', headers, body: JSON.stringify(body) });
  return answer.json();
}

const codes = ({ errors }) => errors.map(({ extensions }) => extensions.code);

describe('The manifests', () => {
  it('name every document by the SHA-256 of its text, the same in both', () => {
    assert.equal(apollo.format, 'apollo-persisted-query-manifest');
    assert.equal(apollo.version, 1);
    assert.ok(apollo.operations.length > 20);
    for (const { id, body } of apollo.operations) {
      assert.equal(createHash('sha256').update(body).digest('hex'), id);
      assert.equal(relay[id], body);
    }
  });
});

describe('A server of trusted documents', () => {
  it('runs what Apollo Client names by the id of its manifest', async () => {
    const seen = [];
    const http = new HttpLink({
      uri: server.url,
      headers: { authorization: `Bearer ${token}` },
      fetch: (uri, options) => {
        seen.push(JSON.parse(options.body));
        return fetch(uri, options);
      },
    });
    const byName = (document) => operation(document.definitions.find(({ operation: kind }) => kind).name.value).id;
    const persisted = createPersistedQueryLink({ generateHash: async (document) => byName(document) });
    const client = new ApolloClient({ cache: new InMemoryCache(), link: ApolloLink.from([persisted, http]) });
    const { data } = await client.query({ query: gql(operation('Today').body), fetchPolicy: 'no-cache' });
    assert.match(data.today.date, /^\d{4}-\d{2}-\d{2}$/);
    assert.deepEqual(seen.map(({ query }) => query), [undefined]);
  });

  it('runs a subscription by id over a WebSocket, beside the empty text that graphql-ws insists on', async () => {
    const arrivals = new Arrivals();
    const client = createSocketClient({
      url: server.socketUrl,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${token}` },
      retryAttempts: 0,
    });
    const sink = { next: (answer) => arrivals.push(answer), error: (error) => arrivals.push({ error }), complete() {} };
    client.subscribe({ query: '', documentId: operation('PatientChanged').id }, sink);
    const [first] = await arrivals.until((events) => events.length > 0 && events);
    client.dispose();
    assert.deepEqual(first.data?.patientChanged.changed, [], inspect(first));
  });

  it('refuses a text of nobody, a hash of nobody, and a text that comes with its hash', async () => {
    const query = '{ serverInfo { version } }';
    const extensions = { persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') } };
    assert.deepEqual(codes(await post({ query })), ['PERSISTED_QUERY_NOT_SUPPORTED']);
    assert.deepEqual(codes(await post({ query, extensions })), ['PERSISTED_QUERY_NOT_SUPPORTED']);
    assert.deepEqual(codes(await post({ documentId: '0'.repeat(64) })), ['PERSISTED_QUERY_NOT_FOUND']);
    const unknown = await post({ extensions });
    assert.match(codes(unknown)[0], /^PERSISTED_QUERY_NOT_(FOUND|SUPPORTED)$/);
  });

  for (const phone of PHONES) {
    it(`takes a subscription of ${phone.name}, which sends the text of a trusted document`, async () => {
      const line = await Line.dial(server.port);
      const { name, body } = operation('PatientChanged');
      line.write(phone.request(server.port, token, { operationName: name, text: body }));
      const { status } = await line.head();
      assert.equal(status, 200);
      const parts = line.parts('graphql');
      await parts.next();
      const { value } = await parts.next();
      line.hangUp();
      assert.match(value, /"changed":\[\]/);
    });
  }
});
