/** SMPP network errors, 0 to 399: what the networks between Sinch and the handset say. */
import type { CodeEntry, CodeRange, Fault, Permanence } from './code-explanation.ts';
import { SOURCES } from './sources.ts';

/** Name, whose fault, meaning, advice. */
type Told = readonly [name: string, fault: Fault, meaning: string, advice: string];

const SEND_LATER = 'send it again later if it still matters';
const TELL_SINCH = 'if it repeats, give Sinch the code and the batch id';
const CHECK_NUMBER = 'check the number with the customer, and take it off the list if it stays so';
const OTHER_ROUTE = 'ask Sinch whether there is another route to this operator';
const CHECK_SENDER = "check with Sinch whether this sender is allowed and registered in the recipient's country";
const REPORT_SHAPE = 'nothing in the request can be changed about it; give Sinch the code and the batch id';

const INTERNAL: Told = [
  'Internal error',
  'sinch',
  'something failed inside Sinch, and the message is not to blame',
  TELL_SINCH,
];
const ROUTING: Told = [
  'Internal routing error',
  'sinch',
  'Sinch found no way to hand the message on, and the message is not to blame',
  TELL_SINCH,
];
const FACILITY: Told = [
  'Facility not supported',
  'operator',
  'the network the recipient is in cannot deliver short messages to this subscriber',
  'reach the customer by another channel',
];
const SYSTEM_FAILURE: Told = ['System failure', 'operator', "the operator's network failed", SEND_LATER];
const UNEXPECTED_DATA: Told = [
  'Unexpected data value',
  'operator',
  "the operator's network did not accept a value of the message",
  TELL_SINCH,
];
const DATA_MISSING: Told = [
  'Data missing',
  'operator',
  "the operator's network missed a value in the message",
  TELL_SINCH,
];
const REJECT: Told = [
  'Rejected by the network',
  'operator',
  "the operator's network refused the message, as it does while it has a problem or cannot be reached",
  OTHER_ROUTE,
];
const LOCAL_CANCEL: Told = [
  'Cancelled by the network',
  'operator',
  'the network gave the delivery up, as it does while it has a problem or cannot be reached',
  SEND_LATER,
];
const ABORT: Told = [
  'Aborted by the network',
  'operator',
  'the network broke the delivery off, as it does while it has a problem or cannot be reached',
  SEND_LATER,
];
const EXCEPTION: Told = ['Internal exception', 'sinch', "an exchange with the operator's network failed", TELL_SINCH];
const UNKNOWN: Told = ['Unknown error', 'unknown', 'the network gave no reason', SEND_LATER];
const MEMORY: Told = ["The handset's memory is full", 'recipient', 'the handset has no room for messages', SEND_LATER];

/** A barring list, in the words of the table: who sends or receives, and whose list it is. */
function barring(
  direction: 'from the sender' | 'to the recipient',
  whose: 'subscriber' | 'operator',
  list: string,
): Told {
  const fault = direction === 'from the sender' ? 'integration' : whose === 'subscriber' ? 'recipient' : 'operator';
  const advice =
    direction === 'from the sender'
      ? CHECK_SENDER
      : 'treat the customer as opted out, unless the customer says otherwise and has the block lifted';
  return [
    `Barred by the ${whose}'s ${list}`,
    fault,
    `the ${whose}'s ${list} keeps messages ${direction} from being delivered`,
    advice,
  ];
}

function malformed(what: string): Told {
  return [
    `Invalid ${what}`,
    'sinch',
    `the next network did not accept the ${what} that the message carried`,
    REPORT_SHAPE,
  ];
}

type Row = readonly [codes: number | readonly number[], permanence: Permanence, told: Told, unconfirmed?: true];

/** The table by the classes of Sinch's page. */
const CLASSES: Readonly<Record<string, readonly Row[]>> = {
  'no error': [
    [
      0,
      'temporary',
      [
        'No error, or an unknown one',
        'unknown',
        'the network named no error; a message that was not delivered can carry this code too, so the status decides',
        'go by the status; where it says failed, send the message again later if it still matters',
      ],
    ],
  ],
  routing: [
    [[1, 2, 3, 5, 6, 7, 8], 'permanent', ROUTING],
    [4, 'temporary', ROUTING],
    [
      9,
      'permanent',
      ['Unsupported numbering plan', 'recipient', 'there is no route to numbers of this plan', CHECK_NUMBER],
    ],
    [
      10,
      'permanent',
      ['Unsupported type of number', 'recipient', 'there is no route to numbers of this type', CHECK_NUMBER],
    ],
    [
      11,
      'permanent',
      ['Not delivered', 'operator', 'the message was not delivered, and the network told no more', CHECK_NUMBER],
    ],
    [
      12,
      'permanent',
      ['Dialling zone not found', 'recipient', 'the number belongs to no zone that Sinch knows', CHECK_NUMBER],
    ],
    [
      13,
      'permanent',
      [
        'Subscriber is away from the home network',
        'operator',
        'the subscriber is in another network, and delivery there is not allowed',
        OTHER_ROUTE,
      ],
    ],
    [
      14,
      'temporary',
      [
        'Subscriber could not be located',
        'operator',
        "the home network did not tell where the subscriber's SIM is",
        SEND_LATER,
      ],
    ],
    [
      17,
      'permanent',
      ['Destination network unknown', 'recipient', 'the number belongs to no network of a known type', CHECK_NUMBER],
    ],
  ],
  screening: [
    [
      15,
      'permanent',
      [
        'Blocked by screening',
        'request',
        'a filter on the way held the message for spam or found it not allowed',
        'look at the text for what reads like spam (links, shorteners, capitals), and have the sender registered',
      ],
    ],
    [
      16,
      'permanent',
      ["The recipient's SIM is blocked", 'recipient', "the recipient's SIM is on a list of blocked ones", CHECK_NUMBER],
    ],
    [
      19,
      'permanent',
      [
        'Sent from the wrong place',
        'integration',
        'the sender does not belong to the place that the message was sent from',
        CHECK_SENDER,
      ],
    ],
    [
      60,
      'permanent',
      [
        'Sender blocked',
        'integration',
        'the sender is blocked; for a US long number its campaign registration is not active',
        CHECK_SENDER,
      ],
    ],
    [
      61,
      'permanent',
      [
        'Recipient blocked',
        'recipient',
        'the number is on a list of numbers that get no messages',
        'treat the customer as opted out; where that is wrong, ask Sinch to take the number off the list',
      ],
    ],
    [
      62,
      'permanent',
      [
        'Text blocked',
        'request',
        'a filter found a word in the text, or took the message for spam',
        'change the text, and look at its links first',
      ],
    ],
    [
      63,
      'permanent',
      [
        'Service centre blocked',
        'operator',
        'the operator takes no messages from the centre that sent it',
        OTHER_ROUTE,
      ],
    ],
    [
      64,
      'permanent',
      [
        'Quota exceeded',
        'integration',
        "the sender's limit is used up; a US toll-free number that is not verified is blocked so too",
        "raise the sender's limit with Sinch or spread the campaign, and have a toll-free number verified",
      ],
    ],
    [65, 'permanent', ['Loop detected', 'sinch', 'the message came back on its way to where it had been', TELL_SINCH]],
    [
      66,
      'permanent',
      [
        'Encoding blocked',
        'operator',
        'the way takes no messages in this encoding',
        'keep to characters of the GSM alphabet: the preview names those that are not in it',
      ],
    ],
    [
      67,
      'permanent',
      [
        'Message header blocked',
        'operator',
        'the way takes no messages with this header, which texts of several parts have',
        'keep the text to one part',
      ],
    ],
    [250, 'permanent', barring('from the sender', 'subscriber', 'list of allowed numbers')],
    [251, 'permanent', barring('from the sender', 'subscriber', 'list of barred numbers')],
    [252, 'permanent', barring('from the sender', 'operator', 'list of allowed numbers')],
    [253, 'permanent', barring('from the sender', 'operator', 'list of barred numbers')],
    [254, 'permanent', barring('to the recipient', 'subscriber', 'list of allowed numbers')],
    [255, 'permanent', barring('to the recipient', 'subscriber', 'list of barred numbers')],
    [256, 'permanent', barring('to the recipient', 'operator', 'list of allowed numbers')],
    [
      257,
      'permanent',
      [
        'Barred by the operator',
        'recipient',
        "the number is on the operator's list of barred ones; at US toll-free numbers the recipient has opted out with STOP",
        'treat the customer as opted out; only the customer can undo it, in the US by answering START',
      ],
    ],
  ],
  'Sinch, internal': [
    [40, 'temporary', INTERNAL],
    [[50, 51, 52, 56], 'temporary', INTERNAL],
    [[53, 54, 55], 'permanent', INTERNAL],
  ],
  ESME: [
    [
      18,
      'temporary',
      ['Error of a connected system', 'sinch', "a system connected to Sinch's message centre failed", TELL_SINCH],
    ],
    [[70, 71, 73, 74, 75, 76], 'temporary', INTERNAL],
    [72, 'permanent', INTERNAL],
    [
      77,
      'permanent',
      [
        'Looking up the subscriber is blocked',
        'operator',
        "the operator does not let Sinch look up where the subscriber's SIM is",
        OTHER_ROUTE,
      ],
    ],
  ],
  SMSC: [
    [
      100,
      'permanent',
      ['Unidentified subscriber', 'recipient', 'the network knows no subscriber with this number', CHECK_NUMBER],
    ],
    [101, 'temporary', FACILITY],
    [102, 'temporary', SYSTEM_FAILURE],
    [103, 'permanent', UNEXPECTED_DATA],
    [104, 'permanent', DATA_MISSING],
    [
      105,
      'permanent',
      ['Protocol error of the equipment', 'operator', 'equipment on the way did not keep to the protocol', TELL_SINCH],
    ],
    [
      106,
      'temporary',
      [
        'Unknown service centre',
        'operator',
        'the network does not know the centre that the message came from',
        TELL_SINCH,
      ],
    ],
    [107, 'temporary', ['Service centre congested', 'operator', 'the message centre had too much to do', SEND_LATER]],
    [108, 'permanent', ['Invalid address', 'recipient', 'the number is none that messages can go to', CHECK_NUMBER]],
    [
      109,
      'temporary',
      [
        'Not a subscriber of the service centre',
        'operator',
        'the message centre does not serve this subscriber',
        SEND_LATER,
      ],
    ],
    [110, 'permanent', REJECT],
    [111, 'temporary', LOCAL_CANCEL],
    [112, 'temporary', ABORT],
    [113, 'permanent', EXCEPTION],
    [114, 'temporary', UNKNOWN],
  ],
  HLR: [
    [
      150,
      'permanent',
      ['Unknown subscriber', 'recipient', 'the operator knows no subscriber with this number', CHECK_NUMBER],
    ],
    [
      151,
      'permanent',
      [
        'Subscriber barred',
        'recipient',
        'the operator has barred the subscriber, or the subscriber has barred messages',
        'reach the customer by another channel',
      ],
    ],
    [
      152,
      'permanent',
      [
        'No subscription for messages',
        'recipient',
        'the subscription has no short messages, as that of a data SIM',
        'ask the customer for a number that takes messages',
      ],
    ],
    [153, 'temporary', ['Subscriber absent', 'recipient', 'the handset was off or out of reach', SEND_LATER]],
    [154, 'permanent', FACILITY],
    [155, 'temporary', SYSTEM_FAILURE],
    [156, 'permanent', UNEXPECTED_DATA],
    [157, 'permanent', DATA_MISSING],
    [158, 'temporary', MEMORY],
    [159, 'temporary', ['Subscriber not reachable', 'recipient', 'the handset could not be reached', SEND_LATER]],
    [160, 'permanent', REJECT],
    [161, 'temporary', LOCAL_CANCEL],
    [162, 'temporary', ABORT],
    [163, 'permanent', EXCEPTION],
    [164, 'temporary', UNKNOWN],
  ],
  MSC: [
    [
      200,
      'temporary',
      [
        'Subscriber not identified in the visited network',
        'operator',
        'the network the recipient is in does not know the subscriber at the moment',
        SEND_LATER,
      ],
    ],
    [
      201,
      'temporary',
      [
        'Subscriber absent for some time',
        'recipient',
        'the handset has been off or out of reach for some time',
        SEND_LATER,
      ],
    ],
    [202, 'temporary', ['No answer to paging', 'recipient', 'the handset did not answer the network', SEND_LATER]],
    [
      203,
      'temporary',
      [
        'Subscriber busy',
        'operator',
        'the network the recipient is in was congested, or another message was just on its way',
        SEND_LATER,
      ],
    ],
    [204, 'permanent', FACILITY],
    [
      205,
      'permanent',
      ['Illegal subscriber', 'recipient', "the network did not accept the recipient's SIM", CHECK_NUMBER],
    ],
    [
      206,
      'permanent',
      [
        'Illegal equipment',
        'recipient',
        'the handset is barred, as a stolen one is',
        'reach the customer by another channel',
      ],
    ],
    [207, 'temporary', SYSTEM_FAILURE],
    [208, 'permanent', UNEXPECTED_DATA],
    [209, 'permanent', DATA_MISSING],
    [210, 'temporary', MEMORY],
    [
      211,
      'temporary',
      ['Protocol error of the handset', 'recipient', 'the handset did not keep to the protocol', SEND_LATER],
    ],
    [
      212,
      'temporary',
      [
        'Handset takes no messages',
        'recipient',
        'the handset is not made for short messages',
        'ask the customer for another number',
      ],
    ],
    [213, 'permanent', REJECT],
    [214, 'temporary', LOCAL_CANCEL],
    [215, 'temporary', ABORT],
    [216, 'permanent', EXCEPTION],
    [217, 'temporary', UNKNOWN],
  ],
  'ESME, external': [
    [300, 'permanent', ['Invalid recipient', 'recipient', 'the next network did not accept the number', CHECK_NUMBER]],
    [
      301,
      'permanent',
      [
        'Invalid numbering plan of the recipient',
        'recipient',
        'the next network takes no numbers of this plan',
        CHECK_NUMBER,
      ],
    ],
    [
      302,
      'permanent',
      [
        "Invalid type of the recipient's number",
        'recipient',
        'the next network takes no numbers of this type',
        CHECK_NUMBER,
      ],
    ],
    [303, 'permanent', malformed('destination flag')],
    [304, 'permanent', malformed('number of destinations')],
    [310, 'permanent', ['Invalid sender', 'integration', 'the next network did not accept the sender', CHECK_SENDER]],
    [
      311,
      'permanent',
      [
        'Invalid numbering plan of the sender',
        'integration',
        'the next network takes no senders of this plan',
        CHECK_SENDER,
      ],
    ],
    [
      312,
      'permanent',
      ['Invalid type of sender', 'integration', 'the next network takes no senders of this type', CHECK_SENDER],
    ],
    [
      320,
      'permanent',
      ['Refused for good by the next network', 'operator', 'the next network has an error that will stay', TELL_SINCH],
    ],
    [
      321,
      'permanent',
      ['Rejected by the next network', 'operator', 'the next network refused the message', TELL_SINCH],
    ],
    // The page leaves open how long it lasts; its name says temporary.
    [
      322,
      'temporary',
      ['Refused for now by the next network', 'operator', 'the next network has a passing error', SEND_LATER],
      true,
    ],
    [330, 'permanent', malformed('command length')],
    [331, 'permanent', malformed('service type')],
    [
      332,
      'permanent',
      [
        'Invalid operation',
        'operator',
        'the next network did not take what was asked of it; US carriers refuse messages so',
        TELL_SINCH,
      ],
    ],
    [
      333,
      'permanent',
      ['Operation not allowed', 'operator', 'the next network does not allow what was asked of it', TELL_SINCH],
    ],
    [
      334,
      'permanent',
      [
        'Invalid parameter',
        'operator',
        'the next network did not accept a value of the message; US carriers refuse senders and recipients so',
        CHECK_SENDER,
      ],
    ],
    [
      335,
      'permanent',
      ['Parameter not allowed', 'operator', 'the next network does not allow a value of the message', TELL_SINCH],
    ],
    [336, 'permanent', malformed('parameter length')],
    [337, 'permanent', malformed('optional parameter')],
    [
      338,
      'permanent',
      ['Optional parameter missing', 'sinch', 'the next network missed a value in the message', REPORT_SHAPE],
    ],
    [339, 'permanent', malformed('validity')],
    [340, 'permanent', malformed('time of delivery')],
    [341, 'permanent', malformed('distribution list')],
    [342, 'permanent', malformed('message class')],
    [
      343,
      'permanent',
      ['Invalid message length', 'request', 'the next network does not take a text of this length', 'shorten the text'],
    ],
    [344, 'permanent', malformed('message reference')],
    [345, 'permanent', malformed('number of messages')],
    [346, 'permanent', malformed('predefined message')],
    [347, 'permanent', malformed('priority')],
    [348, 'permanent', malformed('replace flag')],
    [
      349,
      'permanent',
      [
        'Request failed',
        'operator',
        'the next network did not carry the request out; US carriers block messages so',
        'look at text and sender first, then give Sinch the code and the batch id',
      ],
    ],
    [350, 'temporary', malformed('request for a report')],
    [360, 'temporary', ['Queue full', 'operator', 'the queue of the next network was full', SEND_LATER]],
    [[361, 362], 'temporary', ['External error', 'operator', 'the next network failed', TELL_SINCH]],
    [370, 'temporary', ['Information not found', 'operator', 'the next network lost track of the message', SEND_LATER]],
    [399, 'temporary', UNKNOWN],
  ],
};

/** What Sinch's page on US long and toll-free numbers says of a code goes into its meaning. */
const US_CODES: ReadonlySet<number> = new Set([15, 60, 62, 64, 257, 332, 334, 349]);

/** The codes that Sinch documents. */
export const SMPP_CODES: readonly CodeEntry[] = Object.entries(CLASSES)
  .flatMap(([errorClass, rows]) => rows.flatMap((row) => entriesOf(errorClass, row)))
  .sort((a, b) => a.code - b.code);

function entriesOf(errorClass: string, [codes, permanence, told, unconfirmed]: Row) {
  const [name, fault, meaning, advice] = told;
  return [codes].flat().map((code) => ({
    code,
    name,
    meaning,
    fault,
    advice,
    permanence,
    errorClass,
    ...(unconfirmed ? { unconfirmed } : {}),
    source: US_CODES.has(code) ? SOURCES.usNumbers : SOURCES.smpp,
  }));
}

/** The class of every other code, by the neighbours that Sinch documents. */
export const SMPP_RANGES: readonly CodeRange[] = (
  [
    [0, 17, 'routing', 'sinch', 'somewhere in the routing of the message'],
    [18, 39, 'routing or screening', 'unknown', 'in the routing of the message or in a filter'],
    [40, 59, 'Sinch, internal', 'sinch', 'inside Sinch'],
    [60, 69, 'screening', 'unknown', 'in a filter on the way'],
    [70, 99, 'ESME', 'sinch', "in a system connected to Sinch's message centre"],
    [100, 149, 'SMSC', 'operator', 'in a message centre'],
    [150, 199, 'HLR', 'operator', "in the operator's register of subscribers"],
    [200, 249, 'MSC', 'operator', 'in the network that the recipient is in'],
    [250, 299, 'screening', 'unknown', 'in a list of barred numbers'],
    [300, 399, 'ESME, external', 'operator', 'in the next network'],
  ] as const
).map(([from, to, errorClass, fault, where]) => ({
  from,
  to,
  name: 'Undocumented network error',
  meaning: `Sinch does not document this code; codes near it come from an error ${where}`,
  fault,
  advice: TELL_SINCH,
  permanence: 'none',
  errorClass,
  unconfirmed: true,
  source: SOURCES.smpp,
}));
