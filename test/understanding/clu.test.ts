import type { ServerResponse } from 'node:http';
import { type CluMode, type CluOutcome, createCluRecognizer, outgoing } from '../../src/understanding/clu';
import { createEmbeddedRecognizer } from '../../src/understanding/embedded/index';
import type { Recognizer, Understanding } from '../../src/understanding/recognizer';
import { recognizerContract } from '../contracts/recognizer';
import { type CluServer, fault, json, openCluServer, prediction } from './clu-server';

const OPTIONS = { locale: 'zh-CN', now: '2026-09-23T15:00:00+08:00' } as const;
const NEVER_HEARD = '劳烦给瞧瞧这事咋弄';

const unsure: Understanding = {
  intent: 'refund_progress',
  confidence: 0.66,
  decided: 'clarify',
  ranked: [{ name: 'refund_progress', confidence: 0.66 }],
  slots: [{ slot: 'cardLast4', value: '6621', text: '6621' }],
  transactions: [],
  signals: ['angry'],
  fragment: false,
};
const embedded: Recognizer = { recognize: async () => unsure };

let server: CluServer;
beforeEach(async () => {
  server = await openCluServer();
});
afterEach(() => server.close());

interface Made {
  readonly recognize: (text?: string) => Promise<Understanding>;
  readonly outcomes: CluOutcome[];
  /** Moves the clock of the breaker. */
  pass(ms: number): void;
}

function make(options: { mode?: CluMode; local?: Recognizer; timeoutMs?: number } = {}): Made {
  const { mode = 'unsure', local = embedded, timeoutMs } = options;
  const outcomes: CluOutcome[] = [];
  let now = 0;
  const recognizer = createCluRecognizer({
    settings: {
      mode,
      endpoint: server.endpoint,
      credential: { key: 'test-key' },
      project: 'daozhang',
      deployment: 'production',
      ...(timeoutMs !== undefined && { timeoutMs }),
    },
    embedded: local,
    clock: () => now,
    onOutcome: (outcome) => outcomes.push(outcome),
  });
  return {
    recognize: (text = NEVER_HEARD) => recognizer.recognize(text, OPTIONS),
    outcomes,
    pass: (ms) => {
      now += ms;
    },
  };
}

const answerWith = (write: (response: ServerResponse) => void): void => {
  server.answer = (_, response) => write(response);
};

test('asks the deployment by the analysis API of general availability, with the key and without logging', async () => {
  await make().recognize();
  expect(server.requests).toEqual([
    {
      method: 'POST',
      path: '/language/:analyze-conversations?api-version=2023-04-01',
      key: 'test-key',
      authorization: undefined,
      body: {
        kind: 'Conversation',
        analysisInput: { conversationItem: { id: '1', participantId: 'user', modality: 'text', language: 'zh-hans', text: NEVER_HEARD } },
        parameters: { projectName: 'daozhang', deploymentName: 'production', verbose: true, isLoggingEnabled: false },
      },
    },
  ]);
});

test('takes the intent of a certain answer and keeps the facts found here', async () => {
  answerWith((response) => json(response, 200, prediction({ risk_hold: 0.93, report_not_received: 0.05, None: 0.02 })));
  const { recognize, outcomes } = make();
  expect(await recognize()).toEqual({
    ...unsure,
    intent: 'risk_hold',
    confidence: 0.93,
    decided: 'risk_hold',
    ranked: [
      { name: 'risk_hold', confidence: 0.93 },
      { name: 'report_not_received', confidence: 0.05 },
    ],
  });
  expect(outcomes).toEqual(['answered']);
});

test('takes None of the service for out of scope', async () => {
  answerWith((response) => json(response, 200, prediction({ None: 0.9, greet: 0.1 })));
  expect(await make().recognize()).toMatchObject({ decided: 'out_of_scope', confidence: expect.closeTo(0.1), ranked: [{ name: 'greet' }] });
});

test('stays with its own answer when the service is not sure, or names an intent it does not know', async () => {
  const { recognize, outcomes } = make();
  answerWith((response) => json(response, 200, prediction({ risk_hold: 0.5, greet: 0.4 })));
  expect(await recognize()).toEqual(unsure);
  answerWith((response) => json(response, 200, prediction({ BookFlight: 0.99 })));
  expect(await recognize()).toEqual(unsure);
  expect(outcomes).toEqual(['unsure', 'unsure']);
});

describe('what may be asked', () => {
  const local = createEmbeddedRecognizer();
  test('nothing, in mode never', async () => {
    await make({ mode: 'never' }).recognize();
    expect(server.requests).toHaveLength(0);
  });
  test('no text whose intent is certain, unless the mode is always', async () => {
    await make({ local }).recognize('我昨天刷卡收的1280到现在还没到账');
    expect(server.requests).toHaveLength(0);
    await make({ local, mode: 'always' }).recognize('我昨天刷卡收的1280到现在还没到账');
    expect(server.requests).toHaveLength(1);
  });
  test.each(['转人工', '重新开始', '是的', '不是', '那个', '……', '今天天气怎么样'])('not %s, even in the middle of doubt', async (text) => {
    await make({ local }).recognize(text);
    expect(server.requests).toHaveLength(0);
  });
  test('no more than 1,000 texts a minute', async () => {
    const { recognize, outcomes, pass } = make();
    for (let i = 0; i < 20; i += 1) await Promise.all(Array.from({ length: 51 }, () => recognize()));
    expect(server.requests).toHaveLength(1000);
    expect(outcomes.filter((outcome) => outcome === 'skipped')).toHaveLength(20);
    pass(60_001);
    await recognize();
    expect(server.requests).toHaveLength(1001);
  });
});

test('sends neither secrets nor long numbers, and at most 500 characters', () => {
  const sent = outgoing(`卡号6222 0212 3456 7890，密码是445566，单号4200001234202609230123456789，金额128元${'啊'.repeat(600)}`);
  expect(sent).not.toMatch(/\d{4}/);
  expect(sent).toContain('128元');
  expect(sent.length).toBeLessThanOrEqual(500);
});

describe('when the service fails the embedded answer stands', () => {
  test('401: the key is refused, and the service is left alone for ten minutes', async () => {
    answerWith((response) => json(response, 401, fault('401', 'Access denied due to invalid subscription key')));
    const { recognize, outcomes, pass } = make();
    expect(await recognize()).toEqual(unsure);
    await recognize();
    pass(600_001);
    await recognize();
    expect(outcomes).toEqual(['refused', 'skipped', 'refused']);
  });

  test('429: the service is left alone for as long as Retry-After says', async () => {
    answerWith((response) => json(response, 429, fault('429', 'Too many requests'), { 'retry-after': '7' }));
    const { recognize, outcomes, pass } = make();
    expect(await recognize()).toEqual(unsure);
    pass(6_900);
    await recognize();
    pass(200);
    await recognize();
    expect(outcomes).toEqual(['throttled', 'skipped', 'throttled']);
    expect(server.requests).toHaveLength(2);
  });

  test('5xx: five in a row open the breaker for 30 seconds, then one trial decides', async () => {
    answerWith((response) => json(response, 503, fault('ServiceUnavailable', 'busy')));
    const { recognize, outcomes, pass } = make();
    for (let i = 0; i < 6; i += 1) expect(await recognize()).toEqual(unsure);
    expect(outcomes).toEqual(['failed', 'failed', 'failed', 'failed', 'failed', 'skipped']);
    pass(30_001);
    await recognize();
    await recognize();
    expect(outcomes.slice(6)).toEqual(['failed', 'skipped']);
    pass(30_001);
    answerWith((response) => json(response, 200, prediction({ risk_hold: 0.9 })));
    await recognize();
    await recognize();
    expect(outcomes.slice(8)).toEqual(['answered', 'answered']);
  });

  test('slow: the call is given up after its time', async () => {
    answerWith(() => {});
    const { recognize, outcomes } = make({ timeoutMs: 60 });
    expect(await recognize()).toEqual(unsure);
    expect(outcomes).toEqual(['slow']);
  });

  test.each([
    ['no JSON', (response: ServerResponse) => response.writeHead(200, { 'content-type': 'application/json' }).end('<html>')],
    ['a page', (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>')],
    ['nothing', (response: ServerResponse) => response.writeHead(200).end()],
    ['another result', (response: ServerResponse) => json(response, 200, { kind: 'ConversationResult', result: { prediction: {} } })],
    ['a score beyond 1', (response: ServerResponse) => json(response, 200, prediction({ risk_hold: 93 }))],
  ])('malformed: %s', async (_, write) => {
    answerWith(write);
    const { recognize, outcomes } = make();
    expect(await recognize()).toEqual(unsure);
    expect(outcomes).toEqual(['malformed']);
  });

  test('nobody listens', async () => {
    const { recognize, outcomes } = make();
    await server.close();
    expect(await recognize()).toEqual(unsure);
    expect(outcomes).toEqual(['failed']);
    server = await openCluServer();
  });
});

recognizerContract('CLU beside the embedded recognizer', async () => {
  const own = await openCluServer();
  const settings = { mode: 'always', endpoint: own.endpoint, credential: { key: 'k' }, project: 'p', deployment: 'd' } as const;
  return { recognizer: createCluRecognizer({ settings, embedded: createEmbeddedRecognizer() }), close: () => own.close() };
});
