// Starts a demo server of its own for a test file, and signs people in.
//
// PLUMBLINE_BIN names the binary; without it, that of a debug build of the workspace is used.
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const BINARY =
  process.env.PLUMBLINE_BIN ??
  fileURLToPath(new URL('../../target/debug/plumbline', import.meta.url));
const START_LIMIT = 60_000;
const PATIENTS = '16';

// A file that runs out of time is ended by this signal; its server is to go with it.
process.once('SIGTERM', () => process.exit(1));

/** A port of the loopback address that nobody listens on. */
export async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

/**
 * A server with the people of the demo: `plumbline demo`, or, where there are `settings`, which the
 * demo does not take, `plumbline serve` on a database with the same people. Settings are variables
 * of the environment, as `{ PLUMBLINE_LOG__LEVEL: 'debug' }`. Answers the URLs, and `stop`.
 */
export async function startServer(settings = null) {
  await needBinary();
  const folder = await mkdtemp(path.join(tmpdir(), 'plumbline-contract-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const { pid, port, stop } = await started(folder, settings);
    const end = () => stop().then(remove);
    const authority = `127.0.0.1:${port}/graphql`;
    return { pid, port, url: `http://${authority}`, socketUrl: `ws://${authority}`, stop: end };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Starts the process on this folder, and waits until it answers. */
async function started(folder, settings) {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const demo = ['demo', '--data', path.join(folder, 'data'), '--listen', address, '--patients', PATIENTS];
  const env = settings ? await seeded(folder, address, settings) : surroundings();
  const child = spawn(BINARY, settings ? ['serve'] : demo, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const orphan = () => child.kill('SIGKILL');
  process.once('exit', orphan);
  let complaints = '';
  child.stderr.on('data', (text) => (complaints = (complaints + text).slice(-4000)));
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    process.off('exit', orphan);
  };
  try {
    await alive(child, port);
  } catch (error) {
    await stop();
    throw new Error(`${error.message}\n${complaints}`);
  }
  return { pid: child.pid, port, stop };
}

/** Makes a database with the people of the demo. Answers the environment for a server on it. */
async function seeded(folder, address, settings) {
  const database = {
    PLUMBLINE_DATABASE__URL: `sqlite://${path.join(folder, 'plumbline.sqlite3')}?mode=rwc`,
    PLUMBLINE_KEYS__INSTALLATION_KEY: randomBytes(32).toString('base64'),
    PLUMBLINE_ACCOUNTS__REQUIRE_SECOND_FACTOR: 'false',
  };
  const env = { ...surroundings(), ...database, PLUMBLINE_SERVER__LISTEN: address, ...settings };
  await promisify(execFile)(BINARY, ['migrate'], { env });
  await promisify(execFile)(BINARY, ['seed', '--patients', PATIENTS], { env });
  return env;
}

async function needBinary() {
  await access(BINARY).catch(() => {
    throw new Error(`There is no ${BINARY}: build it with "cargo build -p api", or set PLUMBLINE_BIN.`);
  });
}

/** Runs a command of the program, as `run('schema')`, to its end. */
export async function run(...command) {
  await needBinary();
  await promisify(execFile)(BINARY, command, { env: surroundings() });
}

/** The environment without settings of the server, which refuses those that it does not know. */
function surroundings() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PLUMBLINE_')));
}

async function alive(child, port) {
  const end = Date.now() + START_LIMIT;
  while (Date.now() < end) {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}.`);
    const answer = await fetch(`http://127.0.0.1:${port}/livez`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('The server did not come up.');
}

/** One operation by bare HTTP, with no client library in between. Answers the whole body. */
export async function send(url, query, variables = {}, token = null) {
  const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
  if (token) headers.authorization = `Bearer ${token}`;
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  return answer.json();
}

const SIGN_IN = `mutation SignIn($input: SignInInput!) {
  signIn(input: $input) { session { accessToken refreshToken } userErrors { code } }
}`;

/** The tokens of a person of the demo: `patient` or `therapist`. */
export async function signIn(url, who) {
  const input = { email: `${who}@demo.example`, password: 'plumbline-demo' };
  const { data } = await send(url, SIGN_IN, { input });
  return data.signIn.session;
}
