import { PassThrough, Readable } from 'node:stream';
import type { Activity } from 'botbuilder';
import { createTerminal, type TerminalOptions } from '../../src/channels/terminal';

const MIDNIGHT = Date.parse('2026-11-20T00:00:00+08:00');

interface Heard {
  readonly activity: Partial<Activity>;
  readonly now: string;
}

/** Pipes lines into a terminal whose bot answers as told, and returns what was heard and printed. */
async function chat(
  lines: readonly string[],
  reply: (activity: Partial<Activity>) => Partial<Activity>[] = () => [],
  options: Partial<TerminalOptions> = {},
) {
  const heard: Heard[] = [];
  const output = new PassThrough();
  const printed: string[] = [];
  output.on('data', (chunk) => printed.push(String(chunk)));
  const terminal = createTerminal({
    input: Readable.from(lines.map((line) => `${line}\n`)),
    output,
    accept: async (activity, { now }) => {
      heard.push({ activity, now });
      return { replies: reply(activity) };
    },
    stateOf: async ({ id }) => ({ draft: { conversation: id } }),
    clock: () => MIDNIGHT,
    ...options,
  });
  await terminal.run();
  return { heard, printed: printed.join(''), terminal };
}
const texts = (heard: readonly Heard[]) => heard.map(({ activity }) => activity.text ?? activity.type);
const question = (...titles: string[]): Partial<Activity> => ({
  type: 'message',
  text: '您是哪一方？',
  suggestedActions: { to: [], actions: titles.map((title) => ({ type: 'imBack', title, value: `我是${title}` })) },
});

test('a chat begins with the welcome, and each line is a message of one conversation', async () => {
  const { heard, printed } = await chat(['刷了卡钱没到账', '', '昨天 1280'], ({ text }) => [
    { type: 'message', text: `您说：${text ?? '(来了)'}` },
  ]);
  expect(texts(heard)).toEqual(['conversationUpdate', '刷了卡钱没到账', '昨天 1280']);
  expect(new Set(heard.map(({ activity }) => activity.conversation?.id)).size).toBe(1);
  expect(new Set(heard.map(({ activity }) => activity.id)).size).toBe(3);
  expect(printed.split('\n').slice(1)).toEqual([
    '您说：(来了)',
    '> 刷了卡钱没到账',
    '您说：刷了卡钱没到账',
    '> 昨天 1280',
    '您说：昨天 1280',
    '',
  ]);
});

test('choices are numbered, and a number picks one', async () => {
  const { heard, printed } = await chat(['1280', '２', '3', '1'], ({ text }) => [
    text === '1280' || text === '3' ? question('商户', '顾客') : { type: 'message', text: '好' },
  ]);
  expect(printed).toContain('您是哪一方？\n  1. 商户\n  2. 顾客\n');
  expect(texts(heard).slice(1)).toEqual(['1280', '我是顾客', '3', '我是商户']);
});

test('/time sets the clock of the conversation, /time alone and /new return to the present', async () => {
  const { heard, printed } = await chat([
    '一',
    '/time 2026-10-02T10:00',
    '二',
    '/time',
    '三',
    '/time 2026-10-02 23:59:59',
    '四',
    '/new',
    '五',
  ]);
  const times = heard.filter(({ activity }) => activity.type === 'message').map(({ now }) => now.slice(0, 16));
  expect(times).toEqual(['2026-11-20T00:00', '2026-10-02T10:00', '2026-11-20T00:00', '2026-10-02T23:59', '2026-11-20T00:00']);
  expect(printed).toContain('2026-10-02 10:00');
});

test.each(['/time tomorrow', '/time 2026-13-01T10:00', '/time 2026-10-02T25:00'])('%s is refused and the clock stays', async (line) => {
  const { heard, printed } = await chat([line, '一']);
  expect(printed).toContain('/time 2026-10-02T10:00');
  expect(heard.at(-1)?.now).toMatch(/^2026-11-20T00:00/);
});

test('/new starts another conversation with its own welcome', async () => {
  const { heard } = await chat(['一', '/new', '二']);
  expect(texts(heard)).toEqual(['conversationUpdate', '一', 'conversationUpdate', '二']);
  const ids = heard.map(({ activity }) => activity.conversation?.id);
  expect([ids[0] === ids[1], ids[1] === ids[2], ids[2] === ids[3]]).toEqual([true, false, true]);
});

test('/state prints what is known of this conversation as JSON', async () => {
  const { heard, printed } = await chat(['/state']);
  expect(JSON.parse(printed.slice(printed.indexOf('{')))).toEqual({ draft: { conversation: heard[0]?.activity.conversation?.id } });
});

test('/help lists the commands, another word after a slash names it, and none of them is a message', async () => {
  const { heard, printed } = await chat(['/help', '/nothing']);
  for (const name of ['/new', '/time', '/state', '/quit']) expect(printed).toContain(name);
  expect(printed).toContain('没有这个命令');
  expect(texts(heard)).toEqual(['conversationUpdate']);
});

test('/quit ends the chat before the end of the input', async () => {
  const { heard } = await chat(['一', '/quit', '二']);
  expect(texts(heard)).toEqual(['conversationUpdate', '一']);
});

test('a turn that fails is said, and the chat goes on', async () => {
  let calls = 0;
  const accept = async () => {
    calls++;
    if (calls === 2) throw new Error('secret detail');
    return { replies: [] };
  };
  const { printed } = await chat(['一', '二'], undefined, { accept });
  expect(calls).toBe(3);
  expect(printed).toContain('请稍后再试');
  expect(printed).not.toContain('secret detail');
});

test('at a keyboard a line does not wait for the answer to the one before', async () => {
  const order: string[] = [];
  let answerFirst = () => {};
  const first = new Promise<void>((resolve) => {
    answerFirst = resolve;
  });
  const accept: TerminalOptions['accept'] = async ({ text = 'welcome' }) => {
    order.push(text);
    if (text === '那个') await first;
    if (text === '钱没到账') answerFirst();
    return { replies: [] };
  };
  const input = Object.assign(Readable.from(['那个\n', '钱没到账\n']), { isTTY: true });
  await chat([], undefined, { accept, input });
  expect(order).toEqual(['welcome', '那个', '钱没到账']);
});

test('a message that is no answer is printed when it belongs to this conversation', async () => {
  const { heard, terminal } = await chat([]);
  const output: string[] = [];
  const again = createTerminal({
    input: Readable.from([]),
    output: { write: (line: string) => output.push(line) } as unknown as NodeJS.WritableStream,
    accept: async (activity) => {
      heard.push({ activity, now: '' });
      return { replies: [] };
    },
    stateOf: async () => null,
    clock: () => MIDNIGHT,
  });
  await again.run();
  const conversation = heard.at(-1)?.activity.conversation;
  await again.channel.deliver({ type: 'message', text: '到账了吗？', ...(conversation && { conversation }) });
  await again.channel.deliver({ type: 'message', text: '别人的' });
  expect(output.join('')).toContain('到账了吗？');
  expect(output.join('')).not.toContain('别人的');
  expect(terminal.channel.takesEvents).toBe(false);
});
