#!/usr/bin/env bash
# libphonenumber-js reads the 0 of "+420 (0) 601 123 456", which people write and nobody dials, as a digit of the number where the
# country has no national prefix, and calls the result possible: a number of ten national digits that belongs to nobody, or to a
# stranger. Where 0 is the national prefix, as in Britain, it is dropped.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund libphonenumber-js@1.13.16

cat >probe.cjs <<'PROBE'
const { parsePhoneNumberFromString } = require('libphonenumber-js/min');
const { version } = require('libphonenumber-js/package.json');
console.log(`libphonenumber-js ${version}, Node.js ${process.version}`);
const read = (text) => {
  const number = parsePhoneNumberFromString(text);
  return { text, number: number?.number, isPossible: number?.isPossible() };
};
const czech = read('+420 (0) 601 123 456');
const british = read('+44 (0) 7400 123456');
console.log(czech);
console.log(british);
if (czech.number !== '+4200601123456' || !czech.isPossible || british.number !== '+447400123456') {
  console.error('This has changed.');
  process.exit(1);
}
PROBE
node probe.cjs
