// A road to the server that a test can cut, as a phone's network does.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** Passes connections on to a port of this machine until they are cut. */
export async function startProxy(target) {
  const sockets = new Set();
  let open = true;
  const listener = createServer((near) => {
    if (!open) return near.resetAndDestroy();
    const far = connect(target, '127.0.0.1');
    for (const [socket, other] of [[near, far], [far, near]]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    near.pipe(far);
    far.pipe(near);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const dropAll = () => sockets.forEach((socket) => socket.resetAndDestroy());
  return {
    port: listener.address().port,
    /** Resets every connection, and each new one until `mend`. */
    cut() {
      open = false;
      dropAll();
    },
    mend() {
      open = true;
    },
    async stop() {
      dropAll();
      listener.close();
      await once(listener, 'close');
    },
  };
}
