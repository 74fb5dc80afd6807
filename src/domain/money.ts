import type { Fen } from './slots';

/** ¥1,280.00; a negative sum keeps its sign in front: -¥0.50. */
export function formatFen(fen: Fen): string {
  const whole = Math.trunc(Math.abs(fen) / 100);
  const cents = String(Math.abs(fen) % 100).padStart(2, '0');
  return `${fen < 0 ? '-' : ''}¥${String(whole).replace(/\B(?=(?:\d{3})+$)/g, ',')}.${cents}`;
}

/**
 * A plain decimal in yuan as fen: 1280, 1280.5, 1,280.00. Undefined for anything else: signs, more than two decimals,
 * wrong grouping, more than nine digits. Spoken sums (一千二, 2.5w) are read by the understanding.
 */
export function parseYuan(text: string): Fen | undefined {
  const match = /^(\d{1,9}|\d{1,3}(?:,\d{3}){1,2})(?:\.(\d{1,2}))?$/.exec(text.trim());
  if (!match?.[1]) return undefined;
  return Number(match[1].replaceAll(',', '')) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
}
