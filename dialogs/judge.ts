import type { CaseDraft, Diagnosis } from '../src/domain/case';
import { diagnose } from '../src/domain/diagnosis/diagnose';
import type { Rules } from '../src/domain/diagnosis/verdict';
import type { Session } from './services';

/** The last judgement under the rules of a turn; drafts are never changed in place, so the same draft means the same. */
const judged = new WeakMap<Rules, { readonly draft: CaseDraft; readonly diagnosis: Diagnosis }>();

/** What the facts of this session mean now. */
export function diagnoseNow({ draft, rules }: Session): Diagnosis {
  const last = judged.get(rules);
  if (last?.draft === draft) return last.diagnosis;
  const diagnosis = diagnose(draft, rules);
  judged.set(rules, { draft, diagnosis });
  return diagnosis;
}
