#!/usr/bin/env bash
# Sinch's SDK turns every text of an answer that looks like a time into a Date, also what a customer was sent: a text
# message of "2026-12-24T18:00:00Z" comes back as an object, and a client reference of that form as well.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @sinch/sdk-core@1.4.0 @sinch/sms@1.4.0

cat >probe.mjs <<'PROBE'
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
const require = createRequire(import.meta.url);
const { SmsService } = require('@sinch/sms');
const { version } = JSON.parse(readFileSync('node_modules/@sinch/sms/package.json', 'utf8'));

const TEXT = '2026-12-24T18:00:00Z';
const batch = { id: '01FC66621XXXXX119Z8PMV1QPQ', to: ['447400000000'], from: '12345', canceled: false, type: 'mt_text', body: TEXT, client_reference: TEXT, delivery_report: 'none' };
const server = createServer((_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(batch));
}).listen(0, '127.0.0.1', async () => {
  const sms = new SmsService({ servicePlanId: 'plan', apiToken: 'token', smsHostname: `http://127.0.0.1:${server.address().port}` });
  const read = await sms.batches.get({ batch_id: batch.id });
  server.close();
  const seen = Object.fromEntries(['body', 'client_reference', 'id'].map((name) => [name, Object.prototype.toString.call(read[name])]));
  console.log(`@sinch/sms ${version}: the answer's body and client_reference are the text ${JSON.stringify(TEXT)}`);
  console.log(`as read by the SDK: ${JSON.stringify(seen)}`);
  if (seen.body !== '[object Date]' || seen.client_reference !== '[object Date]' || seen.id !== '[object String]') {
    console.error('This has changed: texts stay texts now, or the answer was read differently.');
    process.exit(1);
  }
});
PROBE
node probe.mjs
