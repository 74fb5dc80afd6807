import { anyOf } from './any-of';

/** Words that make a sentence a question, in the three languages; a statement of one's own case has none of them. */
const QUESTION = anyOf(
  /[?？]|吗|嗎|么|麼|嘛$|呢$|什么|什麼|啥|怎|咋|哪|多久|多少|[几幾][天时時点點个個]|为何|区别|是不是|能不能|可不可以|有没有|有沒有|會不會|会不会|要不要|算不算|用不用|何时|如何|點解|乜|邊|幾時|幾耐|係咪/i,
  /唔係|可唔可以|\b(?:what|why|how|when|which|who|where|can|could|is|are|do|does|should|will|would|may)\b/i,
);

/** 能在你这改还款日不: a northern question. */
const OR_NOT = /(?:能|可以|会|要|行|得|是|有|好|中|成)[^,，。]{0,14}[不没]$/;

/** Whether a text asks something. */
export function isQuestion(text: string): boolean {
  return QUESTION.test(text) || OR_NOT.test(text);
}

const SUPPOSED = /如果|要是|假如|假设|若是|万一|换成|\b(?:if|what if|suppose)\b/i;

/** 「如果选D+1，节假日也到吗」: what would be, not what is. */
export function isSupposed(text: string): boolean {
  return SUPPOSED.test(text);
}

const ANOTHER = /还有|又有|又一|另外|再加|另一笔|又一笔|还刷了|也没到|仲有|另加|\b(?:also|another|one more)\b/i;

/** Whether a text tells one more thing beside what was told before. */
export function tellsAnother(text: string): boolean {
  return ANOTHER.test(text);
}

const OWN = /我(?!想问|问|就问|请问)|俺|咱|本店|店里|自己|\b(?:my|mine|i'?m|i've|our)\b/i;

/** Whether a text speaks of the writer's own case. */
export function tellsOwn(text: string): boolean {
  return OWN.test(text);
}

const SECRET =
  /密码|密碼|验证码|驗證碼|卡号|卡號|cvv|后三位|後三位|有效期|身份证|身分證|截图|信息|资料|資料|隐私|隱私|password|code|pin|card number|data|privacy/i;

/** Whether a text names what must not be sent, or what is kept. */
export function namesSecret(text: string): boolean {
  return SECRET.test(text);
}

const WHO = anyOf(
  /你(?:到底)?是(?:不是)?(?:谁|什么|啥|真?人|活人|机器|机器人|ai|客服|电脑)|您是(?:不是)?(?:谁|真?人|机器|机器人)|你(?:叫|姓)(?:什么|啥)|你是[誰人機]|您是[誰人機]|你(?:几岁|多大)/i,
  /\b(?:who|what) are you\b|are you (?:a |an )?(?:human|person|robot|bot|real|ai)/i,
);

/** Whether a text asks who answers here. */
export function asksWho(text: string): boolean {
  return WHO.test(text) && text.length <= 24;
}

const GIVEN = /给过|给了|说了|说过|告诉|转了|转过|发了|发过|报了|念了|泄露|有过|\b(?:yes|gave|told|sent|shared)\b/i;
const NOT_GIVEN = /没|沒|未|不|冇|\b(?:no|not|never|didn'?t|haven'?t)\b/i;

/** 「给过一个自称银行的人了」: the answer to whether a code was given away. */
export function admitsGiving(text: string): boolean {
  return GIVEN.test(text) && !NOT_GIVEN.test(text);
}

const NEXT_DAY =
  /^(?:就|是|都|一般|应该|好像|以前|平时|每次|一直|那种)*(?:次日|第二天|第二日|隔天|隔日|明天|聽日|翌日|转天|the next day|next day)(?:就|才|会|能)?(?:到|到账|到帳|给|结算)?(?:的|吧|啊|那种|了|呢|嘛)*$/i;

/** 「次日到」: the next calendar day or the next working day, so the weekend must be asked about. */
export function saysNextDay(text: string): boolean {
  return text
    .trim()
    .split(/[,，。 ]+/)
    .every((part) => NEXT_DAY.test(part));
}
