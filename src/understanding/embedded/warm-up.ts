import type { Recognizer } from '../recognizer';

/** Utterances of every length and manner. */
const WARM_UP = [
  '昨天下午三点刷卡收的1280块到现在没到账',
  'The payment failed but I was charged 300 yuan',
  '退款多久能到，尾号6621',
  '你好',
  '不是，是前天晚上十一点半那笔，三千五百八',
  '機器顯示交易失敗，但係顧客張卡已經扣咗錢，點算好呀，單號20260921000123',
  '我想问一下啊，就是上个月二十号吧，有个客人在我店里刷了两千三百多，当时小票也打了，第二天打电话说银行扣了两次，你们这个机器到底怎么回事，流量费还扣了我199，我要投诉，转人工',
  '话费充了一百块怎么还没到账，10086那边让我等24小时',
  '商户号 102290053110001，终端号 12345678，参考号 092114325567，帮我查查这笔钱什么时候能结算到工商银行卡上，谢谢',
] as const;

/** Understands some utterances many times before a measurement, so that the times are those of a running bot. `now`: ISO +08:00. */
export async function warmUp(recognizer: Recognizer, now: string): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    for (const text of WARM_UP) await recognizer.recognize(text, { locale: 'zh-CN', now });
  }
}
