// Subscriptions over each wire, and what becomes of them when the connection drops.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { typeId } from './ids.mjs';
import { startProxy } from './proxy.mjs';
import { send, signIn, startServer } from './server.mjs';
import { FORBIDDEN, WIRES } from './wires.mjs';

const PATIENT = `subscription Patient($after: SyncCursor) {
  patientChanged(after: $after) { cursor patient { id name } changed }
}`;
const CASELOAD = 'subscription Caseload { caseloadChanged { patient { id name } painNow } }';

let server;
let patient;
let therapist;

before(async () => {
  server = await startServer();
  patient = (await signIn(server.url, 'patient')).accessToken;
  therapist = (await signIn(server.url, 'therapist')).accessToken;
});
after(() => server?.stop());

/** Changes something of the patient. Answers the id of what has changed. */
async function change() {
  const mutation = `mutation Create($input: CreateReminderInput!) {
    createReminder(input: $input) { reminder { id } userErrors { message } }
  }`;
  const input = { kind: 'OTHER', times: ['12:00'] };
  const { data } = await send(server.url, mutation, { input }, patient);
  assert.deepEqual(data.createReminder.userErrors, []);
  return data.createReminder.reminder.id;
}

/** Logs a session with this pain. Answers the id of the log. */
async function log(pain) {
  const mutation = `mutation Log($input: LogProgressInput!) {
    logProgress(input: $input) { results { status userErrors { message } } userErrors { message } }
  }`;
  const id = typeId('log');
  const logs = [{ id, performedAt: new Date().toISOString(), painAfter: pain, results: [] }];
  const { data } = await send(server.url, mutation, { input: { logs } }, patient);
  assert.deepEqual(data.logProgress.results, [{ status: 'ACCEPTED', userErrors: [] }]);
  return id;
}

/** Ids of all that the events name as changed, in order. */
const changedOf = (events) => events.flatMap(({ data }) => data?.patientChanged.changed ?? []);
/** How often and in which order these were told of; reminders of the demo come due in between. */
const told = (events, ids) => changedOf(events).filter((id) => ids.includes(id));
const named = (...ids) => (events) => ids.every((id) => changedOf(events).includes(id)) && events;

/** The codes of the errors that an event carries, in the way of its client. */
const codesOf = ({ errors, error }) =>
  (errors ?? error?.errors ?? (Array.isArray(error) ? error : [])).map(({ extensions }) => extensions.code);

for (const [name, open] of Object.entries(WIRES)) {
  describe(`A subscription over ${name}`, () => {
    const opened = [];
    const subscribe = (...rest) => {
      const subscription = open(...rest);
      opened.push(subscription);
      return subscription.arrivals;
    };
    afterEach(() => opened.splice(0).forEach(({ stop }) => stop()));

    it('begins with the present cursor, and tells what changes from then on', async () => {
      await change();
      const arrivals = subscribe(server.port, patient, PATIENT, {});
      const [first] = await arrivals.until((events) => events.length > 0 && events);
      assert.equal(first.error, undefined);
      assert.deepEqual(first.data.patientChanged.changed, []);
      assert.ok(first.data.patientChanged.cursor.length > 0);
      assert.match(first.data.patientChanged.patient.id, /^patient_/);
      const id = await change();
      const events = await arrivals.until(named(id));
      assert.deepEqual(told(events, [id]), [id]);
      assert.notEqual(events.at(-1).data.patientChanged.cursor, first.data.patientChanged.cursor);
    });

    it('goes on by itself after its connection was cut, with nothing lost or told twice', async () => {
      const road = await startProxy(server.port);
      try {
        const arrivals = subscribe(road.port, patient, PATIENT, {});
        await arrivals.until((events) => events.length > 0);
        const early = await change();
        await arrivals.until(named(early));
        road.cut();
        const missed = [await change(), await change(), await log(3)];
        road.mend();
        await arrivals.until(named(...missed));
        const late = await change();
        const events = await arrivals.until(named(late));
        assert.deepEqual(told(events, [early, ...missed, late]), [early, ...missed, late]);
        assert.deepEqual(events.filter(({ error, complete }) => error || complete), []);
      } finally {
        await road.stop();
      }
    });

    it('tells what was missed since the cursor that it is given', async () => {
      const before = subscribe(server.port, patient, PATIENT, {});
      const [first] = await before.until((events) => events.length > 0 && events);
      const missed = [await change(), await change()];
      const { cursor } = first.data.patientChanged;
      const again = subscribe(server.port, patient, PATIENT, { after: cursor });
      assert.deepEqual(told(await again.until(named(...missed)), missed), missed);
    });

    it('refuses a cursor that is none', async () => {
      const arrivals = subscribe(server.port, patient, PATIENT, { after: 'not a cursor' });
      const [first] = await arrivals.until((events) => events.length > 0 && events);
      assert.ok(!first.data?.patientChanged);
      assert.deepEqual(codesOf(first), ['BAD_USER_INPUT'], inspect(first, { depth: 6 }));
    });

    it('shows the therapist the row of a patient who has logged', async () => {
      const ready = subscribe(server.port, patient, PATIENT, {});
      const [first] = await ready.until((events) => events.length > 0 && events);
      const { id } = first.data.patientChanged.patient;
      const arrivals = subscribe(server.port, therapist, CASELOAD, {});
      const rowOf = ({ data }) => data?.caseloadChanged.patient.id === id;
      const listening = arrivals.until((events) => events.find(rowOf));
      while (!(await Promise.race([listening, log(1).then(() => null)])));
      await log(7);
      const { data } = await arrivals.until((events) =>
        events.find((event) => rowOf(event) && event.data.caseloadChanged.painNow === 7),
      );
      assert.match(data.caseloadChanged.patient.name, /^Demo Patient/);
    });
  });
}

describe('A session that ends', () => {
  it('ends its subscriptions on every wire, and each client is told why', async () => {
    const { accessToken } = await signIn(server.url, 'patient');
    const opened = Object.values(WIRES).map((open) => open(server.port, accessToken, PATIENT, {}));
    try {
      await Promise.all(opened.map(({ arrivals }) => arrivals.until((events) => events.length > 0)));
      await send(server.url, 'mutation { signOut { userErrors { code } } }', {}, accessToken);
      const ended = (event) => event.error?.code === FORBIDDEN || codesOf(event).includes('UNAUTHENTICATED');
      await Promise.all(opened.map(({ arrivals }) => arrivals.until((events) => events.some(ended))));
    } finally {
      opened.forEach(({ stop }) => stop());
    }
  });
});
