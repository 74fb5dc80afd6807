import zhCN from '../../locales/zh-CN.json';
import { type Case, newDraft } from '../../src/domain/case';
import { SLOT_NAMES } from '../../src/domain/slots';
import { summarize } from '../../src/domain/summary';
import { tableOf } from '../tables';
import { caseOf } from './case';
import { calendar, draftOf, profile } from './data';

const SENTENCES: Readonly<Record<string, unknown>> = zhCN;

/** Strict: a missing key or parameter fails the test. */
function text(key: string, params: Readonly<Record<string, string | number>> = {}): string {
  const sentence = key.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], SENTENCES);
  if (typeof sentence !== 'string') throw new Error(`no sentence ${key}`);
  return sentence.replace(/\{\{(\w+)\}\}/g, (_match, name: string) => {
    if (params[name] === undefined) throw new Error(`${key} lacks ${name}`);
    return String(params[name]);
  });
}

const AT = '2026-11-20T10:00:00+08:00';
const FULL: Case = caseOf({
  draft: {
    ...draftOf(
      'role=merchant issueType=R1 payMethod=creditCard amount txTime txStatus=success cardholderDebited=yes hasSlip=yes settleProduct=T1 payoutStatus=failed settleBank=建设银行 settleCardLast4=6677 cardLast4=1234 merchantNo=822100054110001 rrn=611223300457 contactPhone=13812345678 !authCode',
    ),
    signals: ['angry', 'fixDone'],
    masked: { pan: 1 },
    attachments: [{ id: 'x', contentType: 'image/png', size: 1, at: AT }],
    advised: [{ outcome: 'SS-CHECK', at: AT }],
  },
  diagnosis: {
    causes: [
      { id: 'D2', likelihood: 'medium' },
      { id: 'D3', likelihood: 'low' },
    ],
    outcome: 'ESC-P2',
    expectedBy: '2026-11-18T18:00:00+08:00',
    recheckAt: '2026-11-20T14:00:00+08:00',
    overdueWorkdays: 2,
  },
  missing: ['authCode'],
});

describe('the case summary', () => {
  const summary = summarize(FULL, text, { profile, calendar, excerpt: ['还没到'] });

  test('tells who, what, when and how much, and the source of each fact', () => {
    for (const part of [
      'DZ20261120-AB2CD-17',
      'P2',
      '2026-11-20 14:00',
      '商户',
      '¥8,600.00（用户陈述）',
      '2026-11-17 14:05',
      '银行卡-信用卡',
      '1234（用户陈述）',
      '822100054110001',
      '611223300457',
    ]) {
      expect(summary).toContain(part);
    }
  });

  test('tells the settlement, the payout, the causes and what was done', () => {
    for (const part of [
      'T+1',
      '日切 23:00',
      '记账日 2026-11-17',
      '2026-11-18 18:00',
      '2个工作日',
      '划款失败',
      '建设银行',
      '6677',
      'D2 Ⅱ/Ⅲ类户限额（中）',
      'D3',
      '自查',
      '仍未解决',
    ]) {
      expect(summary).toContain(part);
    }
  });

  test('masks the phone, counts what was hidden, and marks safety', () => {
    expect(summary).toContain('138****5678');
    expect(summary).not.toContain('13812345678');
    expect(summary).toContain('已自动遮挡完整卡号1处');
    expect(summary).toContain('无诈骗迹象');
  });

  test('says 未提供 for whatever is missing, and that the user does not know', () => {
    expect(summary).toContain('终端号 未提供');
    expect(summary).toContain('授权码 未提供（用户不清楚）');
    expect(summary).toMatch(/缺失：授权码$/);
  });

  test('has its sections in the order of the reference', () => {
    const heads = summary
      .split('\n')
      .slice(1)
      .map((line) => line.split('：')[0]);
    expect(heads.filter((head) => head !== '还没到')).toEqual([
      '摘要',
      '用户',
      '交易',
      '单据',
      '状态',
      '结算',
      '划款',
      '可能原因',
      '已做',
      '附件',
      '诉求',
      '联系',
      '安全',
      '对话',
      '缺失',
    ]);
  });

  test('of an empty draft is whole, every field 未提供', () => {
    const empty = summarize(caseOf({ draft: newDraft(AT) }), text);
    expect(empty.split('\n').length).toBe(16);
    expect(empty.split('未提供').length).toBeGreaterThan(25);
    expect(empty).not.toMatch(/undefined|NaN|\{\{/);
  });

  test('shows several sales, and refund, fee and shortfall lines where they apply', () => {
    const sales = summarize(
      caseOf({ draft: { ...draftOf('amount'), transactions: [{ amount: 50_000 }, { txTime: { date: '2026-11-17', part: 'evening' } }] } }),
      text,
    );
    expect(sales).toContain('1) ¥500.00 未提供、2) 未提供 2026-11-17 晚上');
    expect(summarize(caseOf({ draft: draftOf('issueType=R6 refundMethod=wechatCard') }), text)).toContain('微信退回银行卡');
    expect(summarize(caseOf({ draft: draftOf('issueType=R3 feeName=dataFee feeAgreed=no') }), text)).toContain('流量费');
    expect(summarize(caseOf({ draft: draftOf('issueType=R4 feeRate=60 !netAmount') }), text)).toContain('0.6%');
  });

  test('names both accounting dates when the hour is not known', () => {
    const draft = { ...newDraft(AT), facts: { txTime: { value: { date: '2026-11-17' }, source: 'said', at: AT } } } as const;
    expect(summarize(caseOf({ draft }), text, { profile, calendar })).toContain('2026-11-17或2026-11-18');
  });

  test('has a name for every slot, cause and fraud mark', () => {
    for (const slot of SLOT_NAMES) expect(text(`summary.label.${slot}`)).not.toBe('');
    for (const row of tableOf('3')) expect(text(`summary.causes.${row.id}`)).not.toBe('');
  });
});
