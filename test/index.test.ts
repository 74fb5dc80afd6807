import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** The program as a process of its own. */
const folder = mkdtempSync(path.join(os.tmpdir(), 'daozhang-'));
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function run(env: Record<string, string>, { args = [], input = '' }: { args?: readonly string[]; input?: string } = {}) {
  const child = spawn(process.execPath, ['--import', 'tsx', path.join(__dirname, '../src/index.ts'), ...args], {
    cwd: path.join(__dirname, '..'),
    env: { PATH: process.env.PATH, PORT: '0', BURST_MS: '0', ...env },
  });
  children.push(child);
  child.stdin.end(input);
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    output.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output.err += chunk;
  });
  const exited = once(child, 'close').then(([code]) => code as number | null);
  return { child, output, exited };
}

async function started(env: Record<string, string>) {
  const server = run(env);
  const base = await new Promise<string>((resolve, reject) => {
    server.child.stdout.on('data', () => {
      const url = /http:\/\/localhost:\d+(?=\/api\/messages)/.exec(server.output.out)?.[0];
      if (url) resolve(url.replace('localhost', '127.0.0.1'));
    });
    void server.exited.then((code) => reject(new Error(`ended with ${code}: ${server.output.err}`)));
  });
  return { ...server, base };
}

const message = (text: string, id: string) => ({
  ...{ type: 'message', id, channelId: 'emulator', serviceUrl: 'http://localhost:9', text, deliveryMode: 'expectReplies', locale: 'zh-CN' },
  ...{ conversation: { id: 'c|livechat' }, from: { id: 'u', role: 'user' }, recipient: { id: 'b', role: 'bot' } },
});
const post = (base: string, body: unknown) =>
  fetch(`${base}/api/messages`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

test('a server answers the Emulator with a trace, opens a case for the desk, and ends cleanly on a signal', async () => {
  const server = await started({ DATA_DIR: path.join(folder, 'one'), DESK_KEY: 'a-key-of-the-desk' });
  expect((await fetch(`${server.base}/readyz`)).status).toBe(200);

  const { activities } = (await (await post(server.base, message('我是商户，昨天刷信用卡1280元没到账，转人工', '1'))).json()) as {
    activities: { type: string; name?: string; value?: { case?: { id: string } | null; draft?: unknown } }[];
  };
  const trace = activities.find(({ name }) => name === 'daozhang.turn');
  expect(trace?.value).toMatchObject({ draft: { role: 'merchant', amount: 128_000 }, case: { owner: 'queue' } });

  const desk = await fetch(`${server.base}/api/desk/cases/${trace?.value?.case?.id}`, {
    headers: { authorization: 'Bearer a-key-of-the-desk' },
  });
  expect(await desk.json()).toMatchObject({ owner: 'queue', channel: 'emulator', draft: { amount: 128_000 } });

  // The same folder and the same port are taken.
  const [second, third] = [
    run({ DATA_DIR: path.join(folder, 'one') }),
    run({ DATA_DIR: path.join(folder, 'two'), PORT: new URL(server.base).port }),
  ];
  expect(await second.exited).toBe(1);
  expect(second.output.err).toMatch(/^Daozhang cannot start: .*in use by process \d+/);
  expect(await third.exited).toBe(1);
  expect(third.output.err).toMatch(/^Daozhang cannot start: port \d+ is in use/);

  // npm passes a signal on that the process has had already.
  const running = post(server.base, message('查进度', '2'));
  await fetch(`${server.base}/healthz`);
  server.child.kill('SIGTERM');
  server.child.kill('SIGTERM');
  expect((await running).status).toBe(200);
  expect(await server.exited).toBe(0);
  expect(server.output.out).not.toContain('1280');
}, 30_000);

test('wrong settings stop the start with every fault and exit code 2', async () => {
  const { exited, output } = run({ PORT: 'x', LOG_LEVEL: 'y', MicrosoftAppPassword: 'hunter2' });
  expect(await exited).toBe(2);
  expect(output.err).toContain('PORT:');
  expect(output.err).toContain('LOG_LEVEL:');
  expect(output.err).toContain('MicrosoftAppId:');
  expect(output.err + output.out).not.toContain('hunter2');
}, 30_000);

test('a chat in the terminal is held over a pipe, at the time it is told', async () => {
  const input = ['/time 2026-10-09T10:00', '我是商户，昨天下午3点刷信用卡收的1280元没到账', '/state', '/quit'].join('\n');
  const { exited, output } = run({ DATA_DIR: path.join(folder, 'chat') }, { args: ['chat'], input });
  expect(await exited).toBe(0);
  const state = JSON.parse(output.out.slice(output.out.indexOf('\n{'))) as { draft: unknown };
  expect(state.draft).toMatchObject({ role: 'merchant', amount: 128_000, payMethod: 'creditCard', txTime: '2026-10-08T15:00:00+08:00' });
  expect(output.err).toBe('');
}, 30_000);
