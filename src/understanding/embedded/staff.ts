import { anyOf } from './any-of';
/** Commands of internal support on Teams, in the words people use for them. Source: docs/domain.md §4.2, staff branch. */
export type StaffCommand = 'case' | 'summary' | 'calculate' | 'queue' | 'outage' | 'help';

const CASE_ID = /DZ\d{8}-[A-Z0-9]{5}-\d{2}/i;

const WORDS: readonly (readonly [StaffCommand, RegExp])[] = [
  ['summary', /(?:案件|工单|工單)?(?:摘要|小结|小結|总结|總結)|summary/i],
  [
    'calculate',
    /算(?:一下|下)?.{0,6}到[账帐賬帳]|(?:这笔|那笔|這筆|那筆)?怎[么麼]算|(?:什[么麼]时候|什麼時候|几号|哪天)(?:该|应该|该当|能)?到[账帐賬帳]|calculate/i,
  ],
  [
    'queue',
    /(?:今日|今天|现在|現在|当前|目前)?(?:的)?(?:队列|隊列)|待处理|待處理|排[队隊](?:情况|的案件)|(?:多少|几个|几件|哪些|什么).{0,2}(?:案件|工单|案子|单子).{0,4}(?:没|未|等|待|要)|queue/i,
  ],
  [
    'outage',
    anyOf(
      /(?:渠道|通道|系统|系統|银联|收单|批量|大面积).{0,8}(?:故障|异常|異常|上报|上報|中断|中斷|挂了|崩了|瘫痪)|故障上[报報]/i,
      /(?:好几|好多|很多|多|\d+|[两三四五六七八九十]+)[家个個户戶](?:商户|商戶|商家|店).{0,10}(?:没到|沒到|未到|到不了|不到|收不到|刷不了|交易失败)|outage/i,
    ),
  ],
  ['case', /DZ\d{8}-[A-Z0-9]{5}-\d{2}|^\s*(?:查(?:一下|下)?)?(?:案件|工单|工單)|case/i],
  ['help', /^(?:帮助|幫助|命令|指令|能做什么|你会什么|怎么用|help|\?|？)$/i],
];

/** The command in a message of staff; undefined when it is none. */
export function parseStaffCommand(text: string): StaffCommand | undefined {
  return WORDS.find(([, words]) => words.test(text.slice(0, 200)))?.[0];
}

/** Whether a date is asked for. */
export function asksWhen(text: string): boolean {
  return /什[么麼](?:时候|時候)|啥时候|啥時候|几时|幾時|何时|何時|哪天|几号|幾號|几点|幾點|多久|\bwhen\b/i.test(text);
}

/** The case id in a text, in capitals; undefined without one. */
export function caseIdIn(text: string): string | undefined {
  return text.match(CASE_ID)?.[0]?.toUpperCase();
}

/** 手续费3元: a flat fee told beside the sum, in fen; undefined when none is told, or a rate is. */
export function flatFeeIn(text: string): number | undefined {
  const told = text.match(/(?:手续费|手續費|服务费|服務費)[^\d%‰]{0,4}(\d{1,6}(?:\.\d{1,2})?)(?![\d.]*\s*[%‰])/)?.[1];
  return told === undefined ? undefined : Math.round(Number(told) * 100);
}

const NUMERALS = '一二三四五六七八九';

/** How many merchants a report names: a number, or three at least where it says several (好几家); undefined when it names none. */
export function merchantsIn(text: string): number | undefined {
  const words = text.replace(CASE_ID, ' ');
  const digits = (words.match(/(\d{1,6})\s*[多几]?\s*[家個个户戶]/) ?? words.match(/^[^\d:：]{0,10}(\d{1,6})[^\d:：]{0,6}$/))?.[1];
  if (digits !== undefined) return Number(digits);
  const spelled = words.match(/([两兩]|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])\s*[家个個户戶]/)?.[1];
  if (spelled === undefined) return /好几|好幾|好多|很多|大批|不少|十几|几十/.test(text) ? 3 : undefined;
  if (/[两兩]/.test(spelled)) return 2;
  const [tens, ones] = spelled.includes('十') ? spelled.split('十') : ['0', spelled];
  return (tens === '' ? 10 : digit(tens) * 10) + digit(ones);
}

const digit = (word = ''): number => NUMERALS.indexOf(word || '?') + 1;

/** What an agent says to work on a case without the card's buttons. `words` is what follows; `caseId` when it is named. */
export interface AgentCommand {
  readonly kind: 'receive' | 'stop' | 'accept' | 'view' | 'reply' | 'note' | 'requeue' | 'return' | 'close';
  readonly caseId?: string;
  readonly words: string;
}

const AGENT_WORDS: readonly (readonly [AgentCommand['kind'], RegExp])[] = [
  ['receive', /^(?:接收案件|接收案件卡片|receive cases)/i],
  ['stop', /^(?:停止接收|stop cases)/i],
  ['accept', /^(?:接受|接单|接單|接入|accept)(?=\s|$|案件|DZ)/i],
  ['view', /^(?:查看|view)(?=\s|$|案件|DZ)/i],
  ['reply', /^(?:回复|回覆|reply)(?=\s|[:：]|DZ)/i],
  ['note', /^(?:备注|備註|note)(?=\s|[:：]|DZ)/i],
  ['requeue', /^(?:转派|轉派|转队列|requeue)(?=\s|$|DZ|Q-)/i],
  ['return', /^(?:交回|转回机器人|return)(?=\s|[:：]|DZ)/i],
  ['close', /^(?:结案|結案|办结|close)(?=\s|[:：]|$|DZ)/i],
];

/** The agent's command a message starts with; undefined when it starts with none. */
export function parseAgentCommand(text: string): AgentCommand | undefined {
  for (const [kind, pattern] of AGENT_WORDS) {
    const head = text.match(pattern)?.[0];
    if (head === undefined) continue;
    const rest = text.slice(head.length).replace(/^[\s:：]*(?:案件)?\s*/u, '');
    const [named] = rest.match(/^DZ\d{8}-[A-Z0-9]{5}-\d{2}/i) ?? [];
    const words = (named === undefined ? rest : rest.slice(named.length)).replace(/^[\s:：，,]+/u, '').trim();
    return { kind, words, ...(named !== undefined && { caseId: named.toUpperCase() }) };
  }
  return undefined;
}

/** Whether a message is written as a command, not merely worded like one: in an agent's thread everything else is for the customer. */
export function startsAsCommand(text: string): boolean {
  return /^(?:案件|工单|算到账|算到賬|今日队列|今日隊列|队列|渠道故障上报|渠道故障上報|帮助|幫助|help)(?:摘要|小结)?(?=\s|$|[，,:：]|DZ)/i.test(
    text,
  );
}

const OUTCOME_WORDS = [
  ['arrived', /^(?:已到账|已到賬|arrived)/i],
  ['solved', /^(?:已解决|已解決|solved)/i],
  ['passed-on', /^(?:已转交|已轉交|已转出|passed-on)/i],
  ['unsolved', /^(?:未解决|未解決|unsolved)/i],
  ['unreachable', /^(?:联系不上|聯繫不上|unreachable)/i],
  ['mistaken', /^(?:误建|誤建|mistaken)/i],
] as const;

/** 结案 已解决 款项已到: how it ended, and the note after it; without an outcome it counts as solved. */
export function parseClosing(words: string): { readonly outcome: (typeof OUTCOME_WORDS)[number][0]; readonly note: string } {
  for (const [outcome, pattern] of OUTCOME_WORDS) {
    const head = words.match(pattern)?.[0];
    if (head !== undefined) return { outcome, note: words.slice(head.length).replace(/^[\s:：，,]+/u, '') };
  }
  return { outcome: 'solved', note: words };
}
