import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compare, type Comparison, type RecordedEvent, type RunFacts } from '../../chaos/compare.ts';
import { markdownTable } from '../../chaos/markdown-table.ts';
import type { ChaosRequest } from '../../chaos/requests.ts';
import { type ChaosResult, isRight, jsonOf, linesOf } from '../../chaos/report.ts';
import type { Behaviour, SimulatedMessage } from '../../src/simulator/index.ts';

const AT = Date.parse('2026-11-25T10:00:00.000Z');
const SETTLE_MS = 6_000;
const iso = (afterMs: number): string => new Date(AT + afterMs).toISOString();

function requestOf(onUnknownOutcome: ChaosRequest['onUnknownOutcome']): ChaosRequest {
  return {
    messageId: 'm1',
    clientReference: 'sinch/chaos/m1',
    recipient: '447400000001',
    text: 'Hello',
    priority: 3,
    onUnknownOutcome,
    at: 0,
    isRepeated: false,
  };
}

/** Accepted at once, visible after 700 ms, delivered, and told by callback, unless told otherwise. */
function atSinch(
  changes: Partial<SimulatedMessage> & { afterMs?: number; finalStatus?: string } = {},
): SimulatedMessage {
  const { afterMs = 0, ...rest } = changes;
  return {
    servicePlanId: 'chaos-plan',
    batchId: `batch ${afterMs}`,
    clientReference: 'sinch/chaos/m1',
    recipient: '447400000001',
    kind: 'sms',
    behaviour: 'delivered',
    partCount: 1,
    acceptedAt: iso(afterMs),
    visibleAt: iso(afterMs + 700),
    status: 'Delivered',
    statusCode: 0,
    finalStatus: 'Delivered',
    finalAt: iso(afterMs + 1000),
    callbacks: { sent: 1, answered: 1, lost: 0 },
    ...rest,
  };
}

/** Without a final status. */
function neverReported(behaviour: Behaviour): SimulatedMessage {
  const { finalStatus: _, finalAt: __, ...open } = atSinch({ behaviour, callbacks: { sent: 0, answered: 0, lost: 0 } });
  return open;
}

const admission = (status: string, error?: string): RecordedEvent => ({
  messageId: 'm1',
  phase: 'admission',
  status,
  ...(error === undefined ? {} : { error }),
});
const final = (status: string): RecordedEvent => ({ messageId: 'm1', phase: 'final', status });
const DELIVERED = [admission('enqueued'), final('delivered')];

/** One message that was taken, accepted, delivered and recorded as that, unless told otherwise. */
function compared({ policy = 'hold', ...facts }: Partial<RunFacts> & { policy?: 'hold' | 'resend' } = {}): Comparison {
  return compare({
    requests: [requestOf(policy)],
    taken: new Set(['m1']),
    events: DELIVERED,
    contradicted: [],
    resent: new Map(),
    accepted: [atSinch()],
    settleMs: SETTLE_MS,
    skippedAt: AT + 60_000,
    ...facts,
  });
}

/** The counts that are not 0. */
function countsOf(comparison: Comparison): Record<string, number> {
  return Object.fromEntries(
    Object.entries(comparison).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number' && entry[1] > 0,
    ),
  );
}

/** Accepted, hidden from look-ups for 16 s, and accepted again after 7 s. */
const HIDDEN_AND_AGAIN = [
  atSinch({ behaviour: 'hidden_accepted', visibleAt: iso(16_000) }),
  atSinch({ behaviour: 'hidden_accepted', afterMs: 7_000 }),
];

describe('a run is right', () => {
  test('where a message was accepted once, and recorded as what became of it', () => {
    assert.deepEqual(countsOf(compared()), {});
  });

  for (const [behaviour, finalStatus, recorded] of [
    ['rejected', 'Rejected', 'rejected'],
    ['unroutable', 'Aborted', 'rejected'],
    ['expired', 'Expired', 'failed'],
    ['unknown', 'Unknown', 'timeout'],
  ] as const) {
    test(`where ${finalStatus} was recorded as ${recorded}`, () => {
      const accepted = [atSinch({ behaviour, finalStatus })];
      assert.deepEqual(countsOf(compared({ accepted, events: [admission('enqueued'), final(recorded)] })), {});
    });
  }

  test('where a message that was never reported on timed out', () => {
    const events = [admission('enqueued'), final('timeout')];
    assert.deepEqual(countsOf(compared({ accepted: [neverReported('no_report')], events })), {});
  });

  test('whichever of two contradicting reports counted', () => {
    for (const status of ['delivered', 'failed']) {
      const accepted = [atSinch({ behaviour: 'contradicting' })];
      assert.deepEqual(countsOf(compared({ accepted, events: [admission('enqueued'), final(status)] })), {});
    }
  });

  test('where Sinch refused a message, and it is recorded as that', () => {
    for (const error of ['syntax_constraint_violation', 'illegal_number_type']) {
      assert.deepEqual(countsOf(compared({ accepted: [], events: [admission('enqueue_failed', error)] })), {});
    }
  });

  test('where a held message that Sinch never had ended as of unknown outcome', () => {
    const events = [admission('enqueue_failed', 'outcome_unknown')];
    assert.deepEqual(countsOf(compared({ accepted: [], events })), {});
  });

  test('where a request was never taken, and nothing came of it', () => {
    assert.deepEqual(countsOf(compared({ accepted: [], events: [], taken: new Set() })), {});
  });
});

describe('a message that Sinch accepted twice', () => {
  test('was sent again by policy, where it was hidden for longer than the time of looking', () => {
    const counts = countsOf(
      compared({ policy: 'resend', resent: new Map([['m1', iso(6_500)]]), accepted: HIDDEN_AND_AGAIN }),
    );
    assert.deepEqual(counts, { resentByPolicy: 1 });
  });

  test('is wrong where it was to be held', () => {
    assert.deepEqual(countsOf(compared({ accepted: HIDDEN_AND_AGAIN })), { acceptedTwice: 1 });
  });

  test('is wrong where nobody decided it', () => {
    const counts = countsOf(compared({ policy: 'resend', accepted: HIDDEN_AND_AGAIN }));
    assert.deepEqual(counts, { acceptedTwice: 1 });
  });

  test('is wrong where look-ups could have shown it within the time of looking', () => {
    const accepted = [atSinch(), atSinch({ afterMs: 7_000 })];
    const counts = countsOf(compared({ policy: 'resend', resent: new Map([['m1', iso(6_500)]]), accepted }));
    assert.deepEqual(counts, { acceptedTwice: 1 });
  });

  test('is wrong where a look-up had shown it before', () => {
    const [first, second] = HIDDEN_AND_AGAIN;
    assert.ok(first !== undefined && second !== undefined);
    const accepted = [{ ...first, shownAt: iso(6_500) }, second];
    const resent = new Map([['m1', iso(6_500)]]);
    assert.deepEqual(countsOf(compared({ policy: 'resend', resent, accepted })), { acceptedTwice: 1, recovered: 1 });
  });
});

describe('a message that Sinch accepted twice by a decision that is recorded', () => {
  const again = (changes: Partial<SimulatedMessage>, afterMs: number): Comparison =>
    compared({
      policy: 'resend',
      resent: new Map([['m1', iso(6_500)]]),
      accepted: [atSinch({ visibleAt: iso(60_000), ...changes }), atSinch({ afterMs })],
    });

  test('is wrong where that was before the time of looking was over', () => {
    assert.deepEqual(countsOf(again({}, SETTLE_MS - 1)), { acceptedTwice: 1 });
    assert.deepEqual(countsOf(again({}, SETTLE_MS)), { resentByPolicy: 1 });
  });

  test('is wrong where a callback had told of it before that was decided', () => {
    assert.deepEqual(countsOf(again({ toldAt: iso(6_000) }, 20_000)), { acceptedTwice: 1 });
    assert.deepEqual(countsOf(again({ toldAt: iso(7_000) }, 20_000)), { resentByPolicy: 1 });
  });

  test('is wrong where a look-up right before would have shown it', () => {
    assert.deepEqual(countsOf(again({ visibleAt: iso(16_000) }, 37_000)), { acceptedTwice: 1 });
    assert.deepEqual(countsOf(again({ visibleAt: iso(16_000) }, 35_000)), { resentByPolicy: 1 });
  });
});

describe('a message is lost', () => {
  test('where it was taken and nothing is recorded', () => {
    assert.deepEqual(countsOf(compared({ accepted: [], events: [] })), { lost: 1 });
  });

  test('where Sinch accepted it and that is not recorded, taken or not', () => {
    for (const taken of [new Set(['m1']), new Set<string>()]) {
      assert.deepEqual(countsOf(compared({ taken, events: [] })), { lost: 1 });
    }
  });

  test('where Sinch accepted it and it is recorded as failed', () => {
    assert.deepEqual(countsOf(compared({ events: [admission('enqueue_failed', 'outcome_unknown')] })), { lost: 1 });
  });

  test('where it has no end', () => {
    assert.deepEqual(countsOf(compared({ events: [admission('enqueued')] })), { lost: 1 });
  });
});

describe('a message ended otherwise than in truth', () => {
  test('where its final event says something else', () => {
    assert.deepEqual(countsOf(compared({ events: [admission('enqueued'), final('timeout')] })), { wrongFinal: 1 });
  });

  test('where it is recorded as enqueued, and Sinch never had it', () => {
    assert.deepEqual(countsOf(compared({ accepted: [] })), { wrongFinal: 1 });
  });

  test('where it was given up though it was to be sent again, or within its life', () => {
    for (const [policy, error] of [
      ['resend', 'outcome_unknown'],
      ['hold', 'expired'],
      ['resend', 'send_too_late'],
      ['hold', 'http_503'],
      ['hold', undefined],
    ] as const) {
      const events = [admission('enqueue_failed', error)];
      assert.deepEqual(countsOf(compared({ policy, accepted: [], events })), { wrongFinal: 1 });
    }
  });
});

describe('a message has an event twice', () => {
  test('where two of a phase are recorded', () => {
    assert.deepEqual(countsOf(compared({ events: [...DELIVERED, final('delivered')] })), { eventsDoubled: 1 });
  });

  test('where two contradict each other', () => {
    assert.deepEqual(countsOf(compared({ contradicted: ['m1'] })), { eventsDoubled: 1 });
  });
});

describe('a message was recovered', () => {
  test('where a look-up showed it while an answer was waited for', () => {
    assert.deepEqual(countsOf(compared({ accepted: [atSinch({ shownAt: iso(2_000) })] })), { recovered: 1 });
  });

  test('where it ended right without a callback', () => {
    const accepted = [atSinch({ callbacks: { sent: 0, answered: 0, lost: 1 } })];
    assert.deepEqual(countsOf(compared({ accepted })), { recovered: 1 });
  });

  test('but not where a last look found what was known', () => {
    assert.deepEqual(countsOf(compared({ accepted: [atSinch({ shownAt: iso(70_000) })] })), {});
  });
});

describe('the table of several runs', () => {
  test('has each seed once, with our counts beside those of the naive variant', () => {
    const run = {
      messages: 10,
      faults: { worker_killed: 2, sinch_503: 3 },
      acceptedTwice: 0,
      lost: 0,
      wrongFinal: 0,
      eventsDoubled: 0,
      resentByPolicy: 1,
      held: 2,
      recovered: 3,
      seconds: 60,
    };
    const table = markdownTable([
      { ...run, seed: 10, naive: false },
      { ...run, seed: 2, naive: true, acceptedTwice: 7, lost: 1, wrongFinal: 5, eventsDoubled: 2 },
      { ...run, seed: 2, naive: false },
    ]);
    assert.deepEqual(table.split('\n').slice(2), [
      '| 2 | 5 | **0** / 7 | **0** / 1 | **0** / 5 | **0** / 2 | 1 | 2 | 3 | 60 |',
      '| 10 | 5 | **0** / – | **0** / – | **0** / – | **0** / – | 1 | 2 | 3 | 60 |',
    ]);
  });
});

describe('what a run tells', () => {
  const RESULT: ChaosResult = {
    ...compared(),
    messages: 1,
    seed: 7,
    faults: { worker_killed: 2 },
    held: 1,
    wrong: [],
    untaken: 0,
    swept: undefined,
    seconds: 61.5,
  };

  test('is one object with these members, in this order', () => {
    assert.equal(
      JSON.stringify(jsonOf(RESULT)),
      '{"messages":1,"seed":7,"faults":{"worker_killed":2},"acceptedTwice":0,"lost":0,"wrongFinal":0,"eventsDoubled":0,"resentByPolicy":0,"held":1,"recovered":0,"seconds":61.5}',
    );
  });

  test('is wrong where one of the four is not 0, the ledger does not add up, or a request was not taken', () => {
    assert.ok(isRight(RESULT));
    assert.ok(isRight({ ...RESULT, resentByPolicy: 4 }));
    for (const count of ['acceptedTwice', 'lost', 'wrongFinal', 'eventsDoubled', 'untaken']) {
      assert.ok(!isRight({ ...RESULT, [count]: 1 }), count);
    }
    assert.ok(!isRight({ ...RESULT, wrong: ['enqueued: 2 is not 1'] }));
  });

  test('names each message that differs and why, and neither its recipient nor its text', () => {
    const result = { ...RESULT, ...compared({ accepted: HIDDEN_AND_AGAIN }) };
    const told = linesOf(result, 'temporal-sinch').join('\n');
    assert.match(told, /m1 {2}acceptedTwice: Sinch accepted it 2 times: it was to be held \[hold; hidden_accepted/);
    assert.doesNotMatch(told, /447400000001|Hello/);
  });
});
