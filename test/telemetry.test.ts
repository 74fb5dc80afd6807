import { Writable } from 'node:stream';
import { StoreError } from '../src/store/store';
import { captureConsole, createTelemetry } from '../src/telemetry';

function recorded(level = 'debug') {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk, _, done) {
      lines.push(String(chunk));
      done();
    },
  });
  return { lines, telemetry: createTelemetry({ level, destination }) };
}

const turn = { event: 'turn', conversation: 'Zx9', channel: 'emulator', type: 'message', messages: 1, replies: 2, ms: 12 };
const judgement = { intent: 'report_not_received', step: undefined, outcome: 'SS-WAIT', questions: 3 };

test('a turn is one JSON line with what the bot made of it', () => {
  const { lines, telemetry } = recorded();
  telemetry.judged('Zx9', { ...judgement, outcome: 'refused by the store, then run again' });
  telemetry.judged('Zx9', judgement);
  telemetry.judged('other', { outcome: 'ESC-P0' });
  telemetry.event(turn);
  telemetry.event(turn);
  expect(lines).toHaveLength(2);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'info',
    ...turn,
    intent: 'report_not_received',
    outcome: 'SS-WAIT',
    questions: 3,
  });
  expect(JSON.parse(lines[1] ?? '')).not.toHaveProperty('outcome');
});

test('turns, outcomes, questions, latency, failures and the outbox are counted', async () => {
  const { telemetry } = recorded();
  telemetry.judged('Zx9', judgement);
  telemetry.event(turn);
  telemetry.event({ ...turn, channel: 'made-up-by-a-caller' });
  telemetry.event({ event: 'delivery-refused', conversation: 'Zx9', code: 'DELIVERY_RETRY' });
  telemetry.error('request', new StoreError('down'));
  telemetry.watchOutbox(async () => ({ waiting: 4, dead: 1 }));
  const { text, contentType } = await telemetry.metrics();
  expect(contentType).toContain('text/plain');
  for (const line of [
    'daozhang_turns_total{channel="emulator",type="message"} 1',
    'daozhang_turns_total{channel="other",type="message"} 1',
    'daozhang_turn_seconds_bucket{le="0.02"} 2',
    'daozhang_outcomes_total{outcome="SS-WAIT"} 1',
    'daozhang_questions_bucket{le="3"} 1',
    'daozhang_errors_total{code="DELIVERY_RETRY"} 1',
    'daozhang_errors_total{code="STORE_UNAVAILABLE"} 1',
    'daozhang_outbox_waiting 4',
    'daozhang_outbox_dead 1',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
});

test('without a store there are metrics all the same', async () => {
  const { telemetry } = recorded();
  telemetry.watchOutbox(() => Promise.reject(new StoreError('down')));
  expect((await telemetry.metrics()).text).toContain('daozhang_outbox_waiting 0');
});

test('an error is logged by its code and place, never by its message', () => {
  const { lines, telemetry } = recorded();
  const cause = Object.assign(new Error('connect 6222021234567890'), { code: 'ECONNREFUSED' });
  telemetry.error('turn', new StoreError('lost 6222021234567890\n    at 6222021234567890', { cause }), { channel: 'emulator' });
  telemetry.error('turn', new SyntaxError('Unexpected token in 6222021234567890'));
  telemetry.error('turn', '6222021234567890');
  expect(lines.map((line) => JSON.parse(line).code)).toEqual(['STORE_UNAVAILABLE', 'UNEXPECTED', 'UNKNOWN']);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ event: 'turn', channel: 'emulator', error: 'StoreError', cause: 'ECONNREFUSED' });
  expect(JSON.parse(lines[0] ?? '').at[0]).toContain('telemetry.test');
  expect(lines.join('')).not.toContain('6222021234567890');
});

test('what a library prints is noted without its text', () => {
  const { lines, telemetry } = recorded();
  const before = { ...console };
  captureConsole(telemetry.log);
  console.error('card 6222021234567890');
  Object.assign(console, before);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ event: 'console', method: 'error' });
  expect(lines[0]).not.toContain('6222021234567890');
});
