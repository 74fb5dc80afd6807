import type { TurnContext } from 'botbuilder';
import { type Locale, text } from '../locales';
import { momentRange } from '../src/domain/calendar';
import { type Case, type CaseDraft, type Diagnosis, newDraft } from '../src/domain/case';
import { setFact, valueIn } from '../src/domain/draft';
import { formatFen } from '../src/domain/money';
import { expectedBy } from '../src/domain/settlement';
import { feeOf } from '../src/domain/shortfall';
import type { Fen } from '../src/domain/slots';
import { asksWhen, caseIdIn, flatFeeIn, merchantsIn, parseStaffCommand } from '../src/understanding/embedded/staff';
import { registerCase } from './contact-agent';
import { formatInstant, formatMoment, formatValue } from './format';
import { say, sayText } from './prompts';
import { type Session, sessionOf } from './services';

/** Merchants from which an outage is everybody's: P0. Source: docs/domain.md §4.5. */
const OUTAGE_MERCHANTS = 3;
/** Rows shown, and rows counted. */
const QUEUE_ROWS = 10;
const QUEUE_LIMIT = 500;

/** Commands of internal support (docs/domain.md §4.2, staff branch). Returns false when the message is none of them. */
export async function handleStaff(context: TurnContext): Promise<boolean> {
  const session = sessionOf(context);
  const command = parseStaffCommand(session.text) ?? (asksDate(session) ? 'calculate' : undefined);
  const waiting = session.asking === 'affectedMerchants' && session.understanding.command === undefined;
  if (session.asking === 'affectedMerchants' && (command || !waiting)) session.asking = undefined;
  switch (command ?? (waiting ? 'outage' : undefined)) {
    case 'case':
      await showCase(context, session, (found) => tellCase(context, session, found));
      return true;
    case 'summary':
      await showCase(context, session, (found) => {
        session.shown = found.draft;
        return sayText(context, found.summary);
      });
      return true;
    case 'calculate':
      await calculate(context, session);
      return true;
    case 'queue':
      await showQueue(context, session);
      return true;
    case 'outage':
      await reportOutage(context, session);
      return true;
    case 'help':
      await say(context, 'staff.help');
      return true;
    default:
      return false;
  }
}

/** 昨晚刷的，T+1，啥时候到: a time, a product and when. */
function asksDate({ text: words, understanding: { slots } }: Session): boolean {
  return asksWhen(words) && ['txTime', 'settleProduct'].every((slot) => slots.some((mention) => mention.slot === slot));
}

/** The case somebody names, or for `案件摘要` alone the case of this conversation. */
async function showCase(context: TurnContext, session: Session, show: (found: Case) => Promise<void>): Promise<void> {
  const id = caseIdIn(session.text);
  const found = id ? await session.desk.findCase(id) : session.case;
  if (found) await show(found);
  else await say(context, id ? 'staff.caseMissing' : 'staff.caseAsk');
}

const statusOf = (locale: Locale, { owner, agent }: Pick<Case, 'owner' | 'agent'>): string =>
  text(locale, `staff.status.${owner}`, { name: agent?.name ?? '' });

async function tellCase(context: TurnContext, { locale }: Session, found: Case): Promise<void> {
  const { id, priority, queue, replyBy } = found;
  await say(context, 'staff.case', { id, priority, queue, status: statusOf(locale, found), replyBy: formatInstant(locale, replyBy) });
}

async function calculate(context: TurnContext, session: Session): Promise<void> {
  const { understanding, locale, rules, now } = session;
  const time = understanding.slots.find((mention) => mention.slot === 'txTime');
  const product = understanding.slots.find((mention) => mention.slot === 'settleProduct');
  if (time?.slot !== 'txTime' || product?.slot !== 'settleProduct') return say(context, 'staff.calcAsk');
  const told = understanding.slots.find((mention) => mention.slot === 'amount');
  const amount = told?.slot === 'amount' ? told.value : undefined;
  const { profile, calendar } = rules;
  const settlement = expectedBy({
    tx: momentRange(time.value, now).to,
    product: product.value,
    ...(amount !== undefined && { amount }),
    profile,
    calendar,
  });
  await say(context, 'staff.calc', {
    product: formatValue(locale, 'settleProduct', product.value),
    tx: formatMoment(locale, time.value),
    date: formatInstant(locale, settlement.expectedBy),
    accounting: settlement.accountingDate,
  });
  if (amount !== undefined) await tellNet(context, session, amount);
}

/** What arrives of a sum: less the fee by rate, the flat fee and the instant fee that were told. */
async function tellNet(context: TurnContext, { understanding, text: words }: Session, amount: Fen): Promise<void> {
  const rate = understanding.slots.find((mention) => mention.slot === 'feeRate');
  const instant = understanding.slots.find((mention) => mention.slot === 'instantFee');
  const parts = [
    rate?.slot === 'feeRate' ? feeOf(amount, rate.value) : flatFeeIn(words),
    instant?.slot === 'instantFee' ? instant.value : undefined,
  ].filter((part) => part !== undefined);
  if (parts.length === 0) return;
  const fee = parts.reduce((sum, part) => sum + part, 0);
  if (fee >= amount) return say(context, 'staff.calcFee');
  await say(context, 'staff.calcNet', { amount: formatFen(amount), fee: formatFen(fee), net: formatFen(amount - fee) });
}

async function showQueue(context: TurnContext, session: Session): Promise<void> {
  const { locale } = session;
  const rows = await session.desk.listQueue(QUEUE_LIMIT);
  if (rows.length === 0) return say(context, 'staff.queueEmpty');
  const shown = rows.slice(0, QUEUE_ROWS);
  const lines = shown.map((row) => {
    const { id, priority, queue, replyBy } = row;
    return `\n${text(locale, 'staff.row', { id, priority, queue, status: statusOf(locale, row), replyBy: formatInstant(locale, replyBy) })}`;
  });
  const count = rows.length < QUEUE_LIMIT ? rows.length : `${rows.length}+`;
  const params = { count, shown: shown.length, rows: lines.join('') };
  await say(context, shown.length < rows.length ? 'staff.queueMore' : 'staff.queue', params);
}

/** A fault that hits several merchants: a case of its own and a draft of what to tell customers, never a promised time. */
async function reportOutage(context: TurnContext, session: Session): Promise<void> {
  const count = merchantsIn(session.text);
  if (count === undefined || count === 0) {
    session.asking = 'affectedMerchants';
    return say(context, 'provide-evidence.affectedMerchants.question');
  }
  // The report is about others: nothing of what was asked before belongs to it, and the conversation goes on as if it had not been.
  session.draft = reportOf(session, count);
  const many = count >= OUTAGE_MERCHANTS;
  const priority = many ? 'P0' : 'P2';
  const diagnosis: Diagnosis = { causes: [{ id: 'B3', likelihood: 'high' }], outcome: `ESC-${priority}`, queue: 'Q-TECH', priority };
  const { id } = await registerCase(context, diagnosis);
  session.draft = newDraft(session.now);
  session.diagnosis = undefined;
  await say(context, 'staff.outageSaved', { count, id, priority, queue: 'Q-TECH' });
  if (many) await sayText(context, text(session.locale, 'staff.broadcast'));
}

function reportOf({ now, understanding }: Session, count: number): CaseDraft {
  const acquirer = understanding.slots.find((mention) => mention.slot === 'acquirerName');
  const draft = setFact(setFact(newDraft(now), 'role', 'staff', 'checked', now), 'affectedMerchants', String(count), 'said', now);
  return acquirer?.slot === 'acquirerName' ? setFact(draft, 'acquirerName', acquirer.value, 'said', now) : draft;
}

/** A case that somebody of the staff reported waits for others: the bot goes on answering him. */
export function isReport({ staff, case: open }: Session): boolean {
  return staff && open?.owner === 'queue' && valueIn(open.draft, 'role') === 'staff';
}
