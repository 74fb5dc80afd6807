import type { Asking, SlotName } from '../../src/domain/slots';
import { createEmbeddedRecognizer } from '../../src/understanding/embedded/index';
import { cell, tableOf } from '../tables';

const recognizer = createEmbeddedRecognizer();

/** What is kept of an answer, as the table writes it. */
async function keptOf(slot: SlotName, raw: string): Promise<string> {
  const { slots } = await recognizer.recognize(raw, { locale: 'zh-CN', now: '2026-11-20T10:00:00+08:00', expecting: slot as Asking });
  const kept = slots.map(({ slot: found, value }) => {
    const text = typeof value === 'object' ? [value.date, value.time ?? value.part].filter(Boolean).join(' ') : String(value);
    return found === slot ? text : `${found} → ${text}`;
  });
  return kept.join(', ') || 'nothing';
}

test.each(tableOf('4.3').map((row) => [cell(row, 'slot'), cell(row, 'raw'), cell(row, 'result')] as const))(
  'the answer for %s, 「%s」, is kept as %s',
  async (slot, raw, result) => {
    expect(await keptOf(slot as SlotName, raw)).toBe(result);
  },
);
