#!/usr/bin/env bash
# undici's EnvHttpProxyAgent asks the proxy of HTTP_PROXY for https addresses too where HTTPS_PROXY is not set, which curl does not
# do: a proxy that is meant for plain HTTP alone gets CONNECT requests.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund undici@7.30.2

cat >probe.mjs <<'PROBE'
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { EnvHttpProxyAgent, request } from 'undici';

const { version } = JSON.parse(readFileSync('node_modules/undici/package.json', 'utf8'));
for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy']) delete process.env[name];
const seen = [];
const proxy = createServer().on('connect', (asked, socket) => {
  seen.push(`${asked.method} ${asked.url}`);
  socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n');
});
await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
process.env.HTTP_PROXY = `http://127.0.0.1:${proxy.address().port}`;
const agent = new EnvHttpProxyAgent();
const outcome = await request('https://sms.example.test/', { dispatcher: agent }).then(
  ({ statusCode }) => `answered ${statusCode}`,
  ({ code, message }) => `${code}: ${message}`,
);
await agent.close();
proxy.close();
console.log(`undici ${version}, Node.js ${process.version}; HTTP_PROXY alone is set`);
console.log(`what the proxy saw of a request to https://sms.example.test/: ${JSON.stringify(seen)}`);
console.log(`what the caller was told: ${outcome}`);
if (seen[0] !== 'CONNECT sms.example.test:443') {
  console.error('This has changed: https goes by HTTPS_PROXY alone now.');
  process.exit(1);
}
PROBE
node probe.mjs
