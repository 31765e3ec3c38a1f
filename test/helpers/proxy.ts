import { once } from 'node:events';
import { createServer, type IncomingMessage, request as forward, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** What the proxy does instead of its work. */
export type ProxyFault =
  | { status: number }
  | 'hang'
  | 'reset'
  /** Of a request that is passed on: the host gets it, and its answer is lost on the way. */
  | { statusAfterPassingOn: number };

/** A proxy of HTTP, which opens tunnels and passes requests on. */
export interface TestProxy extends AsyncDisposable {
  /** `http://127.0.0.1:…` */
  url: string;
  /** What it was asked for: `CONNECT host:port`, or method and address. */
  asked: string[];
  /** Values of `Proxy-Authorization` that came. */
  authorizations: (string | undefined)[];
  fault?: ProxyFault | undefined;
}

/** @param demands value of `Proxy-Authorization` without which it answers 407. @default none is demanded */
export async function startProxy({ demands }: { demands?: string } = {}): Promise<TestProxy> {
  const sockets = new Set<Socket>();
  const isLetIn = ({ headers }: IncomingMessage): boolean =>
    demands === undefined || headers['proxy-authorization'] === demands;

  function passOn(request: IncomingMessage, response: ServerResponse): void {
    const { fault } = proxy;
    note(request, `${request.method ?? ''} ${request.url ?? ''}`);
    if (fault === 'hang') return;
    if (fault === 'reset') return void request.socket.resetAndDestroy();
    if (!isLetIn(request)) return void response.writeHead(407, { server: 'squid/5.7' }).end();
    if (fault !== undefined && 'status' in fault) return void response.writeHead(fault.status).end('<html></html>');
    const { 'proxy-authorization': _, ...headers } = request.headers;
    const onward = forward(request.url ?? '', { method: request.method, headers }, (answer) => {
      if (fault !== undefined) {
        answer.resume();
        return void response.writeHead(fault.statusAfterPassingOn).end();
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.writeHead(502).end());
    request.pipe(onward);
  }

  function openTunnel(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const { fault } = proxy;
    note(request, `CONNECT ${request.url ?? ''}`);
    if (fault === 'hang') return;
    if (fault === 'reset') return void socket.resetAndDestroy();
    const refused = isLetIn(request)
      ? typeof fault === 'object' && 'status' in fault
        ? fault.status
        : undefined
      : 407;
    if (refused !== undefined) {
      socket.end(`HTTP/1.1 ${refused} No\r\nserver: squid/5.7\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
      return;
    }
    const [, hostname = '', port = ''] = /^(.*):(\d+)$/.exec(request.url ?? '') ?? [];
    const onward = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.write(head);
      onward.pipe(socket);
      socket.pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
    socket.on('close', () => onward.destroy());
  }

  function note({ headers }: IncomingMessage, asked: string): void {
    proxy.asked.push(asked);
    proxy.authorizations.push(headers['proxy-authorization']);
  }

  const server = createServer(passOn);
  server.on('connect', openTunnel);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: TestProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    authorizations: [],
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}
