import type { Asking, SlotName } from '../../src/domain/slots';
import type { PlayedTurn, Script } from './play';
import { accountNumbersIn, secretsIn } from './secrets';
import { TRACE } from './trace-schema';

/** What must hold in every turn of every conversation, whatever it is about. */
const INVARIANTS: readonly ((turn: PlayedTurn, past: readonly PlayedTurn[], script: Script) => readonly (string | false | undefined)[])[] =
  [keepsSecrets, speaksPlainly, hedgesPromises, isSilentWhileAnAgentOwns, asksWhatIsOpen, asksLittle, tracesAsDocumented, saysWhatToDoThen];

/** What the last of these turns broke. */
export function invariantFaults(script: Script, turns: readonly PlayedTurn[]): readonly string[] {
  const turn = turns.at(-1);
  if (!turn) return [];
  return INVARIANTS.flatMap((holds) => holds(turn, turns.slice(0, -1), script).filter((fault) => typeof fault === 'string'));
}

/** Nothing that goes out or is kept shows a card, an ID, or what the script calls a secret. */
function keepsSecrets({ activities, after }: PlayedTurn, _past: readonly PlayedTurn[], { secrets }: Script) {
  const shown = activities.map(({ text, speak, suggestedActions, value, attachments }) => ({
    text,
    speak,
    suggestedActions,
    value,
    attachments,
  }));
  const facts = Object.entries(after?.draft.facts ?? {}).filter(([slot]) => OWN_NUMBERS.has(slot as SlotName));
  const own = facts.map(([, fact]) => String(fact.value));
  const words = JSON.stringify([shown, after?.draft, after?.case]);
  return [
    ...secretsIn(words, secrets).map((secret) => `shows the secret ${secret}`),
    ...accountNumbersIn(words, own).map((number) => `shows the full number ${number}`),
  ];
}

const OWN_NUMBERS: ReadonlySet<SlotName> = new Set<SlotName>([
  'rrn',
  'orderNo',
  'merchantOrderNo',
  'merchantNo',
  'merchantNoRaw',
  'deviceSn',
]);

/** No parameter is left open, no key is shown, and a message asks one thing at most. */
function speaksPlainly({ texts }: PlayedTurn) {
  return texts.flatMap((text) => [
    /\{\{|\}\}/.test(text) && `an open parameter: ${text}`,
    /undefined|NaN|\[object|null\b/.test(text) && `a hole: ${text}`,
    text.trim() === '' && 'an empty message',
    (text.match(/[?？]/g) ?? []).length > 1 && `more than one question: ${text}`,
  ]);
}

const ARRIVAL =
  /到账|入账|退回|到卡|解冻|补划|释放|回复您|恢复服务|到賬|入賬|退回|補劃|釋放|回覆您|arriv|credited|refunded|returned|released|reply/i;
const TIME = /\d+月\d+日|\d+\s*(?:小时|小時|分钟|分鐘|天|个工作日|個工作日|hours?|days?|minutes?|working days?)|by \d|on \d|\d{1,2}:\d{2}/;
const HEDGE =
  /预计|可能|一般|通常|大约|大概|约|多数|没到|没有到|還沒|还没|未到|如果|才|请|預計|可能|約|請|沒|超过|超過|expected|usually|typically|may |might|about|around|if |please|not |within|could|should|generally|past/i;
const REPEATED = /^(?:记下了|已更正|我准备为您建立案件|記下了|已更正|我準備|Noted|Corrected|I'm about)/;
const VOW =
  /(?<!不能|无法|不會|不会)(?:保证(?!金)|一定会|肯定会|绝对会|百分之百|保證(?!金)|一定會|肯定會|will definitely|we guarantee|I guarantee|for sure)/;

/** Every sentence that names a time for money or an answer says that it is expected, never that it is certain. */
function hedgesPromises({ texts, after }: PlayedTurn) {
  // What the user said is repeated as it was said.
  const told = texts.filter((text) => text !== after?.case?.summary && !REPEATED.test(text));
  return told
    .flatMap((text) => text.split(/[。；;！!\n]|(?<=[a-z])\. /))
    .flatMap((sentence) => [
      ARRIVAL.test(sentence) && TIME.test(sentence) && !HEDGE.test(sentence) && `a promise: ${sentence}`,
      VOW.test(sentence) && `a vow: ${sentence}`,
    ]);
}

function isSilentWhileAnAgentOwns({ before, texts, turn }: PlayedTurn) {
  const mayAnswer = turn.said.some(({ text }) => /查进度|查進度|case status|删除我的信息/.test(text));
  return [
    before?.case?.owner === 'agent' && texts.length > 0 && !mayAnswer && `speaks while a person has the conversation: ${texts.join(' ')}`,
  ];
}

/** A question whose answer is known; the hour of a known day and the exact figure of a rough one may still be asked. */
function asksWhatIsOpen({ before, after }: PlayedTurn) {
  const asking = after?.asking;
  const fact = asking && after.draft.facts[asking as SlotName];
  if (!fact || asking === before?.asking || fact.value === 'unknown' || fact.approx) return [];
  const isDay = typeof fact.value === 'object' && !('time' in fact.value);
  return [!isDay && `asks for ${asking}, which is known: ${JSON.stringify(fact.value)}`];
}

const MAX_QUESTIONS = 8;
const MAX_QUESTIONS_P0 = 1;

/** Eight questions at most until a conclusion; where somebody is in danger one. */
function asksLittle(turn: PlayedTurn, past: readonly PlayedTurn[]) {
  const all = [...past, turn];
  const since = all.findLastIndex((one, index) => index < all.length - 1 && concluded(one));
  const open = all.slice(since + 1);
  const questions = open
    .map(({ after }) => after?.asking)
    .filter((asking, index, list) => asking && asking !== list[index - 1]) as Asking[];
  const limit = turn.after?.case?.priority === 'P0' ? MAX_QUESTIONS_P0 : MAX_QUESTIONS;
  return [questions.length > limit && `${questions.length} questions: ${questions.join(', ')}`];
}

/** What ended a matter, or began another. */
function concluded({ after, turn }: PlayedTurn): boolean {
  const restarted = turn.said.some(({ text }) => /重来|取消|删除我的信息/.test(text));
  return restarted || (after?.diagnosis?.outcome !== undefined && after.asking !== 'confirm') || after?.case !== undefined;
}

function tracesAsDocumented({ trace, turn, activities }: PlayedTurn, _past: readonly PlayedTurn[], { channel }: Script) {
  const count = activities.filter(({ type }) => type === 'trace').length;
  if (channel !== 'emulator') return [count > 0 && `a trace on ${channel}`];
  if (!trace) return [turn.kind === 'message' && turn.said.length > 0 && !isForgotten(turn) && 'no trace'];
  const parsed = TRACE.safeParse(trace);
  return [
    !parsed.success &&
      `the trace is not as documented: ${parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ')}`,
  ];
}

/** Of a turn that deletes everything nothing is told but that. */
const isForgotten = ({ said }: PlayedTurn['turn']) => said.some(({ text }) => /删除|刪除|delete/i.test(text));

const DATE =
  /\d+月\d+日|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* \d+|\d+ (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/;
const PERSON = /转人工|轉人工|human|agent|person/i;

/** A conclusion names a time to look again and the way to a person; an escalation has its case. */
function saysWhatToDoThen({ before, after, texts }: PlayedTurn) {
  const outcome = after?.diagnosis?.outcome ?? '';
  if (!after || after.diagnosis === before?.diagnosis || outcome === before?.diagnosis?.outcome) return [];
  const words = texts.join('\n');
  if (outcome.startsWith('ESC-')) return [!after.case && `${outcome} without a case`];
  if (!outcome.startsWith('SS-') || outcome === 'SS-FAQ') return [];
  return [
    !after.diagnosis?.recheckAt && `${outcome} without a time to look again`,
    !DATE.test(words) && `${outcome} does not name a day`,
    !PERSON.test(words) && `${outcome} does not offer a person`,
  ];
}
