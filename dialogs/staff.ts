import type { TurnContext } from 'botbuilder';
import { text } from '../locales';
import { momentRange } from '../src/domain/calendar';
import type { Case, Diagnosis } from '../src/domain/case';
import { setFact, valueIn } from '../src/domain/draft';
import { expectedBy } from '../src/domain/settlement';
import { parseStaffCommand } from '../src/understanding/embedded/staff';
import { registerCase } from './contact-agent';
import { formatInstant, formatMoment, formatValue } from './format';
import { say, sayText } from './prompts';
import { tellProgress } from './queue';
import { type Session, sessionOf } from './services';

/** Merchants from which an outage is everybody's: P0. Source: docs/domain.md §4.5. */
const OUTAGE_MERCHANTS = 3;
const QUEUE_ROWS = 10;

/** Commands of internal support (docs/domain.md §4.2, staff branch). Returns false when the message is none of them. */
export async function handleStaff(context: TurnContext): Promise<boolean> {
  const session = sessionOf(context);
  const waiting = session.asking === 'affectedMerchants';
  switch (waiting ? 'outage' : parseStaffCommand(session.text)) {
    case 'case':
      await showCase(context, session, (found) => tellProgress(context, found));
      return true;
    case 'summary':
      await showCase(context, session, (found) => sayText(context, found.summary));
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

function told<S extends 'caseId' | 'affectedMerchants'>(session: Session, slot: S): string | undefined {
  return session.understanding.slots.find((mention) => mention.slot === slot)?.value as string | undefined;
}

async function showCase(context: TurnContext, session: Session, show: (found: Case) => Promise<void>): Promise<void> {
  const id = told(session, 'caseId') ?? session.text.match(/DZ\d{8}-[A-Z0-9]{5}-\d{2}/i)?.[0]?.toUpperCase();
  const found = id ? await session.desk.findCase(id) : undefined;
  if (found) await show(found);
  else await say(context, 'staff.caseMissing');
}

async function calculate(context: TurnContext, session: Session): Promise<void> {
  const { understanding, locale, rules, now } = session;
  const time = understanding.slots.find((mention) => mention.slot === 'txTime');
  const product = understanding.slots.find((mention) => mention.slot === 'settleProduct');
  if (time?.slot !== 'txTime' || product?.slot !== 'settleProduct') return say(context, 'staff.calcAsk');
  const amount = understanding.slots.find((mention) => mention.slot === 'amount');
  const { profile, calendar } = rules;
  const settlement = expectedBy({
    tx: momentRange(time.value, now).to,
    product: product.value,
    ...(amount?.slot === 'amount' ? { amount: amount.value } : {}),
    profile,
    calendar,
  });
  await say(context, 'staff.calc', {
    product: formatValue(locale, 'settleProduct', product.value),
    tx: formatMoment(locale, time.value),
    date: formatInstant(locale, settlement.expectedBy),
    accounting: settlement.accountingDate,
  });
}

async function showQueue(context: TurnContext, session: Session): Promise<void> {
  const rows = await session.desk.listQueue(QUEUE_ROWS);
  if (rows.length === 0) return say(context, 'staff.queueEmpty');
  const lines = rows.map(({ id, priority, queue }) => `\n${priority} ${queue} ${id}`);
  await say(context, 'staff.queue', { count: rows.length, rows: lines.join('') });
}

/** A fault that hits several merchants: a case of its own and a draft of what to tell customers, never a promised time. */
async function reportOutage(context: TurnContext, session: Session): Promise<void> {
  const count = told(session, 'affectedMerchants') ?? (session.asking ? session.text.match(/\d+/)?.[0] : undefined);
  if (!count) {
    session.asking = 'affectedMerchants';
    return say(context, 'provide-evidence.affectedMerchants.question');
  }
  session.draft = setFact(setFact(session.draft, 'role', 'staff', 'checked', session.now), 'affectedMerchants', count, 'said', session.now);
  const many = Number(valueIn(session.draft, 'affectedMerchants')) >= OUTAGE_MERCHANTS;
  const priority = many ? 'P0' : 'P2';
  const diagnosis: Diagnosis = { causes: [{ id: 'B3', likelihood: 'high' }], outcome: `ESC-${priority}`, queue: 'Q-TECH', priority };
  const { id } = await registerCase(context, diagnosis);
  await say(context, 'staff.outageSaved', { count, id, priority, queue: 'Q-TECH' });
  if (many) await sayText(context, text(session.locale, 'staff.broadcast'));
}
