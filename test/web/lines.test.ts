import type { Activity } from 'botframework-directlinejs';
import { answerOf, choicesOf, isHidden, type Lines, mark, NO_LINES, receive, send } from '../../src/web/chat/lines';

const line = (number: number, text: string, more: object = {}): Activity =>
  ({ type: 'message', id: `c|000000${number}`, from: { id: 'daozhang', role: 'bot' }, text, ...more }) as Activity;
const mine = (number: number, text: string, clientActivityID: string): Activity =>
  line(number, text, { from: { id: 'dl_1', role: 'user' }, channelData: { clientActivityID } });
const texts = ({ confirmed, pending }: Lines) => [...confirmed, ...pending].map(({ activity }) => activity.text);
const after = (...activities: readonly Activity[]) => activities.reduce(receive, NO_LINES);

test('what comes twice is there once, and what comes late is in its place', () => {
  expect(texts(after(line(1, '一'), line(3, '三'), line(1, '一'), line(2, '二'), line(3, '三')))).toEqual(['一', '二', '三']);
});

test('what was just sent stands last until the server has it, then where the server has it', () => {
  const sent = send(after(line(1, '您好')), 'k', { type: 'message', from: { id: '' }, text: '卡号6222' });
  const told = receive(sent, line(2, '稍等'));
  expect(texts(told)).toEqual(['您好', '稍等', '卡号6222']);
  const echoed = receive(told, mine(3, '卡号****', 'k'));
  expect([texts(echoed), echoed.pending, echoed.confirmed.at(-1)?.key]).toEqual([['您好', '稍等', '卡号****'], [], 'k']);
});

test('a failure is noted on its line alone', () => {
  const message = { type: 'message', from: { id: '' }, text: '在' } as const;
  const failed = mark(send(send(NO_LINES, 'a', message), 'b', message), 'a', 'later');
  expect(failed.pending.map(({ state }) => state)).toEqual(['later', 'sending']);
});

test('choices are those of the last line, until something is answered', () => {
  const suggestedActions = { actions: [{ type: 'imBack', title: '是', value: '是' }] };
  const asked = after(line(1, '对吗', { suggestedActions }));
  expect(choicesOf(asked)).toEqual(suggestedActions.actions);
  expect(choicesOf(receive(asked, line(2, '另外')))).toEqual([]);
  expect(choicesOf(receive(asked, mine(2, '是', 'k')))).toEqual([]);
  expect(choicesOf(send(asked, 'k', { type: 'message', from: { id: '' }, text: '是' }))).toEqual([]);
});

test.each([
  [{ type: 'imBack', title: '是', value: '是的' }, { text: '是的' }],
  [
    { type: 'postBack', title: '是', value: { yes: true } },
    { value: { yes: true }, channelData: { postBack: true } },
  ],
  [
    { type: 'postBack', title: '是', value: 'yes' },
    { text: 'yes', channelData: { postBack: true } },
  ],
  [{ type: 'openUrl', title: '看', value: 'https://x' }, undefined],
] as const)('%j sends what it should', (action, sent) => {
  expect(answerOf(action as never)).toEqual(sent);
});

test('what is sent behind the back of the user, and what has nothing to show, is hidden; typing and events are no lines', () => {
  const [first] = after(line(1, 'yes', { channelData: { postBack: true } })).confirmed;
  const [second] = after(line(1, '')).confirmed;
  expect([first && isHidden(first), second && isHidden(second)]).toEqual([true, true]);
  expect(after({ type: 'typing', from: { id: 'b' } }, { type: 'event', name: 'x', value: 1, from: { id: 'b' } })).toEqual(NO_LINES);
});
