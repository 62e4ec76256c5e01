// The simulator of push services is honest: what node-apn and firebase-admin send, it takes, and it
// answers so that they understand it. What they send for a reminder is what our own client sends.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import tls from 'node:tls';
import apn from '@parse/node-apn';
import { cert, deleteApp, initializeApp } from 'firebase-admin/app';
import { getMessaging } from 'firebase-admin/messaging';
import { startPushProvider } from './push-provider.mjs';

/** What our own client sends for a reminder: `tests/push/gateway.rs` holds it to this file. */
const REMINDER = JSON.parse(await readFile(new URL('reminder.json', import.meta.url)));
const ID = REMINDER.apple.headers['apns-id'];
const DELIVERY = REMINDER.apple.payload.delivery;

/** A request without what only its way through the network is told by. */
function meant({ method, path, headers, payload }) {
  const { authorization, 'content-type': type, ...others } = headers;
  const kept = Object.entries(others).filter(([name]) => name.startsWith('apns-'));
  kept.push(['authorization', authorization.split(' ')[0]]);
  if (type) kept.push(['content-type', type.split(';')[0]]);
  return { method, path, headers: Object.fromEntries(kept), payload };
}

describe('Apple, by node-apn', () => {
  const device = REMINDER.apple.path.split('/').at(-1);
  let simulator;
  let client;

  before(async () => {
    simulator = await startPushProvider();
    const { port, key } = simulator.apple;
    client = new apn.Provider({
      address: 'localhost',
      port,
      ca: simulator.ca.pem,
      token: { key: key.pem, keyId: key.id, teamId: key.team },
    });
  });
  after(async () => {
    await client?.shutdown();
    await simulator?.stop();
  });

  /** The push of a reminder. */
  const reminder = (changed = {}) =>
    new apn.Notification({
      id: ID,
      topic: simulator.apple.key.topic,
      pushType: 'alert',
      priority: 10,
      expiry: Math.floor(Date.now() / 1000) + 600,
      collapseId: ID,
      titleLocKey: 'REMINDER_EXERCISE_TITLE',
      locKey: 'REMINDER_EXERCISE_BODY',
      sound: 'default',
      category: 'REMINDER',
      threadId: 'REMINDER',
      interruptionLevel: 'time-sensitive',
      payload: { delivery: DELIVERY, kind: 'EXERCISE' },
      ...changed,
    });
  const reasons = ({ failed }) => failed.map(({ status, response }) => [status, response.reason]);

  it('takes a reminder, and has of it what our own client sends', async () => {
    const expiry = Number(REMINDER.apple.headers['apns-expiration']);
    const { sent, failed } = await client.send(reminder({ expiry }), device);
    assert.deepEqual([sent.map((push) => push.device), failed], [[device], []]);
    const [received] = await simulator.ask({ of: 'apple', do: 'received' });
    assert.match(received.headers.authorization, /^bearer eyJ/);
    assert.deepEqual(meant(received), REMINDER.apple);
  });

  it('shows a push that is repeated once', async () => {
    for (const push of [reminder(), reminder()]) await client.send(push, device);
    const [shown, ...more] = await simulator.ask({ of: 'apple', do: 'shown', token: device });
    assert.deepEqual([shown.id, shown.pushes, more], [ID, 2, []]);
  });

  it('takes many at once on one connection', async () => {
    const devices = Array.from({ length: 60 }, (_, number) => number.toString(16).padStart(64, '0'));
    const { sent, failed } = await client.send(reminder(), devices);
    assert.deepEqual([sent.length, failed], [60, []]);
    const { connections } = await simulator.ask({ of: 'apple', do: 'counts' });
    assert.equal(connections, 1);
  });

  it('refuses with reasons that the library reads', async () => {
    assert.deepEqual(reasons(await client.send(reminder(), 'no-token')), [[400, 'BadDeviceToken']]);
    assert.deepEqual(reasons(await client.send(reminder({ topic: 'example.other' }), device)), [
      [400, 'TopicDisallowed'],
    ]);
    const gone = { reason: 'Unregistered', timestamp: 1_700_000_000_000 };
    await simulator.ask({ of: 'apple', do: 'next', count: 1, status: 410, body: gone });
    const { failed } = await client.send(reminder(), device);
    assert.deepEqual([failed[0].status, failed[0].response], [410, gone]);
  });

  it('is tried again by the library when it is busy', async () => {
    const busy = { reason: 'ServiceUnavailable' };
    await simulator.ask({ of: 'apple', do: 'next', count: 1, status: 503, body: busy, retry_after: 0 });
    assert.equal((await client.send(reminder(), device)).sent.length, 1);
  });

  it('says goodbye so that the library comes again', async () => {
    await simulator.ask({ of: 'apple', do: 'goodbye' });
    assert.equal((await client.send(reminder(), device)).sent.length, 1);
  });
});

describe('Google, by firebase-admin', () => {
  const device = REMINDER.google.payload.message.token;
  let simulator;
  let folder;
  let app;
  let messaging;

  before(async () => {
    simulator = await startPushProvider();
    const { port, serviceAccount } = simulator.google;
    // The library asks for Google's hosts: they lead here, and their names are checked all the same.
    const agent = new https.Agent({ ca: simulator.ca.pem });
    agent.createConnection = ({ host, servername }, connected) =>
      tls.connect(
        { host: '127.0.0.1', port, servername: servername || host, ca: simulator.ca.pem, ALPNProtocols: ['http/1.1'] },
        connected,
      );
    // As a file, because the library forgets the agent where it is given the object.
    folder = await mkdtemp(path.join(tmpdir(), 'plumbline-contract-'));
    const file = path.join(folder, 'service-account.json');
    await writeFile(file, JSON.stringify(serviceAccount));
    app = initializeApp({ credential: cert(file, agent), projectId: serviceAccount.project_id, httpAgent: agent });
    messaging = getMessaging(app);
    messaging.enableLegacyHttpTransport();
  });
  after(async () => {
    if (app) await deleteApp(app);
    if (folder) await rm(folder, { recursive: true });
    await simulator?.stop();
  });

  /** The push of a reminder. */
  const reminder = () => ({
    token: device,
    data: { delivery: DELIVERY, kind: 'EXERCISE' },
    android: {
      priority: 'high',
      ttl: 3_600_000,
      collapseKey: ID,
      notification: {
        titleLocKey: 'REMINDER_EXERCISE_TITLE',
        bodyLocKey: 'REMINDER_EXERCISE_BODY',
        channelId: 'reminders',
        tag: ID,
        visibility: 'private',
      },
    },
  });

  it('takes a reminder, and has of it what our own client sends', async () => {
    assert.match(await messaging.send(reminder()), /^projects\/plumbline-example\/messages\/0:/);
    const received = await simulator.ask({ of: 'google', do: 'received' });
    const push = received.find((request) => request.path.endsWith(':send'));
    assert.match(push.headers.authorization, /^Bearer ya29\.simulated-/);
    assert.deepEqual(meant(push), REMINDER.google);
  });

  it('shows a push that is repeated once, for one access token', async () => {
    await messaging.send(reminder());
    const [shown, ...more] = await simulator.ask({ of: 'google', do: 'shown', token: device });
    assert.deepEqual([shown.id, shown.pushes, more], [ID, 2, []]);
    const received = await simulator.ask({ of: 'google', do: 'received' });
    assert.equal(received.filter((request) => request.path.endsWith('/token')).length, 1);
  });

  it('refuses with codes that the library reads', async () => {
    const code = (message) => messaging.send(message).then(() => 'taken', (error) => error.code);
    assert.equal(await code({ ...reminder(), token: 'no token' }), 'messaging/invalid-argument');
    for (const [status, canonical, errorCode, expected] of [
      [404, 'NOT_FOUND', 'UNREGISTERED', 'messaging/registration-token-not-registered'],
      [403, 'PERMISSION_DENIED', 'SENDER_ID_MISMATCH', 'messaging/mismatched-credential'],
      [429, 'RESOURCE_EXHAUSTED', 'QUOTA_EXCEEDED', 'messaging/message-rate-exceeded'],
    ]) {
      const details = [{ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode }];
      const body = { error: { code: status, message: 'no', status: canonical, details } };
      await simulator.ask({ of: 'google', do: 'next', count: 1, status, body });
      assert.equal(await code(reminder()), expected);
    }
  });
});
