import { isCardNumber, isResidentId, passesLuhn } from '../../src/domain/digits';
import { maskPhone, maskSecrets } from '../../src/domain/privacy';
import type { Asking } from '../../src/domain/slots';
import { fastest } from '../fastest';
import { cell, tableOf } from '../tables';

const rows = tableOf('4.3.1').map((row) => [cell(row, 'raw'), cell(row, 'asking'), row] as const);

/** Repeatable numbers: a failing seed can be run again. */
function randomOf(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

function withLuhn(body: string): string {
  return [...'0123456789'].map((last) => body + last).find(passesLuhn) ?? '';
}

describe('the number classifier', () => {
  test.each(rows)('%s (asked %j)', (raw, asking, row) => {
    const masked = maskSecrets(raw, (asking || undefined) as Asking | undefined);
    expect(masked.text).toBe(cell(row, 'masked'));
    const kinds = Object.entries(masked.found).flatMap(([kind, count]) => Array<string>(count ?? 0).fill(kind));
    expect(kinds.sort()).toEqual(cell(row, 'kinds').split(' ').filter(Boolean).sort());
  });

  test.each(rows)('%s (asked %j) is masked once and for all', (raw, asking) => {
    const asked = (asking || undefined) as Asking | undefined;
    const once = maskSecrets(raw, asked).text;
    expect(maskSecrets(once, asked).text).toBe(once);
  });

  test('gives the last four digits of a single card, not of two', () => {
    expect(maskSecrets('6222021111111234').cardLast4).toBe('1234');
    expect(maskSecrets('6222021111111234 和 6222021111115678').cardLast4).toBeUndefined();
  });

  test('gives the phone number apart from the text', () => {
    expect(maskSecrets('电话+86 138 1234 5678').phone).toBe('13812345678');
    expect(maskSecrets('座机 0571-8888 1234')).toMatchObject({ phone: '057188881234', text: '座机 057****1234' });
    expect(maskSecrets('没有电话').phone).toBeUndefined();
  });

  test('owes the notice of the worst thing said', () => {
    expect(maskSecrets('卡6222021111111234，密码123456').notice).toBe('secret');
    expect(maskSecrets('110101199003077758 6222021111111234').notice).toBe('id');
    expect(maskSecrets('6222021111111234').notice).toBe('pan');
    expect(maskSecrets('金额3200').notice).toBeUndefined();
  });

  test('leaves a text without secrets as it is, whatever it is written with', () => {
    for (const text of ['', '你好', '金额１２８０．５０元', '😀 3200 👩‍👩‍👧', 'T+1 18:00', '\u0000\ud800', '2026-11-17'])
      expect(maskSecrets(text)).toEqual({ text, found: {} });
  });

  test('no card survives, however it is written, and its last four stay', () => {
    const random = randomOf(7);
    const writings: ((card: string) => string)[] = [
      (card) => card,
      (card) => card.replace(/(\d{4})(?=\d)/g, '$1 '),
      (card) => card.replace(/(\d{4})(?=\d)/g, '$1-'),
      (card) => card.replace(/(\d{4})(?=\d)/g, '$1.'),
      (card) => [...card].join(' '),
      (card) => [...card].join('\u200b'),
      (card) => [...card].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join(''),
      (card) => [...card].map((digit) => '零一二三四五六七八九'[Number(digit)]).join(''),
      (card) => `${card.slice(0, 6)} ${card.slice(6)}`,
      (card) => `${card.slice(0, 8)}-${card.slice(8)}`,
    ];
    for (let i = 0; i < 400; i++) {
      const length = 16 + random(4);
      const prefix = ['62', '4', '5', '3'][random(4)] ?? '';
      const card = withLuhn(prefix + Array.from({ length: length - prefix.length - 1 }, () => random(10)).join(''));
      const writing = writings[i % writings.length] ?? String;
      const around = [
        ['', ''],
        ['我的卡', '扣了3200元'],
        ['卡号：', '，昨天14:20'],
        ['card ', ' charged 88'],
      ][random(4)] ?? ['', ''];
      const text = around[0] + writing(card) + around[1];
      const masked = maskSecrets(text);
      expect([text, masked.text]).toEqual([text, `${around[0]}[卡号已隐藏 尾号${card.slice(-4)}]${around[1]}`]);
    }
  });

  test('no code survives after or before its label', () => {
    const random = randomOf(11);
    const frames = [
      '验证码是#',
      '验证码#',
      '#是验证码',
      '密码：#',
      '他要我的短信验证码，我说了#',
      '動態碼 #',
      'otp #',
      'verification code: #',
      '支付密码就是#',
    ];
    for (let i = 0; i < 300; i++) {
      const code = String(100_000 + random(900_000));
      const text = (frames[i % frames.length] ?? '').replace('#', code);
      expect([text, maskSecrets(text).text.includes(code)]).toEqual([text, false]);
    }
  });

  test('no sum, date or labelled number is lost', () => {
    const random = randomOf(13);
    const frames = [
      '验证码没给，扣了#元',
      '#元没到账',
      '刷了# 密码输对了的',
      '金额#',
      '参考号 %',
      '凭证号：^',
      '批次号^，验证码没给别人',
      '11-17 14:05刷了#',
      '终端号 1234567^',
    ];
    for (let i = 0; i < 300; i++) {
      const text = (frames[i % frames.length] ?? '')
        .replace('#', String(100 + random(99_000)))
        .replace('%', String(100_000_000_000 + random(899_999_999) * 7))
        .replace('^', String(100_000 + random(900_000)));
      expect(maskSecrets(text).text).toBe(text);
    }
  });

  test('is linear: hostile texts of 2,000 characters take milliseconds', async () => {
    const hostile = [
      '1 ',
      '6222 ',
      '密码',
      '密码1234',
      '6',
      '六',
      'code ',
      ' ',
      '验证码是,',
      '1-',
      '138 1234 5678 ',
      '有效期',
      '单号',
      '\u200b',
      '1.',
      '身份证',
    ];
    for (const piece of hostile) {
      const text = piece.repeat(Math.ceil(2000 / piece.length)).slice(0, 2000);
      // Well above the 2 ms goal, and still catches anything quadratic.
      expect([piece, (await fastest(8, () => maskSecrets(text))) <= 8]).toEqual([piece, true]);
    }
    const long = '6222 0211 验证码 '.repeat(20_000);
    expect(await fastest(3000, () => maskSecrets(long), 2)).toBeLessThanOrEqual(3000);
  });
});

describe('numbers', () => {
  test('a card passes Luhn and begins as cards do', () => {
    expect(isCardNumber('4111111111111111')).toBe(true);
    expect(isCardNumber('4111111111111112')).toBe(false);
    expect(isCardNumber('0000000000000000')).toBe(false);
    expect(isCardNumber('411111111111')).toBe(false);
  });

  test('an ID number has a true date and checksum', () => {
    expect(isResidentId('110101199003077758')).toBe(true);
    expect(isResidentId('11010119900307002x')).toBe(true);
    expect(isResidentId('110101199003077757')).toBe(false);
    expect(isResidentId('110101199013077758')).toBe(false);
  });

  test('a phone is shown by its ends', () => {
    expect(maskPhone('13812345678')).toBe('138****5678');
    expect(maskPhone('58881234')).toBe('58****1234');
  });
});
