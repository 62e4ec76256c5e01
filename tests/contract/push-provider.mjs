// Starts the simulator of Apple's and Google's push services for a test file.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { BINARY } from './server.mjs';

/** Beside the server's binary, where a build of the workspace puts it. */
const SIMULATOR = path.join(path.dirname(BINARY), 'push-provider');

/**
 * The simulator: what clients need (`ca`, `apple`, `google`), `ask` for a command such as
 * `ask({ of: 'apple', do: 'received' })`, and `stop`. It ends with this process, however that ends.
 */
export async function startPushProvider() {
  await access(SIMULATOR).catch(() => {
    throw new Error(`There is no ${SIMULATOR}: build it with "cargo build -p tests --bins".`);
  });
  const child = spawn(SIMULATOR, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error('The simulator ended.');
    return JSON.parse(value);
  };
  const settings = await next();
  const ask = (command) => {
    child.stdin.write(`${JSON.stringify(command)}\n`);
    return next();
  };
  const stop = async () => {
    child.stdin.end();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
  return { ...settings, ask, stop };
}
