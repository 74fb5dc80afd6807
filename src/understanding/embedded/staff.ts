/** Commands of internal support on Teams, in the words people use for them. Source: docs/domain.md §4.2, staff branch. */
export type StaffCommand = 'case' | 'summary' | 'calculate' | 'queue' | 'outage' | 'help';

const WORDS: readonly (readonly [StaffCommand, RegExp])[] = [
  ['summary', /(?:案件|工单)?摘要|summary/i],
  ['calculate', /算(?:一下|下)?.{0,6}到[账帐]|(?:这笔|那笔)?怎么算|什么时候(?:该)?到[账帐]|calculate/i],
  ['queue', /(?:今日|今天|现在|当前)?(?:的)?队列|待处理|排队(?:情况|的案件)|queue/i],
  [
    'outage',
    /(?:渠道|通道|系统|批量|大面积).{0,8}(?:故障|异常|上报|中断|挂了)|故障上报|(?:好几|多|\d+|[三四五六七八九十]+)[家个户]商户.{0,10}(?:没到|未到|到不了|不到)|outage/i,
  ],
  ['case', /DZ\d{8}-[A-Z0-9]{5}-\d{2}|案件|工单|case/i],
  ['help', /^(?:帮助|命令|能做什么|help|\?|？)$/i],
];

/** The command in a message of staff; undefined when it is none. */
export function parseStaffCommand(text: string): StaffCommand | undefined {
  return WORDS.find(([, words]) => words.test(text.slice(0, 200)))?.[0];
}
