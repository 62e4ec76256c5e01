// Relay: its compiler over the committed schema, its runtime against the server, and the
// documents that the compiler persists, as the only ones that the server runs.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import relay from 'relay-runtime';
import { compile } from './relay/compile.mjs';
import { send, startServer } from './server.mjs';

const { Environment, Network, RecordSource, Store } = relay;
const { commitMutation, createOperationDescriptor, fetchQuery, getSelector } = relay;
const { getPaginationMetadata, getPaginationVariables } = relay;

/** An app of its own store. `seen` takes the bodies that it sends. */
function app(url, token = null, seen = []) {
  const network = Network.create(async ({ id, text }, variables) => {
    const body = text ? { query: text, variables } : { documentId: id, variables };
    seen.push(body);
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    });
    return answer.json();
  });
  return new Environment({ network, store: new Store(new RecordSource()) });
}

const mutate = (environment, mutation, variables) =>
  new Promise((onCompleted, onError) => {
    commitMutation(environment, { mutation, variables, onCompleted, onError });
  });

const read = (environment, query, variables) => fetchQuery(environment, query, variables).toPromise();

/** The caseload as the app shows it: all pages that were fetched. */
function shownCaseload(environment, artifacts, variables) {
  const { fragment } = createOperationDescriptor(artifacts.appCaseloadQuery, variables);
  const { data } = environment.lookup(fragment);
  return environment.lookup(getSelector(artifacts.app_caseload, data)).data.caseload;
}

async function signedIn(url, artifacts, who) {
  const input = { email: `${who}@demo.example`, password: 'plumbline-demo' };
  const { signIn } = await mutate(app(url), artifacts.appSignInMutation, { input });
  assert.deepEqual(signIn.userErrors, []);
  return signIn.session.accessToken;
}

describe('Relay with documents as text', () => {
  let compiled;
  let server;
  let patient;
  let therapist;

  before(async () => {
    compiled = await compile();
    server = await startServer();
    patient = await signedIn(server.url, compiled.artifacts, 'patient');
    therapist = await signedIn(server.url, compiled.artifacts, 'therapist');
  });
  after(() => Promise.all([server?.stop(), compiled?.remove()]));

  it('shows an entity as a mutation has left it', async () => {
    const { artifacts } = compiled;
    const environment = app(server.url, patient);
    const { reminders } = await read(environment, artifacts.appRemindersQuery, {});
    const { id } = reminders[0];
    const title = 'Ten slow breaths';
    const { updateReminder } = await mutate(environment, artifacts.appRenameMutation, { input: { id, title } });
    assert.deepEqual(updateReminder.userErrors, []);
    const { fragment } = createOperationDescriptor(artifacts.appRemindersQuery, {});
    const shown = environment.lookup(fragment).data.reminders;
    assert.equal(shown.find((reminder) => reminder.id === id).title, title);
  });

  it('pages forward through a connection', async () => {
    const { artifacts } = compiled;
    const environment = app(server.url, therapist);
    const first = { count: 3 };
    await read(environment, artifacts.appCaseloadQuery, first);
    const { paginationRequest, paginationMetadata } = getPaginationMetadata(artifacts.app_caseload, 'app');
    let caseload = shownCaseload(environment, artifacts, first);
    while (caseload.pageInfo.hasNextPage) {
      const { endCursor } = caseload.pageInfo;
      const before = caseload.edges.length;
      const more = getPaginationVariables('forward', 3, endCursor, first, {}, paginationMetadata);
      await read(environment, paginationRequest, more);
      caseload = shownCaseload(environment, artifacts, first);
      assert.ok(caseload.edges.length > before, 'the page is not joined to the list');
    }
    const ids = caseload.edges.map(({ node }) => node.patient.id);
    assert.ok(ids.length > 6, `only ${ids.length} patients`);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('fetches an entity anew through node', async () => {
    const { artifacts } = compiled;
    const environment = app(server.url, therapist);
    await read(environment, artifacts.appCaseloadQuery, { count: 1 });
    const [{ node }] = shownCaseload(environment, artifacts, { count: 1 }).edges;
    const refetch = artifacts.appPatientRefetchQuery;
    const { node: again } = await read(environment, refetch, { id: node.patient.id });
    const { data } = environment.lookup(getSelector(artifacts.app_patient, again));
    assert.match(data.name, /^Demo Patient/);
    assert.match(data.program.id, /^program_/);
  });

  it('has the code of an error at hand', async () => {
    const error = await read(app(server.url), compiled.artifacts.appRemindersQuery, {}).catch((failure) => failure);
    assert.deepEqual(error.source.errors.map(({ extensions }) => extensions.code), ['UNAUTHENTICATED']);
  });
});

describe('Relay with persisted documents, and a server that runs no others', () => {
  let compiled;
  let server;
  let patient;

  before(async () => {
    compiled = await compile({ persist: true });
    server = await startServer({
      PLUMBLINE_DOCUMENTS__MANIFESTS: compiled.manifest,
      PLUMBLINE_DOCUMENTS__ONLY_TRUSTED: 'true',
    });
    patient = await signedIn(server.url, compiled.artifacts, 'patient');
  });
  after(() => Promise.all([server?.stop(), compiled?.remove()]));

  it('has the compiler name each document by the MD5 of its text', () => {
    for (const [id, text] of Object.entries(compiled.texts)) {
      assert.equal(createHash('md5').update(text).digest('hex'), id);
    }
  });

  it('runs queries and mutations by documentId alone', async () => {
    const seen = [];
    const environment = app(server.url, patient, seen);
    const { reminders } = await read(environment, compiled.artifacts.appRemindersQuery, {});
    const input = { id: reminders[0].id, title: 'Shoulders down' };
    const { updateReminder } = await mutate(environment, compiled.artifacts.appRenameMutation, { input });
    assert.equal(updateReminder.reminder.title, input.title);
    assert.deepEqual(seen.map((body) => [typeof body.documentId, body.query]), [
      ['string', undefined],
      ['string', undefined],
    ]);
  });

  it('takes the text of a document that it trusts', async () => {
    const text = Object.values(compiled.texts).find((document) => document.startsWith('query appRemindersQuery'));
    const { data, errors } = await send(server.url, text, {}, patient);
    assert.equal(errors, undefined);
    assert.ok(data.reminders.length > 0);
  });

  it('refuses any other text', async () => {
    const { data, errors } = await send(server.url, '{ serverInfo { version } }', {}, patient);
    assert.equal(data, undefined);
    assert.deepEqual(errors.map(({ extensions }) => extensions.code), ['PERSISTED_QUERY_NOT_SUPPORTED']);
  });

  it('refuses a documentId that no manifest has', async () => {
    const answer = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ documentId: '0'.repeat(32) }),
    });
    const { data, errors } = await answer.json();
    assert.equal(data, undefined);
    assert.deepEqual(errors.map(({ extensions }) => extensions.code), ['PERSISTED_QUERY_NOT_FOUND']);
  });
});
