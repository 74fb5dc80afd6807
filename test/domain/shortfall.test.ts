import { checkShortfall, feeOf } from '../../src/domain/shortfall';
import { cell, tableOf } from '../tables';
import { fen, profile, profiles } from './data';

describe('a payout that is smaller than the sale', () => {
  const rows = tableOf('5.5').map(
    (row) => [cell(row, 'gross'), cell(row, 'net'), cell(row, 'rate'), cell(row, 'instant fee'), row] as const,
  );
  test.each(rows)('%s became %s at %s, instant fee %s', (gross, net, rate, instantFee, row) => {
    const result = checkShortfall({
      gross: fen(gross),
      net: fen(net),
      ...(rate ? { rateBp: Number(rate.replace('%', '')) * 100 } : {}),
      ...(instantFee ? { instantFee: fen(instantFee) } : {}),
      sales: Number(cell(row, 'sales')),
      profile,
      fees: profiles.fees,
    });
    expect(result.explained).toBe(cell(row, 'explained') === 'yes');
    expect(result.basis).toBe(rate ? 'contract' : 'typical');
    expect(result.difference).toBe(fen(cell(row, 'difference')));
    expect(result.expectedNet).toBe(cell(row, 'expected') ? fen(cell(row, 'expected')) : undefined);
    expect(result.fee).toBe(cell(row, 'fee') ? fen(cell(row, 'fee')) : undefined);
  });

  test('names the rate that would explain it', () => {
    const result = checkShortfall({ gross: 100_000, net: 99_100, instantFee: 300, profile, fees: profiles.fees });
    expect(result.impliedRateBp).toBe(60);
  });

  test('the fee rounds half a fen up and never loses a fen to floating point', () => {
    expect(feeOf(250, 60)).toBe(2);
    expect(feeOf(249, 60)).toBe(1);
    for (let amount = 1; amount < 20_000; amount += 7)
      expect(feeOf(amount, 53.5)).toBe(Number((BigInt(amount) * 5350n + 500_000n) / 1_000_000n));
  });
});
