/** MMS codes, 1000 to 4999, as the MM7 gateway gives them. */
import type { CodeEntry, CodeRange, Fault, Permanence } from './code-explanation.ts';
import { SOURCES } from './sources.ts';

const TELL_SINCH =
  'the request as Sinch passes it on cannot be changed from here: give Sinch the code and the batch id';
const SET_UP = 'ask Sinch to set the account and the sender up for MMS';
const MEDIA = 'look at size, type and content of the media';
const LATER = 'send it again later if it still matters';

type Row = readonly [code: number, name: string, fault: Fault, permanence: Permanence, meaning: string, advice: string];

const ROWS: readonly Row[] = [
  [1000, 'Success', 'nobody', 'none', 'the gateway took the MMS', 'nothing: it is on its way'],
  [2000, 'Client error', 'integration', 'permanent', 'the gateway takes no requests from this address', SET_UP],
  [
    2002,
    'Address error',
    'recipient',
    'permanent',
    'the number is none that an MMS can go to',
    'check the number with the customer',
  ],
  [2004, 'Media refused', 'operator', 'permanent', 'the operator does not take what the MMS holds', MEDIA],
  [2007, 'Request not readable', 'sinch', 'permanent', 'the gateway could not read the request', TELL_SINCH],
  [
    2500,
    'Wrong content length or type',
    'sinch',
    'permanent',
    'the request to the gateway lacked its length or its type',
    TELL_SINCH,
  ],
  [2502, 'No recipient', 'sinch', 'permanent', 'the request to the gateway lacked the recipient', TELL_SINCH],
  [2503, 'Several recipients', 'sinch', 'permanent', 'the gateway takes one recipient at a time', TELL_SINCH],
  [2504, 'No sender', 'integration', 'permanent', 'the request to the gateway lacked the sender', SET_UP],
  [2505, 'Unsupported MM7 version', 'sinch', 'permanent', 'the gateway does not speak this version', TELL_SINCH],
  [2506, 'No content', 'sinch', 'permanent', 'the request to the gateway lacked its content', TELL_SINCH],
  [2507, 'Unsupported namespace', 'sinch', 'permanent', 'the gateway does not know a name in the request', TELL_SINCH],
  [2510, 'Invalid SOAP header', 'sinch', 'permanent', 'the header of the request to the gateway was wrong', TELL_SINCH],
  [2511, 'Invalid SOAP body', 'sinch', 'permanent', 'the body of the request to the gateway was wrong', TELL_SINCH],
  [2512, 'Unsupported operation', 'sinch', 'permanent', 'the gateway does not do what was asked of it', TELL_SINCH],
  [2513, 'Media not readable', 'request', 'permanent', 'the gateway could not read the media', MEDIA],
  [2514, 'Invalid type of the media', 'request', 'permanent', 'the type of the media was not well-formed', MEDIA],
  [2515, 'Invalid type of the body', 'sinch', 'permanent', 'the type of the request was not well-formed', TELL_SINCH],
  [
    2550,
    'Account disabled',
    'integration',
    'permanent',
    'the account is no longer set up for MMS',
    'ask Sinch to enable MMS for the account again',
  ],
  [2551, 'Account not set up', 'integration', 'permanent', 'the account is not set up for this gateway', SET_UP],
  [
    2560,
    'Too large',
    'request',
    'permanent',
    'the MMS is larger than the gateway takes',
    'make the media smaller: images below 740 KB, animated ones below 600 KB',
  ],
  [2561, 'Invalid identification', 'integration', 'permanent', 'the account was not recognised', SET_UP],
  [2562, 'Invalid service id', 'integration', 'permanent', 'the id of the service is wrong', SET_UP],
  [
    2563,
    'Invalid sender',
    'integration',
    'permanent',
    'the short code or number is wrong, or not set up for MMS',
    SET_UP,
  ],
  [2564, 'Invalid API key', 'integration', 'permanent', 'the key of the account at the gateway is wrong', SET_UP],
  [2565, 'Reply charging not supported', 'sinch', 'permanent', 'the gateway does not charge replies', TELL_SINCH],
  [2566, 'Invalid operator', 'sinch', 'permanent', 'the gateway does not know the operator that was named', TELL_SINCH],
  [2567, 'No operator', 'sinch', 'permanent', 'the gateway must be told the operator', TELL_SINCH],
  [2568, 'Not authenticated', 'integration', 'permanent', 'the gateway did not take the credentials', SET_UP],
  [3000, 'System error', 'sinch', 'temporary', 'the gateway failed', LATER],
  [
    3001,
    'Number blocked',
    'recipient',
    'permanent',
    'the number is on a list of numbers that get no MMS',
    'treat the customer as opted out, and do not send again',
  ],
  [
    3002,
    'Charged party not supported',
    'sinch',
    'permanent',
    'the gateway cannot charge whom it was told to',
    TELL_SINCH,
  ],
  [
    3003,
    'Media not fetched',
    'request',
    'permanent',
    'the media could not be fetched from its address, or took too long',
    'open `mediaUrl` without logging in, and serve it faster or make it smaller',
  ],
  [3500, 'Time-out', 'operator', 'temporary', "the operator's gateway did not answer in time", LATER],
  [
    3510,
    'Throughput exceeded',
    'integration',
    'temporary',
    'more was sent than the account may send',
    "lower the integration's messages per second, or have the rate raised at Sinch",
  ],
  [
    3520,
    'Set-up problem',
    'integration',
    'permanent',
    'the account is not set up right',
    'ask your account manager at Sinch',
  ],
  [4000, 'Refused by the operator', 'operator', 'permanent', 'the operator refused the MMS and gave no reason', MEDIA],
  [4002, 'Version refused', 'operator', 'permanent', "the operator's gateway does not speak this version", TELL_SINCH],
  [4003, 'Operation refused', 'operator', 'permanent', 'the operator does not take this operation or format', MEDIA],
  [4004, 'Validation failed', 'operator', 'permanent', 'the operator found something wrong with the MMS', MEDIA],
  [4006, 'Service unavailable', 'operator', 'temporary', "the operator's gateway had too much to do", LATER],
  [
    4007,
    'Service denied',
    'recipient',
    'permanent',
    'the operator delivers no MMS to this number',
    'send an SMS instead',
  ],
];

/** The codes that Sinch documents. How long each lasts is our reading: the page does not say. */
export const MMS_CODES: readonly CodeEntry[] = ROWS.map(([code, name, fault, permanence, meaning, advice]) => ({
  code,
  name,
  meaning,
  fault,
  advice,
  permanence,
  source: SOURCES.mm7,
}));

/** What the first digit says of every other code. */
export const MMS_RANGES: readonly CodeRange[] = (
  [
    [1000, 1999, 'Undocumented MMS code', 'nobody', 'it is in the range of success'],
    [2000, 2999, 'Undocumented MMS error', 'request', 'errors of its range are in the request or the account'],
    [3000, 3999, 'Undocumented MMS error', 'sinch', 'errors of its range are in the gateway or behind it'],
    [4000, 4999, 'Undocumented MMS error', 'operator', "errors of its range are the operator's refusals"],
  ] as const
).map(([from, to, name, fault, range]) => ({
  from,
  to,
  name,
  meaning: `Sinch does not document this code; ${range}`,
  fault,
  advice: 'give Sinch the code and the batch id',
  permanence: 'none',
  unconfirmed: true,
  source: SOURCES.mm7,
}));
