import type { TurnContext } from 'botbuilder';
import { isTextKey, type TextKey, text } from '../locales';
import { dateOf } from '../src/domain/calendar';
import type { Diagnosis } from '../src/domain/case';
import { isWallet } from '../src/domain/diagnosis/conclusions';
import { valueIn } from '../src/domain/draft';
import { formatFen } from '../src/domain/money';
import { addFollowUp, cancelFollowUps } from '../src/repositories/follow-ups';
import { formatDay, formatInstant } from './format';
import { sayText } from './prompts';
import { type Session, sessionOf } from './services';

/** Outcomes whose next step differs by method of payment (S8). */
const BY_METHOD: ReadonlySet<string> = new Set(['SS-CHECK', 'SS-VERIFY', 'SS-REVERSAL']);
/** Outcomes that only wait: nothing to ask afterwards. */
export const WAITING: ReadonlySet<string> = new Set([
  'SS-WAIT',
  'SS-FALLBACK',
  'SS-REVERSAL',
  'SS-REFUNDWAIT',
  'SS-PREAUTH',
  'SS-PAYAGAIN',
]);

/** S8: says what the user can do alone, when to look again and what to do then; plans to ask again at that hour. */
export async function conclude(context: TurnContext, diagnosis: Diagnosis): Promise<void> {
  const session = sessionOf(context);
  const params = paramsOf(session, diagnosis);
  const lines = [mainLine(session, diagnosis, params), ...causeLines(session, diagnosis, params)];
  if (diagnosis.provisional) lines.push(text(session.locale, 'conclusion.provisional'));
  await sayText(context, lines.join(''));
  const method = methodLine(session, diagnosis);
  if (method) await sayText(context, method);
  if (diagnosis.recheckAt) await sayText(context, text(session.locale, thenKey(diagnosis), params));
  session.diagnosis = diagnosis;
  session.questions = session.draft.asked.length;
  session.draft = {
    ...session.draft,
    asked: [],
    advised: [...session.draft.advised, { outcome: diagnosis.outcome ?? '', at: session.now }],
  };
  await planRecheck(session, diagnosis);
  await recallLater(context);
}

/** The other matter of the first message, once the one before it is answered. */
async function recallLater(context: TurnContext): Promise<void> {
  const session = sessionOf(context);
  const { later, ...extra } = session.record.extra ?? {};
  if (typeof later !== 'string') return;
  session.record = { ...session.record, extra };
  await sayText(context, text(session.locale, 'talk.later', { text: later }));
}

/** When to look again and what to do then; some outcomes have words of their own. */
function thenKey({ outcome }: Diagnosis): TextKey {
  const own = `conclusion.${outcome}.then`;
  return isTextKey(own) ? own : 'conclusion.then';
}

type Params = Record<string, string>;

function paramsOf(session: Session, diagnosis: Diagnosis): Params {
  const { locale, draft, rules } = session;
  const recheckAt = diagnosis.recheckAt ?? diagnosis.expectedBy ?? session.now;
  const date = diagnosis.expectedBy ?? recheckAt;
  const gross = valueIn(draft, 'amount') ?? 0;
  const net = valueIn(draft, 'netAmount') ?? 0;
  return {
    date: formatInstant(locale, date),
    day: formatDay(locale, dateOf(date)),
    earliest: formatInstant(locale, diagnosis.earliest ?? date),
    recheck: formatInstant(locale, recheckAt),
    cutoff: rules.profile.cutoff,
    amount: formatFen(gross),
    net: formatFen(net),
    difference: formatFen(Math.max(0, gross - net)),
  };
}

function mainLine(session: Session, diagnosis: Diagnosis, params: Params): string {
  const base = `conclusion.${diagnosis.outcome}`;
  const variants = [...diagnosis.causes.map(({ id }) => id), variantOf(session, diagnosis), 'main'];
  const key = variants.map((variant) => `${base}.${variant}`).find(isTextKey);
  if (!key) throw new Error(`no sentence for the outcome ${diagnosis.outcome}`);
  return text(session.locale, key, params);
}

/** The wording of an outcome that depends on what is missing, not on a cause. */
function variantOf({ draft }: Session, { outcome, earliest, expectedBy }: Diagnosis): string {
  if (outcome === 'SS-WAIT' && earliest) return 'unknownProduct';
  if (outcome === 'SS-NETAMOUNT' && valueIn(draft, 'netAmount') !== undefined && valueIn(draft, 'amount') !== undefined) return 'explained';
  if (outcome === 'SS-REFUNDWAIT' && !expectedBy) return 'unknown';
  if (outcome === 'SS-PREAUTH' && !expectedBy) return 'undated';
  if (outcome === 'SS-VERIFY' && valueIn(draft, 'role') === 'merchant') return 'merchant';
  return 'main';
}

const EXPLAINED: ReadonlySet<string> = new Set(['SS-WAIT', 'SS-FALLBACK']);

/** Why it takes that long: cut-off, holiday, the reason of the fallback. */
function causeLines(session: Session, { outcome, causes }: Diagnosis, params: Params): readonly string[] {
  if (!EXPLAINED.has(outcome ?? '')) return [];
  const keys = causes.flatMap(({ id, reasons = [] }) => [`cause.${id}`, ...reasons.map((reason) => `cause.${id}.${reason}`)]);
  const telling = keys.filter((key) => key !== 'cause.A1' || causes.length === 1);
  return telling.filter(isTextKey).map((key) => text(session.locale, key, params));
}

function methodLine(session: Session, { outcome, causes }: Diagnosis): string | undefined {
  const family = familyOf(session);
  if (!family || !BY_METHOD.has(outcome ?? '') || causes.some(({ id }) => id === 'C9' || id === 'G2')) return undefined;
  const role = valueIn(session.draft, 'role') === 'cardholder' ? 'cardholder' : 'merchant';
  const key: TextKey = `handle-by-method.${family}.${role}`;
  return text(session.locale, key);
}

function familyOf({ draft }: Session): 'card' | 'wallet' | 'online' | undefined {
  if (!valueIn(draft, 'payMethod') && !valueIn(draft, 'payFamily')) return undefined;
  if (valueIn(draft, 'payMethod') === 'online') return 'online';
  return isWallet(draft) ? 'wallet' : 'card';
}

/** Comes back by itself at the hour that was told. */
async function planRecheck(session: Session, { recheckAt }: Diagnosis): Promise<void> {
  const { partition, record } = session;
  await cancelFollowUps(partition, record.id, 'recheck');
  if (!recheckAt) return;
  await addFollowUp(partition, { conversation: record.id, reference: record.reference, dueAt: recheckAt, kind: 'recheck' });
}
