import { Writable } from 'node:stream';
import { StoreError } from '../src/store/store';
import { captureConsole, createTelemetry, hashOf } from '../src/telemetry';

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

test('a turn is one JSON line with a hash instead of the conversation', async () => {
  const { lines, telemetry } = recorded();
  telemetry.turn({
    conversationId: 'user-13800138000',
    channelId: 'emulator',
    ms: 12.4,
    intent: 'report_not_received',
    outcome: 'SS-WAIT',
    questions: 3,
  });
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'info',
    event: 'turn',
    conversation: hashOf('user-13800138000'),
    channel: 'emulator',
    intent: 'report_not_received',
    outcome: 'SS-WAIT',
    ms: 12,
  });
  expect(lines[0]).not.toContain('13800138000');
});

test('turns, outcomes, questions, latency, errors and the outbox are counted', async () => {
  const { telemetry } = recorded();
  telemetry.turn({ conversationId: 'a', channelId: 'msteams', ms: 30, outcome: 'SS-WAIT', questions: 3 });
  telemetry.turn({ conversationId: 'a', channelId: 'made-up-by-a-caller', ms: 30 });
  telemetry.error('turn', new StoreError('down'));
  telemetry.outbox({ waiting: 4, dead: 1 });
  const { text, contentType } = await telemetry.metrics();
  expect(contentType).toContain('text/plain');
  for (const line of [
    'daozhang_turns_total{channel="msteams",type="message"} 1',
    'daozhang_turns_total{channel="other",type="message"} 1',
    'daozhang_turn_seconds_bucket{le="0.05"} 2',
    'daozhang_outcomes_total{outcome="SS-WAIT"} 1',
    'daozhang_questions_bucket{le="3"} 1',
    'daozhang_errors_total{code="STORE_UNAVAILABLE"} 1',
    'daozhang_outbox_waiting 4',
    'daozhang_outbox_dead 1',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
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
