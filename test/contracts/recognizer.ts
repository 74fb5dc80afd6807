import { z } from 'zod';
import { SIGNALS, SLOT_NAMES } from '../../src/domain/slots';
import { INTENTS, type RecognizeOptions, type Recognizer, type Understanding } from '../../src/understanding/recognizer';

const OPTIONS: RecognizeOptions = { locale: 'zh-CN', now: '2026-09-23T15:00:00+08:00' };
const share = z.number().min(0).max(1);

const UNDERSTANDING = z.strictObject({
  intent: z.enum(INTENTS).optional(),
  confidence: share,
  decided: z.enum([...INTENTS, 'clarify']).optional(),
  ranked: z.array(z.strictObject({ name: z.enum(INTENTS), confidence: share })),
  slots: z.array(
    z.strictObject({
      slot: z.enum(SLOT_NAMES as [string, ...string[]]),
      value: z.union([
        z.string(),
        z.number(),
        z.strictObject({ date: z.string(), time: z.string().optional(), part: z.string().optional() }),
      ]),
      text: z.string(),
      approx: z.boolean().optional(),
      correction: z.boolean().optional(),
    }),
  ),
  transactions: z.array(z.object({ amount: z.number().optional() })),
  amountRange: z.boolean().optional(),
  ambiguousHour: z.boolean().optional(),
  signals: z.array(z.enum(SIGNALS)),
  reply: z.enum(['yes', 'no', 'unknown']).optional(),
  command: z.enum(['human', 'back', 'restart', 'cancel', 'help', 'progress', 'deleteData', 'endHuman']).optional(),
  language: z.enum(['zh-CN', 'zh-Hant', 'en-US']).optional(),
  faq: z.strictObject({ key: z.string().regex(/^[A-Z]\d\d$/), confidence: share }).optional(),
  fragment: z.boolean(),
});

const TEXTS: readonly string[] = [
  '我昨天下午刷了1280到现在没到账',
  '扣了两次',
  '退款什么時候到',
  'My money has not arrived',
  '冇到數呀',
  '借呗没到账',
  '1280',
  '？？？',
  '',
  '   ',
  '👍',
  '\u202e\u200b\u0000',
  `啊${'没到账，'.repeat(600)}`,
];

/** What every recognizer does, whoever answers behind it. */
export function recognizerContract(name: string, open: () => Promise<{ recognizer: Recognizer; close(): Promise<void> }>): void {
  describe(`${name} as a recognizer`, () => {
    let opened: Awaited<ReturnType<typeof open>>;
    const recognize = (text: string, options: Partial<RecognizeOptions> = {}): Promise<Understanding> =>
      opened.recognizer.recognize(text, { ...OPTIONS, ...options });

    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());

    test.each(TEXTS.map((text) => [text.slice(0, 20), text]))('gives a well-formed understanding of %j', async (_, text) => {
      const found = await recognize(text);
      expect(UNDERSTANDING.safeParse(found).error).toBeUndefined();
      expect(found.ranked.map(({ confidence }) => confidence)).toEqual(
        [...found.ranked].map(({ confidence }) => confidence).sort((a, b) => b - a),
      );
      expect(new Set(found.slots.map(({ slot }) => slot)).size).toBe(found.slots.length);
    });

    test('tells the merchant whose money is missing from the one whose customer was charged twice', async () => {
      expect((await recognize('我昨天刷卡收的1280到现在还没到账')).decided).toBe('report_not_received');
      expect((await recognize('同一笔钱顾客被扣了两次')).decided).toBe('report_double_charge');
    });

    test('keeps the facts of the text whatever the intent', async () => {
      const { slots } = await recognize('我昨天刷卡收的1280到现在还没到账');
      expect(slots).toContainEqual(expect.objectContaining({ slot: 'amount', value: 128_000 }));
      expect(slots).toContainEqual(expect.objectContaining({ slot: 'txTime', value: { date: '2026-09-22' } }));
    });

    test.each(['借呗的钱怎么还没到账', '今天天气怎么样', '帮我写一首诗'])('turns away %s', async (text) => {
      expect((await recognize(text)).decided).toBe('out_of_scope');
    });

    test.each([
      ['转人工', 'talk_to_human'],
      ['重新开始', 'restart'],
      ['取消', 'cancel'],
    ])('obeys the command %s', async (text, decided) => {
      expect(await recognize(text)).toMatchObject({ decided, command: expect.any(String) });
    });

    test.each([
      ['对', 'affirm', 'yes'],
      ['不是', 'deny', 'no'],
      ['係呀', 'affirm', 'yes'],
      ['no', 'deny', 'no'],
    ])('reads %s as an answer to a yes-or-no question', async (text, decided, reply) => {
      expect(await recognize(text, { expecting: 'confirm' })).toMatchObject({ decided, reply });
    });

    test('types a bare number by the pending question', async () => {
      expect(await recognize('988', { expecting: 'amount' })).toMatchObject({
        decided: 'provide_info',
        slots: [{ slot: 'amount', value: 98_800 }],
      });
      expect(await recognize('6621', { expecting: 'cardLast4' })).toMatchObject({
        decided: 'provide_info',
        slots: [{ slot: 'cardLast4', value: '6621' }],
      });
    });

    test('understands English and Traditional Chinese', async () => {
      expect(await recognize('I was charged but the payment failed')).toMatchObject({
        decided: 'report_charged_but_failed',
        language: 'en-US',
      });
      expect(await recognize('請問退款進度怎麼查')).toMatchObject({ decided: 'refund_progress' });
    });

    test('offers the answer to a general question, and none to a statement', async () => {
      expect((await recognize('T+1是哪天到')).faq).toMatchObject({ key: 'T01' });
      expect((await recognize('为什么只要后四位')).faq).toMatchObject({ key: 'P01' });
      expect((await recognize('我昨天刷的没到')).faq).toBeUndefined();
    });

    test('takes a word that starts a burst for a fragment, and a full message for none', async () => {
      expect((await recognize('那个')).fragment).toBe(true);
      expect((await recognize('昨天刷的钱没到账')).fragment).toBe(false);
      expect((await recognize('借呗没到账')).fragment).toBe(false);
    });

    test('reads no more than 2,000 characters', async () => {
      const { slots } = await recognize(`${'好'.repeat(2000)}，金额1280元`);
      expect(slots.filter(({ slot }) => slot === 'amount')).toEqual([]);
    });
  });
}
