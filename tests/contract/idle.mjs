// How much memory the server takes for 1,000 idle subscriptions over WebSockets:
//   npm run idle
// Prints the resident memory before and after. A release build tells more than a debug one.

import { readFile } from 'node:fs/promises';
import WebSocket from 'ws';
import { signIn, startServer } from './server.mjs';

const COUNT = 1000;
const DOCUMENT = 'subscription { patientChanged { cursor } }';

const resident = async (pid) => Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))[1]);

function follow(url, token) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, 'graphql-transport-ws');
    const say = (message) => socket.send(JSON.stringify(message));
    socket.on('open', () => say({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
    socket.on('message', (data) => {
      const { type } = JSON.parse(data);
      if (type === 'connection_ack') say({ type: 'subscribe', id: '1', payload: { query: DOCUMENT } });
      if (type === 'next') resolve(socket);
      if (type === 'error') reject(new Error(String(data)));
    });
    socket.on('error', reject);
  });
}

const server = await startServer({ PLUMBLINE_SERVER__MAX_CONNECTIONS_PER_ADDRESS: '2000' });
try {
  const { accessToken: token } = await signIn(server.url, 'patient');
  const before = await resident(server.pid);
  const sockets = [];
  while (sockets.length < COUNT) {
    const some = Array.from({ length: 50 }, () => follow(server.socketUrl, token));
    sockets.push(...(await Promise.all(some)));
  }
  const after = await resident(server.pid);
  console.log(`${before} kB before, ${after} kB with ${COUNT} subscriptions: ${(after - before) / COUNT} kB each`);
  sockets.forEach((socket) => socket.terminate());
} finally {
  await server.stop();
}
