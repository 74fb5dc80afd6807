import type { Fees, Profile } from './profile';
import type { Fen } from './slots';

/** What is known of a payout that is smaller than the sales (到账少了). */
export interface ShortfallInput {
  readonly gross: Fen;
  readonly net: Fen;
  /** Contract rate in basis points: 0.60 % = 60. */
  readonly rateBp?: number;
  /** 秒到费/提现费, in total. */
  readonly instantFee?: Fen;
  /** Sales in the payout, for rounding; 1 when left out. */
  readonly sales?: number;
  readonly profile: Profile;
  readonly fees: Fees;
}

export interface Shortfall {
  /** Fees and rounding explain the difference: by the contract rate, or without one by a rate usually seen. */
  readonly explained: boolean;
  /** `typical`: no contract rate was given, so the answer is a guess. */
  readonly basis: 'contract' | 'typical';
  /** Fen; absent without a contract rate. */
  readonly expectedNet?: Fen;
  /** 手续费 in fen; absent without a contract rate. */
  readonly fee?: Fen;
  /** Fen missing beyond the fees (contract) or in all (typical); negative when more arrived than expected. */
  readonly difference: Fen;
  /** Rate that would explain the whole difference after the instant fee, in basis points with two decimals. */
  readonly impliedRateBp: number;
}

/** amount × rate in fen, half up; the rate may have two decimals of a basis point. */
export function feeOf(amount: Fen, rateBp: number): Fen {
  return Math.floor((amount * Math.round(rateBp * 100) + 500_000) / 1_000_000);
}

/** Whether fees explain why less arrived: amount − round(amount × rate) − instantFee, ±1 fen per sale (§5.5). `gross` is above 0. */
export function checkShortfall(input: ShortfallInput): Shortfall {
  const { gross, net, rateBp, instantFee = 0, sales = 1, profile, fees } = input;
  const missing = gross - net;
  const impliedRateBp = Math.round(((missing - instantFee) * 1_000_000) / gross) / 100;
  if (rateBp === undefined) {
    const { min, max } = fees.typicalRateBp;
    const explained = missing === instantFee || (impliedRateBp >= min && impliedRateBp <= max);
    return { explained, basis: 'typical', difference: missing, impliedRateBp };
  }
  const fee = feeOf(gross, rateBp);
  const expectedNet = gross - fee - instantFee;
  const difference = expectedNet - net;
  return {
    explained: Math.abs(difference) <= profile.roundingPerSale * sales,
    basis: 'contract',
    expectedNet,
    fee,
    difference,
    impliedRateBp,
  };
}
