import type { TurnContext } from 'botbuilder';
import { type TextKey, text } from '../locales';
import type { Diagnosis } from '../src/domain/case';
import { sayText } from './prompts';
import { sessionOf } from './services';

/** Tips by the first letter of the cause: two that fit, never the whole list (S11). */
const TIPS: Readonly<Record<string, readonly [TextKey, TextKey]>> = {
  A: ['prevention.wait', 'prevention.daily'],
  B: ['prevention.query', 'prevention.daily'],
  C: ['prevention.proof', 'prevention.daily'],
  D: ['prevention.card', 'prevention.daily'],
  E: ['prevention.daily', 'prevention.card'],
  F: ['prevention.fee', 'prevention.daily'],
  G: ['prevention.safe', 'prevention.proof'],
};

/** S11 预防措施 */
export async function giveTips(context: TurnContext, diagnosis: Diagnosis | undefined): Promise<void> {
  const { locale } = sessionOf(context);
  const tips = TIPS[diagnosis?.causes[0]?.id[0] ?? ''];
  if (!tips) return;
  await sayText(context, [text(locale, 'prevention.intro'), ...tips.map((key) => `\n· ${text(locale, key)}`)].join(''));
}
