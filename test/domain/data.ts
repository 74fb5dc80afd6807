import type { CaseDraft } from '../../src/domain/case';
import { newDraft } from '../../src/domain/case';
import { parseYuan } from '../../src/domain/money';
import { loadProfiles, type Profile, type Profiles, profileOf } from '../../src/domain/profile';
import type { Fen, Signal } from '../../src/domain/slots';

const loaded = loadProfiles();
if (loaded.kind === 'refused') throw new Error(loaded.faults.join('\n'));

/** The data that comes with the product. */
export const profiles: Profiles = loaded.profiles;
export const calendar = profiles.calendar;
export const profile: Profile = profileOf(profiles);

/** `2026-03-03 Tue 14:20` of a table as ISO; the weekday is checked. */
export function instant(text: string): string {
  const match = /^(\d{4}-\d\d-\d\d) (Sun|Mon|Tue|Wed|Thu|Fri|Sat) (\d\d:\d\d)$/.exec(text);
  if (!match) throw new Error(`not a time of a table: ${text}`);
  const [, date, weekday, time] = match;
  const true_ = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][new Date(`${date}T00:00:00Z`).getUTCDay()];
  if (true_ !== weekday) throw new Error(`${date} is a ${true_}`);
  return `${date}T${time}:00+08:00`;
}

/** Yuan of a table as fen; throws when it is no sum. */
export function fen(text: string): Fen {
  const sum = parseYuan(text.replace(/^-/, ''));
  if (sum === undefined) throw new Error(`not a sum: ${text}`);
  return text.startsWith('-') ? -sum : sum;
}

const AT = '2026-11-20T10:00:00+08:00';
const VALUES: Readonly<Record<string, unknown>> = { amount: 860_000, txTime: { date: '2026-11-17', time: '14:05' } };

/** A draft from `role=merchant amount !rrn`: a name alone is known, `!` is asked and not known. */
export function draftOf(known: string, more: Partial<CaseDraft> = {}): CaseDraft {
  const facts = known
    .split(' ')
    .filter(Boolean)
    .map((word) => {
      const [name = '', value] = word.replace('!', '').split('=');
      const fact = word.startsWith('!') ? 'unknown' : (value ?? VALUES[name] ?? '1');
      return [name, { value: fact, source: 'said', at: AT }];
    });
  return { ...newDraft(AT), facts: Object.fromEntries(facts), ...more };
}

export function signalsOf(text: string): Signal[] {
  return text.split(' ').filter(Boolean) as Signal[];
}
