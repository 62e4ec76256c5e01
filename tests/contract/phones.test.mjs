// The requests of Apollo iOS and Apollo Kotlin, byte for byte over a bare socket, and answers as
// strictly as those libraries read them.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { typeId } from './ids.mjs';
import { PHONES, SOCKET_ACCEPT } from './phones.mjs';
import { send, signIn, startServer } from './server.mjs';
import { Line } from './socket.mjs';

const TODAY = {
  operationName: 'Today',
  text: 'query Today { today { __typename timeZone date patient { __typename name id } } }',
};
const CREATE = {
  operationName: 'Create',
  text: 'mutation Create($input: CreateReminderInput!) { createReminder(input: $input) { __typename reminder { __typename id title timeZone } userErrors { __typename code message path } } }',
};
const CHANGED = {
  operationName: 'Changed',
  text: 'subscription Changed($after: SyncCursor) { patientChanged(after: $after) { __typename cursor changed } }',
};

let server;
let token;
const lines = [];

before(async () => {
  server = await startServer();
  token = (await signIn(server.url, 'patient')).accessToken;
});
after(() => {
  lines.forEach((line) => line.hangUp());
  return server?.stop();
});

async function dial() {
  const line = await Line.dial(server.port);
  lines.push(line);
  return line;
}

const newReminder = (title) => ({
  input: { id: typeId('reminder'), kind: 'OTHER', title, times: ['07:30'], timeZone: 'Europe/Berlin' },
});

/** The JSON of a part. Apollo iOS takes the content type as the only header, spelled one of two ways. */
function payload(part) {
  const found = /^\r\n(?:content-type|Content-Type): application\/json(?:; [^\r\n]*)?\r\n\r\n(\{.*\})$/s.exec(part);
  assert.ok(found, `no part that Apollo iOS reads: ${JSON.stringify(part)}`);
  return found[1];
}

/** The boundary of a multipart answer, found as both libraries find it. */
function boundaryOf(contentType) {
  const pieces = contentType.split(';').map((piece) => piece.trim());
  assert.equal(pieces[0], 'multipart/mixed');
  assert.equal(pieces.find((piece) => piece.includes('Spec=')), 'subscriptionSpec=1.0');
  return pieces.find((piece) => piece.startsWith('boundary=')).slice('boundary='.length).replace(/^"|"$/g, '');
}

async function next(parts) {
  const { value, done } = await parts.next();
  assert.ok(!done, 'the stream has ended');
  return value;
}

/** Reads changes until one names this id; reminders of the demo come due in between. */
async function untilNamed(id, read) {
  const changed = (await read()).data.patientChanged.changed;
  return changed.includes(id) || untilNamed(id, read);
}

for (const phone of PHONES) {
  describe(phone.name, () => {
    /** One request on its own connection. */
    const ask = async (operation, as = token) => {
      const line = await dial();
      line.write(phone.request(server.port, as, operation));
      return line.answer();
    };

    it('reads, and gets one JSON answer though it would take parts', async () => {
      const { status, headers, json } = await ask(TODAY);
      assert.equal(status, 200);
      assert.match(headers['content-type'], /^application\/(graphql-response\+)?json/);
      assert.equal(headers['cache-control'], 'no-store');
      assert.equal(json.data.today.__typename, 'Today');
      assert.match(json.data.today.patient.id, /^patient_/);
    });

    it('gets the fields in the order in which it asks', async () => {
      const { text } = await ask(TODAY);
      const keys = ['today', '__typename', 'timeZone', 'date', 'patient', 'name', 'id'];
      const order = keys.map((key) => text.indexOf(`"${key}":`));
      assert.deepEqual(order, order.toSorted((one, other) => one - other), text);
    });

    it('writes, and the same attempt on the same connection writes nothing more', async () => {
      const line = await dial();
      const title = `A/B "twice" – später, ${phone.name}`;
      const operation = { ...CREATE, variables: newReminder(title) };
      line.write(phone.request(server.port, token, operation));
      const first = await line.answer();
      line.write(phone.request(server.port, token, operation));
      const second = await line.answer();
      assert.deepEqual(first.json.data.createReminder.userErrors, []);
      assert.equal(first.json.data.createReminder.reminder.title, title);
      assert.equal(first.json.data.createReminder.reminder.timeZone, 'Europe/Berlin');
      assert.deepEqual(second.json, first.json);
      const { data } = await send(server.url, '{ reminders { title } }', {}, token);
      assert.equal(data.reminders.filter((reminder) => reminder.title === title).length, 1);
    });

    it('reads that it has to sign in again from an answer that it takes for one', async () => {
      const { status, json } = await ask(TODAY, 'has-ended');
      assert.equal(status, 200);
      assert.deepEqual(json.errors.map(({ extensions }) => extensions.code), ['UNAUTHENTICATED']);
    });

    it('asks by hash, is told of the miss with status 200, and sends the text', async () => {
      const text = `${TODAY.text.slice(0, -1)} serverInfo { __typename version } } # ${phone.name}`;
      const query = { ...TODAY, text };
      const miss = await ask({ ...query, persisted: 'hash' });
      assert.equal(miss.status, 200);
      assert.equal(miss.json.data, undefined);
      assert.deepEqual(
        miss.json.errors.map(({ message, extensions }) => [message, extensions.code]),
        [['PersistedQueryNotFound', 'PERSISTED_QUERY_NOT_FOUND']],
      );
      const retry = await ask({ ...query, persisted: 'retry' });
      const hit = await ask({ ...query, persisted: 'hash' });
      assert.equal(retry.json.errors, undefined);
      assert.deepEqual(hit.json, retry.json);
    });

    it('writes by hash, once', async () => {
      const operation = { ...CREATE, text: `${CREATE.text} # ${phone.name}`, variables: newReminder('By hash') };
      const miss = await ask({ ...operation, persisted: 'hash' });
      assert.equal(miss.json.errors[0].message, 'PersistedQueryNotFound');
      const { json } = await ask({ ...operation, persisted: 'retry' });
      assert.equal(json.data.createReminder.reminder.id, operation.variables.input.id);
    });

    it('follows a subscription in parts, with a sign of life while nothing happens', async () => {
      const line = await dial();
      line.write(phone.request(server.port, token, CHANGED));
      const { status, headers } = await line.head();
      assert.equal(status, 200);
      assert.equal(headers['content-encoding'], undefined, 'compression would hold events back');
      const parts = line.parts(boundaryOf(headers['content-type']));
      assert.equal(await next(parts), '', 'Apollo iOS throws away what stands before the first delimiter');
      const read = async () => {
        const text = payload(await next(parts));
        return text === '{}' ? read() : JSON.parse(text).payload;
      };
      const begin = await read();
      assert.deepEqual(begin.data.patientChanged.changed, []);
      const variables = newReminder('Told in parts');
      await ask({ ...CREATE, variables });
      await untilNamed(variables.input.id, read);
      while (payload(await next(parts)) !== '{}');
    });

    it('reads GraphQL errors of a subscription as such', async () => {
      const line = await dial();
      line.write(phone.request(server.port, token, { ...CHANGED, variables: { after: 'not a cursor' } }));
      const { status, headers } = await line.head();
      assert.equal(status, 200);
      const parts = line.parts(boundaryOf(headers['content-type']));
      await next(parts);
      const told = JSON.parse(payload(await next(parts)));
      assert.deepEqual(told.payload?.errors.map(({ extensions }) => extensions.code), ['BAD_USER_INPUT']);
      assert.equal(told.errors, undefined, 'errors beside the payload are faults of the transport');
    });

    it('follows a subscription over a WebSocket, which it opens without an Origin', async () => {
      const line = await dial();
      line.write(phone.upgrade(server.port));
      const { status, headers } = await line.head();
      assert.equal(status, 101);
      assert.equal(headers['sec-websocket-accept'], SOCKET_ACCEPT);
      assert.equal(headers['sec-websocket-extensions'], undefined);
      assert.equal(headers['sec-websocket-protocol'], 'graphql-transport-ws');
      line.send(phone.init(token));
      assert.deepEqual(await line.message(), { type: 'connection_ack' });
      const { id, message } = phone.subscribe(CHANGED);
      line.send(message);
      const begin = await line.message();
      assert.deepEqual([begin.type, begin.id, begin.payload.data.patientChanged.changed], ['next', id, []]);
      const variables = newReminder('Told over a WebSocket');
      await ask({ ...CREATE, variables });
      await untilNamed(variables.input.id, async () => (await line.message()).payload);
      line.send('{"type":"ping"}');
      while ((await line.message()).type !== 'pong');
    });
  });
}
