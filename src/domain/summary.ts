import { addDays, type Calendar, dateOf, momentRange, normalizeIso, timeOf } from './calendar';
import type { Case, Fact } from './case';
import { transactionsOf } from './draft';
import { formatFen } from './money';
import { maskPhone } from './privacy';
import type { Profile } from './profile';
import { ENUM_SLOTS, FEE_NAMES, MONEY_SLOTS, type Moment, type Signal, type SlotName, TIME_SLOTS, YES_NO_SLOTS } from './slots';

/** The case in words for the person who takes it. Source: docs/domain.md §7. */

/** The sentence of a key below `summary`; a room that speaks passes it in. */
export type SummaryText = (key: string, params?: Readonly<Record<string, string | number>>) => string;

/** What the case itself does not hold; each part is 「未提供」 without it. */
export interface SummaryContext {
  readonly profile?: Profile;
  readonly calendar?: Calendar;
  /** Last lines of the conversation, already masked. */
  readonly excerpt?: readonly string[];
}

interface Writing {
  readonly of: Case;
  readonly text: SummaryText;
  readonly context: SummaryContext;
}

/** Ways in that have a name in the sentences. */
const CHANNELS: readonly string[] = ['directline', 'webchat', 'wechat', 'wecom', 'msteams', 'emulator', 'terminal'];

const FRAUD_SIGNALS: readonly Signal[] = [
  'codeLeaked',
  'scamContact',
  'unauthorizedCharge',
  'settleCardHijacked',
  'qrSwapped',
  'refundElsewhere',
];

/** 2026-11-18 18:00 */
function clock(iso: string): string {
  return normalizeIso(iso).slice(0, 16).replace('T', ' ');
}

function momentWords({ date, time, part }: Moment, text: SummaryText): string {
  if (time !== undefined) return `${date} ${time}`;
  return part === undefined ? date : `${date} ${text(`summary.part.${part}`)}`;
}

function valueWords(slot: SlotName, value: unknown, text: SummaryText): string {
  if ((YES_NO_SLOTS as readonly SlotName[]).includes(slot)) return text(`summary.answer.${String(value)}`);
  if (slot in ENUM_SLOTS) return text(`summary.value.${slot}.${String(value)}`);
  if ((MONEY_SLOTS as readonly string[]).includes(slot)) return formatFen(Number(value));
  if ((TIME_SLOTS as readonly string[]).includes(slot)) return momentWords(value as Moment, text);
  if (slot === 'feeRate') return `${Number(value) / 100}%`;
  if (slot === 'contactPhone') return maskPhone(String(value));
  const isFee = slot === 'feeName' && (FEE_NAMES as readonly string[]).includes(String(value));
  return isFee ? text(`summary.fee.${String(value)}`) : String(value);
}

/** The value with its source, or 「未提供」. */
function field({ of, text }: Writing, slot: SlotName): string {
  const fact: Fact<unknown> | undefined = of.draft.facts[slot];
  if (fact === undefined) return text('summary.absent');
  if (fact.value === 'unknown') return text('summary.notKnown');
  const value = valueWords(slot, fact.value, text);
  return text('summary.sourced', {
    value: fact.approx ? text('summary.approx', { value }) : value,
    source: text(`summary.source.${fact.source}`),
  });
}

function labelled(writing: Writing, ...slots: readonly SlotName[]): string {
  const { text } = writing;
  return slots
    .map((slot) => text('summary.field', { label: text(`summary.label.${slot}`), value: field(writing, slot) }))
    .join(text('summary.bar'));
}

/** A value in a sentence: without label or source; undefined when it is not known. */
function plain({ of, text }: Writing, slot: SlotName): string | undefined {
  const fact: Fact<unknown> | undefined = of.draft.facts[slot];
  return fact === undefined || fact.value === 'unknown' ? undefined : valueWords(slot, fact.value, text);
}

/** What it is about in one sentence, with what is known; the sections below it say what is not. */
function headline(writing: Writing): string {
  const { of, text } = writing;
  const { causes, expectedBy, overdueWorkdays } = of.diagnosis;
  const [cause] = causes;
  const issue = plain(writing, 'issueType') ?? (cause ? text(`summary.causes.${cause.id}`) : text('summary.untold'));
  const reported = text('summary.headline', { role: plain(writing, 'role') ?? text('summary.somebody'), issue });
  const sale = (['txTime', 'payMethod', 'amount'] as const).flatMap((slot) => plain(writing, slot) ?? []);
  const what = sale.length > 0 ? text('summary.ofSale', { issue: reported, sale: sale.join(text('summary.comma')) }) : reported;
  if (expectedBy === undefined) return what;
  const due = text('summary.due', { expectedBy: clock(expectedBy), now: clock(of.createdAt) });
  return what + due + (overdueWorkdays ? text('summary.overdue', { count: overdueWorkdays }) : '');
}

function salesLine({ of, text }: Writing): string {
  const told = transactionsOf(of.draft);
  if (told.length < 2) return '';
  const sales = told.map(({ amount, txTime }, i) =>
    text('summary.sale', {
      number: i + 1,
      amount: amount === undefined ? text('summary.absent') : formatFen(amount),
      time: txTime ? momentWords(txTime, text) : text('summary.absent'),
    }),
  );
  return text('summary.bar') + sales.join(text('summary.comma'));
}

/** Cut-off and accounting date of the sale, as far as the profile and an exact time tell. */
function settlementLine(writing: Writing): string {
  const { of, text, context } = writing;
  const txTime = of.draft.facts.txTime?.value;
  const absent = text('summary.absent');
  const cutoff = context.profile?.cutoff;
  let accountingDate = absent;
  if (cutoff !== undefined && txTime !== undefined && txTime !== 'unknown') {
    const { from, to } = momentRange(txTime, of.createdAt);
    const roll = (iso: string) => (timeOf(iso) >= cutoff ? addDays(dateOf(iso), 1) : dateOf(iso));
    accountingDate = roll(from) === roll(to) ? roll(from) : text('summary.either', { first: roll(from), second: roll(to) });
  }
  const { expectedBy, overdueWorkdays, provisional } = of.diagnosis;
  const due = expectedBy === undefined ? absent : clock(expectedBy) + (provisional ? text('summary.provisional') : '');
  const overdue = overdueWorkdays === undefined ? absent : text('summary.workdays', { count: overdueWorkdays });
  return text('summary.settlement', { product: field(writing, 'settleProduct'), cutoff: cutoff ?? absent, accountingDate, due, overdue });
}

function causesLine({ of, text }: Writing): string {
  const causes = of.diagnosis.causes.map(({ id, likelihood }) =>
    text('summary.cause', { id, name: text(`summary.causes.${id}`), likelihood: text(`summary.likelihood.${likelihood}`) }),
  );
  return causes.join(text('summary.comma')) || text('summary.absent');
}

function stepsLine(writing: Writing): string {
  const { of, text } = writing;
  const told = of.draft.advised.map(({ outcome, at }) =>
    text('summary.advised', { outcome: text(`summary.outcome.${outcome}`), at: clock(at) }),
  );
  const tried = of.draft.signals.includes('fixDone') ? [text('summary.fixDone')] : [];
  const fact = of.draft.facts.fixTried === undefined ? [] : [labelled(writing, 'fixTried')];
  return [...told, ...tried, ...fact].join(text('summary.comma')) || text('summary.none');
}

function safetyLine({ of, text }: Writing): string {
  const masked = Object.entries(of.draft.masked).map(([kind, count]) =>
    text('summary.masked', { kind: text(`summary.secret.${kind}`), count }),
  );
  const fraud = FRAUD_SIGNALS.filter((signal) => of.draft.signals.includes(signal)).map((signal) => text(`summary.fraud.${signal}`));
  const threat = of.draft.signals.includes('lifeThreat') ? [text('summary.fraud.lifeThreat')] : [];
  const marks = [...threat, ...fraud].join(text('summary.comma')) || text('summary.noFraud');
  return marks + text('summary.bar') + (masked.join(text('summary.comma')) || text('summary.noMasked'));
}

function personLine({ of, text }: Writing): string {
  const mood = of.draft.signals.includes('angry') ? 'angry' : 'calm';
  return text('summary.person', {
    role: plainRole(of, text),
    channel: CHANNELS.includes(of.channel) ? text(`summary.channel.${of.channel}`) : of.channel,
    language: text(`summary.language.${of.locale}`),
    mood: text(`summary.mood.${mood}`),
    contacts: of.contacts,
  });
}

function plainRole(of: Case, text: SummaryText): string {
  const role = of.draft.facts.role?.value;
  return role === undefined || role === 'unknown' ? text('summary.absent') : text(`summary.value.role.${role}`);
}

function demandLine({ of, text }: Writing): string {
  const issue = of.draft.facts.issueType?.value;
  const demand = issue === undefined || issue === 'unknown' ? text('summary.absent') : text(`summary.demand.${issue}`);
  const { recheckAt } = of.diagnosis;
  return text('summary.demandLine', {
    demand,
    told: recheckAt === undefined ? text('summary.nothingTold') : text('summary.recheckTold', { at: clock(recheckAt) }),
  });
}

/** Lines that only some problems have. */
function extraLines(writing: Writing): string[] {
  const { text } = writing;
  const issue = writing.of.draft.facts.issueType?.value;
  const line = (key: string, ...slots: readonly SlotName[]) =>
    text('summary.line', { name: text(`summary.section.${key}`), value: labelled(writing, ...slots) });
  if (issue === 'R6') return [line('refund', 'refundMethod', 'refundTime', 'issuerName')];
  if (issue === 'R3' || issue === 'R5') return [line('fee', 'feeName', 'feeTime', 'feeAgreed')];
  if (issue === 'R4') return [line('shortfall', 'netAmount', 'feeRate', 'instantFee')];
  return [];
}

/** The summary of §7, one section per line, in the language of `text`. Missing facts read 「未提供」, known ones name their source. */
export function summarize(of: Case, text: SummaryText, context: SummaryContext = {}): string {
  const writing = { of, text, context };
  const line = (section: string, value: string) => text('summary.line', { name: text(`summary.section.${section}`), value });
  const { attachments } = of.draft;
  const missing = of.missing.map((slot) => text(`summary.label.${slot}`)).join(text('summary.comma'));
  const files = attachments.length === 0 ? text('summary.none') : text('summary.files', { count: attachments.length });
  const excerpt = context.excerpt?.length ? context.excerpt.join('\n') : text('summary.absent');
  return [
    text('summary.title', { id: of.id, priority: of.priority, queue: text(`summary.queue.${of.queue}`), replyBy: clock(of.replyBy) }),
    line('headline', headline(writing)),
    line('person', personLine(writing)),
    line('sale', labelled(writing, 'amount', 'txTime', 'payMethod', 'cardLast4', 'issuerName') + salesLine(writing)),
    line('numbers', labelled(writing, 'merchantNo', 'terminalNo', 'rrn', 'orderNo', 'merchantOrderNo', 'traceNo', 'batchNo', 'authCode')),
    line('status', labelled(writing, 'txStatus', 'cardholderDebited', 'hasSlip')),
    line('settlement', settlementLine(writing)),
    line('payout', labelled(writing, 'payoutStatus', 'settleBank', 'settleCardLast4', 'acquirerName', 'payerName')),
    ...extraLines(writing),
    line('causes', causesLine(writing)),
    line('steps', stepsLine(writing)),
    line('files', files),
    line('demand', demandLine(writing)),
    line('contact', field(writing, 'contactPhone')),
    line('safety', safetyLine(writing)),
    line('excerpt', excerpt),
    line('missing', missing || text('summary.none')),
  ].join('\n');
}
