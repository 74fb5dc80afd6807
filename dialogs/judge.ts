import type { Diagnosis } from '../src/domain/case';
import { diagnose } from '../src/domain/diagnosis/diagnose';
import type { Session } from './services';

/** What the facts of this session mean now. */
export function diagnoseNow(session: Session): Diagnosis {
  return diagnose(session.draft, session.rules);
}
