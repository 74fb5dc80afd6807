import { randomInt } from 'node:crypto';
import { parseXml, writeXml } from '../../../src/channels/wechat/xml';
import { fastest } from '../../fastest';

const content = (inner: string) => parseXml(`<xml><Content>${inner}</Content></xml>`).Content;

describe('text comes out as it went in', () => {
  test.each(['007', '1e5', 'true', ' 1 ', '+12', '0x1F', '24000000000000001234', 'null', 'NaN', '', '\t', 'a\nb'])('%j', (text) => {
    expect(content(`<![CDATA[${text}]]>`)).toBe(text);
    expect(content(text)).toBe(text);
  });

  test.each([
    ['<![CDATA[<b>&amp;</b>]]>', '<b>&amp;</b>'],
    ['a &lt;b&gt; &amp;&quot;&apos;', 'a <b> &"\''],
    ['&#20013;&#x6587;&#128512;', '中文😀'],
    ['&unknown; &', '&unknown; &'],
    ['&#55357;&#99999999;', '\ufffd&#99999999;'],
    ['<![CDATA[a]]]]><![CDATA[>b]]>', 'a]]>b'],
    ['  <![CDATA[video]]>\n', 'video'],
    ['<![CDATA[  ]]>', '  '],
    ['<![CDATA[<!DOCTYPE html>]]>', '<!DOCTYPE html>'],
    ['<![CDATA[</Content></xml>]]>', '</Content></xml>'],
    ['<![CDATA[a\u0000\u0008\u000b\u001fb]]>', 'ab'],
  ])('%j is %j', (inner, text) => {
    expect(content(inner)).toBe(text);
  });
});

test('children nest, repeat as a list and may be empty', () => {
  const parsed = parseXml(
    '\uFEFF<?xml version="1.0" encoding="UTF-8"?>\n<xml>\n <A><![CDATA[x]]></A> <L><item><U>1</U></item><item><U>2</U></item></L><E></E><S/><S2 />\n</xml>\n',
  );
  expect(JSON.parse(JSON.stringify(parsed))).toEqual({ A: 'x', L: { item: [{ U: '1' }, { U: '2' }] }, E: '', S: '', S2: '' });
});

test('a name of the object prototype is no property of it', () => {
  const parsed = parseXml('<xml><__proto__><polluted>1</polluted></__proto__><constructor>x</constructor></xml>');
  expect(({} as { polluted?: string }).polluted).toBeUndefined();
  expect(parsed.constructor).toBe('x');
  expect(parsed.toString).toBeUndefined();
});

const NESTED = 100_000;
describe('hostile documents are refused at once', () => {
  test.each([
    ['nothing', ''],
    ['white space', ' \n '],
    ['another root', '<foo><A>1</A></foo>'],
    ['an empty foreign root', '<foo/>'],
    ['an empty root', '<xml/>'],
    ['a root with text only', '<xml>hi</xml>'],
    ['text', 'hello'],
    ['crossed tags', '<xml><A></B></xml>'],
    ['cut short', '<xml><A><![CDATA[x'],
    ['cut short in a tag', '<xml><A'],
    ['not closed', '<xml><A>1</A>'],
    ['two roots', '<xml><A>1</A></xml><xml><A>1</A></xml>'],
    ['something behind', '<xml><A>1</A></xml>x'],
    ['100,000 nested tags', `<xml>${'<a>'.repeat(NESTED)}${'</a>'.repeat(NESTED)}</xml>`],
    ['100,000 open tags', '<a>'.repeat(NESTED)],
    ['100,000 comments that do not end', `<xml>${'<!--'.repeat(NESTED)}`],
    ['100,000 declarations', '<?xml '.repeat(NESTED)],
    ['a DOCTYPE', '<!DOCTYPE xml [<!ENTITY a "b">]><xml><A>&a;</A></xml>'],
    ['a DOCTYPE inside', '<xml><!DOCTYPE x><A>1</A></xml>'],
    ['an entity bomb', '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><xml><A>&b;</A></xml>'],
    ['an instruction', '<xml><?php evil ?><A>1</A></xml>'],
    ['attributes', '<xml a="1"><A>1</A></xml>'],
    ['bytes', Buffer.from(Array.from({ length: 5000 }, () => randomInt(256))).toString('latin1')],
  ])('%s', async (_, source) => {
    const parse = () => expect(() => parseXml(source)).toThrow(expect.objectContaining({ code: 'WECHAT_XML' }));
    expect(await fastest(199, parse, 5)).toBeLessThan(200);
  });
});

test('what is written is read again', () => {
  const fields = { ToUserName: 'a', CreateTime: 12, Articles: { item: [{ Title: 'x]]>y' }, { Title: '<b>&' }] }, Left: undefined };
  const parsed = parseXml(writeXml(fields));
  expect(JSON.parse(JSON.stringify(parsed))).toEqual({
    ToUserName: 'a',
    CreateTime: '12',
    Articles: { item: [{ Title: 'x]]>y' }, { Title: '<b>&' }] },
  });
});

test('half a surrogate and control characters never leave', () => {
  expect(writeXml({ A: 'a\ud83d\u0000b' })).toBe('<xml><A><![CDATA[a\ufffdb]]></A></xml>');
});
