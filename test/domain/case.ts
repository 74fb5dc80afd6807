import { type Case, newDraft } from '../../src/domain/case';

const AT = '2026-11-20T10:00:00+08:00';

/** A case as a queue holds it, with the fields of a test put in. */
export function caseOf(fields: Partial<Case> = {}): Case {
  return {
    id: 'DZ20261120-AB2CD-17',
    conversationId: 'emulator/1',
    channel: 'emulator',
    locale: 'zh-CN',
    createdAt: AT,
    updatedAt: AT,
    priority: 'P2',
    queue: 'Q-SETTLE',
    owner: 'queue',
    draft: newDraft(AT),
    diagnosis: { causes: [] },
    summary: '',
    missing: [],
    contacts: 0,
    replyBy: '2026-11-20T14:00:00+08:00',
    ...fields,
  };
}
