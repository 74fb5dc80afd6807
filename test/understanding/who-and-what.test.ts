import type { Asking } from '../../src/domain/slots';
import { extract } from '../../src/understanding/embedded/extract';

const slot = (text: string, name: string, expecting?: Asking) =>
  extract(text, { now: '2026-03-04T10:00:00+08:00', locale: 'zh-CN', ...(expecting ? { expecting } : {}) }).slots.find(
    (mention) => mention.slot === name,
  )?.value;

describe('who speaks', () => {
  test.each([
    ['我的机子昨天刷的没到', 'merchant'],
    ['我店里收的钱没到', 'merchant'],
    ['顾客刷了500没到账', 'merchant'],
    ['客人付了钱我没收到', 'merchant'],
    ['结算卡没收到钱', 'merchant'],
    ['我这边收款没到', 'merchant'],
    ['T+1的没到', 'merchant'],
    ['我是开餐馆的老板', 'merchant'],
    ['今天的货款没到', 'merchant'],
    ['my customer paid 300', 'merchant'],
    ['I am the shop owner', 'merchant'],
    ['有個客碌咗五百', 'merchant'],
    ['我在超市刷卡扣了756', 'cardholder'],
    ['店家说没收到', 'cardholder'],
    ['我昨天买东西付的钱', 'cardholder'],
    ['我卡被扣了300', 'cardholder'],
    ['我去饭店吃饭刷卡', 'cardholder'],
    ['商家不给我退', 'cardholder'],
    ['我是持卡人', 'cardholder'],
    ['my card was charged twice', 'cardholder'],
    ['the shop says they got nothing', 'cardholder'],
    ['网购付款了订单没更新', 'cardholder'],
    ['渠道故障上报', 'staff'],
  ])('%s: %s', (text, role) => {
    expect(slot(text, 'role')).toBe(role);
  });

  test.each(['刷了299没到账', '刷卡没到账', '扣了钱没到账', '昨天刷了一笔1680没进来', '钱没到', '支付失败了'])(
    '%s fits both sides',
    (text) => {
      expect(slot(text, 'role')).toBeUndefined();
    },
  );

  test.each([
    ['商户', 'merchant'],
    ['收款的', 'merchant'],
    ['我是商户,收款的', 'merchant'],
    ['老板', 'merchant'],
    ['收银员', 'merchant'],
    ['付款的顾客', 'cardholder'],
    ['我是付款的顾客', 'cardholder'],
    ['刷卡的人', 'cardholder'],
    ['我就问问', 'bystander'],
    ['内部员工', 'staff'],
  ])('%s answers who', (text, role) => {
    expect(slot(text, 'role', 'role')).toBe(role);
  });
});

describe('which of the eight readings', () => {
  test.each([
    ['顾客刷了500我没收到钱', 'R1'],
    ['顾客付了款,我这边没收到钱', 'R1'],
    ['货款没到账', 'R1'],
    ['T+1的款还没到账', 'R1'],
    ['卡上扣了钱,但是交易没成功', 'R2'],
    ['钱扣了机器没出票', 'R2'],
    ['店家说没收到可我卡里扣了', 'R2'],
    ['刷卡超时但是扣款了', 'R2'],
    ['my card was charged but it failed', 'R2'],
    ['是机器的收费', 'R3'],
    ['机器扣了我299激活费', 'R3'],
    ['莫名其妙扣了60流量费', 'R3'],
    ['每月扣会员费', 'R3'],
    ['到账了但是少了', 'R4'],
    ['刷了1000只到994', 'R4'],
    ['到账金额不对', 'R4'],
    ['说好返的钱没返', 'R5'],
    ['押金说好刷满退现在不退', 'R5'],
    ['退款没收到', 'R6'],
    ['商家说退了还没到', 'R6'],
    ['the refund has not arrived', 'R6'],
    ['酒店押金那种预授权', 'R7'],
    ['预授权没解冻', 'R7'],
    ['对方给我看转账截图,我没收到', 'R8'],
    ['扫错码付给别人了', 'R8'],
  ])('%s: %s', (text, issue) => {
    expect(slot(text, 'issueType')).toBe(issue);
  });

  test.each(['刷了299没到账', '刷卡没到账', '扣费没到账', '钱没到', '你好'])('%s is left open', (text) => {
    expect(slot(text, 'issueType')).toBeUndefined();
  });
});

describe('numbers by label', () => {
  test.each([
    ['参考号611223300457', 'rrn', '611223300457'],
    ['参考号是六二八一零零一一二二三三', 'rrn', '628100112233'],
    ['凭证号123', 'traceNo', '000123'],
    ['凭正号是000128', 'traceNo', '000128'],
    ['批次号45', 'batchNo', '000045'],
    ['终端号a1234567', 'terminalNo', 'A1234567'],
    ['授权码是A1B2C3', 'authCode', 'A1B2C3'],
    ['商户编号822100054110001', 'merchantNo', '822100054110001'],
    ['商户号 8221000541', 'merchantNoRaw', '8221000541'],
    ['微信商户号1601234567', 'walletMchId', '1601234567'],
    ['交易单号4200002345202603031234567890', 'orderNo', '4200002345202603031234567890'],
    ['商户单号 AB-20260304_01', 'merchantOrderNo', 'AB-20260304_01'],
    ['流水号000321', 'traceNo', '000321'],
    ['流水号611223300457', 'rrn', '611223300457'],
    ['尾号1234', 'cardLast4', '1234'],
    ['尾数零零二三', 'cardLast4', '0023'],
    ['后四位是2008', 'cardLast4', '2008'],
    ['card ending in 1029', 'cardLast4', '1029'],
    ['6217这张卡', 'cardLast4', '6217'],
    ['[卡号已隐藏 尾号1111]', 'cardLast4', '1111'],
    ['结算卡尾号6688', 'settleCardLast4', '6688'],
    ['结算卡是[卡号已隐藏 尾号6688]', 'settleCardLast4', '6688'],
    ['顾客刷的卡尾号1234', 'cardLast4', '1234'],
    ['应答码96', 'responseCode', '96'],
    ['提示A7', 'responseCode', 'A7'],
    ['138****1234', 'contactPhone', '138****1234'],
    ['电话13812345678', 'contactPhone', '13812345678'],
    ['案件DZ20260304-A1B2C-17怎么样了', 'caseId', 'DZ20260304-A1B2C-17'],
    ['微信支付 4200002345202603031234567890', 'orderNo', '4200002345202603031234567890'],
    ['822100054110001', 'merchantNo', '822100054110001'],
  ])('%s: %s', (text, name, value) => {
    expect(slot(text, name)).toBe(value);
  });

  test('a masked secret is nothing', () => {
    expect(extract('验证码[已隐藏]', { now: '2026-03-04T10:00:00+08:00', locale: 'zh-CN' }).slots).toEqual([]);
  });

  test.each(['123456', '12345678', '6217', '99'])('%s without a label or a question is not kept', (text) => {
    expect(extract(text, { now: '2026-03-04T10:00:00+08:00', locale: 'zh-CN' }).slots).toEqual([]);
  });
});

describe('rates in basis points', () => {
  test.each([
    ['费率0.6%', 60],
    ['费率千分之六', 60],
    ['费率0.38', 38],
    ['百分之零点六', 60],
    ['万分之38', 38],
    ['从0.55涨到0.6%了费率', 60],
    ['扣了0.6个点', 60],
    ['千六的费率', 60],
    ['费率是零点五五', 55],
  ])('%s is %d', (text, points) => {
    expect(slot(text, 'feeRate')).toBe(points);
  });
});

describe('language of the user', () => {
  test.each([
    ['刷卡没到账', 'zh-CN'],
    ['錢還沒到帳', 'zh-Hant'],
    ['點解冇入數', 'zh-Hant'],
    ['where is my money', 'en-US'],
    ['昨天刷的pos机没到', 'zh-CN'],
    ['人工', undefined],
    ['1234', undefined],
    ['嗯', undefined],
    ['ok', undefined],
    ['yes', 'en-US'],
  ])('%s: %s', (text, language) => {
    expect(extract(text, { now: '2026-03-04T10:00:00+08:00', locale: 'zh-CN' }).language).toBe(language);
  });
});

test('staff say how many merchants are affected', () => {
  expect(slot('现在有12家商户反映没到账', 'affectedMerchants')).toBe('12');
  expect(slot('十几家商户都没到', 'affectedMerchants')).toBe('10');
  expect(slot('五家', 'affectedMerchants', 'affectedMerchants')).toBe('5');
});
