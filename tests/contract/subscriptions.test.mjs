// Subscriptions over each wire, and what becomes of them when the connection drops.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { typeId } from './ids.mjs';
import { startProxy } from './proxy.mjs';
import { send, signIn, startServer } from './server.mjs';
import { WIRES } from './wires.mjs';

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
const named = (...ids) => (events) => ids.every((id) => changedOf(events).includes(id)) && events;

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
      assert.deepEqual(changedOf(events), [id]);
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
        assert.deepEqual(changedOf(events), [early, ...missed, late]);
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
      assert.deepEqual(changedOf(await again.until(named(...missed))), missed);
    });

    it('refuses a cursor that is none', async () => {
      const arrivals = subscribe(server.port, patient, PATIENT, { after: 'not a cursor' });
      const [{ data, errors, error }] = await arrivals.until((events) => events.length > 0 && events);
      assert.ok(!data?.patientChanged);
      assert.match(JSON.stringify(errors ?? error), /BAD_USER_INPUT/);
    });

    it('shows the therapist the row of a patient who has logged', async () => {
      const ready = subscribe(server.port, patient, PATIENT, {});
      const [first] = await ready.until((events) => events.length > 0 && events);
      const { id } = first.data.patientChanged.patient;
      const arrivals = subscribe(server.port, therapist, CASELOAD, {});
      const row = (pain) => (events) =>
        events.find(({ data }) => data?.caseloadChanged.patient.id === id && data.caseloadChanged.painNow === pain);
      let pain = 0;
      do {
        pain += 1;
        await log(pain);
      } while (pain < 4);
      const { data } = await arrivals.until(row(pain));
      assert.match(data.caseloadChanged.patient.name, /^Demo Patient/);
    });
  });
}
