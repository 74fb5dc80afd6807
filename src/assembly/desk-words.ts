import { formatValue } from '../../dialogs/format';
import { isTextKey, type TextKey, text } from '../../locales';
import type { Slot } from '../desk/answers';
import type { ApiOptions } from '../desk/api-route';
import type { ViewOptions } from '../desk/view';
import type { Case, CaseDraft } from '../domain/case';
import type { SlotName } from '../domain/slots';

/** What the desk reads in words. It reads Chinese whatever the user's language. */

const firstOf = (keys: readonly string[]): TextKey | undefined => keys.find(isTextKey);
const labelOf = (id: string): string => {
  const key = firstOf([`slot.${id}`, `summary.label.${id}`, `desk.page.steps.${id}`]);
  return key ? text('zh-CN', key) : id;
};

/** Every known fact. */
export function slotsOf({ facts }: CaseDraft): readonly Slot[] {
  return Object.entries(facts).map(([slot, { value, source, approx, at }]) => {
    const shown = value === 'unknown' ? text('zh-CN', 'desk.page.unknown') : formatValue('zh-CN', slot as SlotName, value);
    return { slot, label: labelOf(slot), value: shown, source, at, ...(approx && { approx }) };
  });
}

/** See ApiOptions. */
export const nameOf: ApiOptions['nameOf'] = (kind, id) => {
  if (kind === 'issue') return formatValue('zh-CN', 'issueType', id);
  if (kind === 'step') return labelOf(id);
  const key = firstOf([`summary.causes.${id}`]);
  return key ? `${id} ${text('zh-CN', key)}` : id;
};

/** Possible causes, each with what speaks for it where that can be said. */
export function causesOf({ diagnosis }: Case, cutoff: string): ReturnType<ViewOptions['causes']> {
  return diagnosis.causes.map(({ id, likelihood, reasons = [] }) => {
    const why = firstOf([...reasons.map((reason) => `cause.${id}.${reason}`), `cause.${id}`, `escalation.reason.${id}`]);
    return { id, likelihood, name: nameOf('cause', id), ...(why && { words: text('zh-CN', why, { cutoff }) }) };
  });
}
