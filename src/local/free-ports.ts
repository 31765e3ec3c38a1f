import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/**
 * Finds ports on `ip` that nobody listens on, all different. They are free, not reserved: whoever binds one must be
 * ready to find it taken.
 */
export async function findFreePorts(ip: string, count: number): Promise<number[]> {
  const listeners: Server[] = [];
  try {
    for (let i = 0; i < count; i += 1) {
      const listener = createServer();
      listeners.push(listener);
      listener.listen(0, ip);
      await once(listener, 'listening');
    }
    const ports = listeners.map((listener) => (listener.address() as AddressInfo).port);
    if (process.platform === 'linux') {
      await Promise.all(listeners.map(async (listener) => leaveInTimeWait(listener, ip)));
    }
    return ports;
  } finally {
    await Promise.all(listeners.map(async (listener) => closed(listener)));
  }
}

/**
 * Linux hands out ephemeral ports at random, so that a port just given up may go to somebody else at once. One
 * connection that the listening side ends first keeps the port out of that lottery for a minute, and it can still be
 * bound by name.
 */
async function leaveInTimeWait(listener: Server, ip: string): Promise<void> {
  const { port } = listener.address() as AddressInfo;
  const accepted = once(listener, 'connection') as Promise<[Socket]>;
  const caller = connect(port, ip);
  caller.on('error', () => caller.destroy());
  const [socket] = await accepted;
  const bothClosed = Promise.all([once(caller, 'close'), once(socket, 'close')]);
  caller.resume();
  socket.resume().end();
  await bothClosed;
}

async function closed(listener: Server): Promise<void> {
  if (!listener.listening) return;
  await new Promise<void>((resolve) => {
    listener.close(() => resolve());
  });
}
