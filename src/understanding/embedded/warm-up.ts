/** Utterances to understand before a measurement, so that the times are those of a running bot. */
export const WARM_UP = [
  '昨天下午三点刷卡收的1280块到现在没到账',
  'The payment failed but I was charged 300 yuan',
  '退款多久能到，尾号6621',
] as const;
