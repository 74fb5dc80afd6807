import { type Inbound, type InboundOptions, toInbound } from '../../../src/channels/wechat/inbound';
import { parseXml } from '../../../src/channels/wechat/xml';

const options: InboundOptions = {
  channelId: 'wechat',
  placeText: (label) => `我的位置：${label}`,
  menuText: (key) => (key === 'missing' ? '刷卡扣了钱没到账' : undefined),
};

/** A push as the platform writes it: ids and numbers bare, texts as CDATA. */
function inbound(fields: string): Inbound {
  const head = '<ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[o1]]></FromUserName><CreateTime>1772600000</CreateTime>';
  const found = toInbound(parseXml(`<xml>${head}${fields}</xml>`), options);
  if (!found) throw new Error('nothing came of it');
  return found;
}
const message = (type: string, fields: string) =>
  inbound(`<MsgType><![CDATA[${type}]]></MsgType>${fields}<MsgId>7250021412600020992</MsgId>`);
const event = (name: string, fields = '') => inbound(`<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[${name}]]></Event>${fields}`);

test('a text names its user, account and time, and keeps its 64-bit id as text', () => {
  expect(message('text', '<Content><![CDATA[ 007 ]]></Content>')).toEqual({
    kind: 'text',
    openid: 'o1',
    account: 'gh_1',
    opens: 'message',
    activity: expect.objectContaining({
      ...{ type: 'message', id: '7250021412600020992', channelId: 'wechat', text: '007', locale: 'zh-CN' },
      ...{ conversation: expect.objectContaining({ id: 'o1' }), from: { id: 'o1', name: '' }, recipient: { id: 'gh_1', name: '' } },
      ...{ timestamp: new Date('2026-03-04T04:53:20Z'), channelData: expect.objectContaining({ MsgType: 'text', Content: ' 007 ' }) },
    }),
  });
});

describe('messages', () => {
  test.each<[string, string, string, object]>([
    [
      'a tap on a menu of ours',
      'text',
      '<Content>商户</Content><bizmsgmenuid>12301</bizmsgmenuid>',
      { text: '商户', value: { menu: '12301' } },
    ],
    [
      'a picture',
      'image',
      '<PicUrl>http://p</PicUrl><MediaId>m1</MediaId>',
      { attachments: [{ contentType: 'image/jpeg', contentUrl: 'urn:wechat:media:m1' }] },
    ],
    [
      'a voice that was understood',
      'voice',
      '<MediaId>m</MediaId><Format>amr</Format><Recognition>没到账。</Recognition>',
      { text: '没到账。' },
    ],
    [
      'a voice that was not',
      'voice',
      '<MediaId>m</MediaId><Format>amr</Format><Recognition></Recognition>',
      { attachments: [{ contentType: 'audio/amr', contentUrl: 'urn:wechat:media:m' }] },
    ],
    [
      'a voice without the field',
      'voice',
      '<MediaId>m</MediaId>',
      { attachments: [{ contentType: 'audio/amr', contentUrl: 'urn:wechat:media:m' }] },
    ],
    [
      'a video',
      'video',
      '<MediaId>m</MediaId><ThumbMediaId>t</ThumbMediaId>',
      { attachments: [{ contentType: 'video/mp4', contentUrl: 'urn:wechat:media:m' }] },
    ],
    [
      'a short video',
      'shortvideo',
      '<MediaId>m</MediaId>',
      { attachments: [{ contentType: 'video/mp4', contentUrl: 'urn:wechat:media:m' }] },
    ],
    ['a link', 'link', '<Title>甲</Title><Description>甲</Description><Url>https://a.cn</Url>', { text: '甲\nhttps://a.cn' }],
    ['a page of a mini-program', 'miniprogrampage', '<Title>账单</Title><AppId>wx</AppId>', { text: '账单' }],
  ])('%s', (_, type, fields, activity) => {
    expect(message(type, fields).activity).toMatchObject({ type: 'message', ...activity });
  });

  test('a position is a sentence and coordinates', () => {
    expect(
      message('location', '<Location_X>23.134</Location_X><Location_Y>113.358</Location_Y><Scale>20</Scale><Label>广州</Label>').activity,
    ).toMatchObject({
      text: '我的位置：广州',
      entities: [{ type: 'GeoCoordinates', latitude: 23.134, longitude: 113.358, name: '广州' }],
    });
    expect(message('location', '<Location_X>1</Location_X><Location_Y>2</Location_Y>').activity?.text).toBe('我的位置：1, 2');
  });

  test('a tap opens the allowance of a menu click, anything typed that of a message', () => {
    expect(message('text', '<Content>1</Content><bizmsgmenuid>1</bizmsgmenuid>').opens).toBe('click');
    expect(message('text', '<Content>1</Content>').opens).toBe('message');
    expect(message('image', '<MediaId>1</MediaId>').opens).toBe('message');
  });
});

describe('events', () => {
  test.each<readonly [string, string, object] | readonly [string, string, object, string]>([
    [
      'subscribe',
      '<EventKey>qrscene_shop7</EventKey><Ticket>T</Ticket>',
      { type: 'conversationUpdate', membersAdded: [{ id: 'o1', name: '' }], value: { key: 'shop7' } },
      'subscribe',
    ],
    ['subscribe', '', { type: 'conversationUpdate', membersAdded: [{ id: 'o1', name: '' }] }, 'subscribe'],
    ['unsubscribe', '', { type: 'conversationUpdate', membersRemoved: [{ id: 'o1', name: '' }] }],
    ['user_enter_tempsession', '<SessionFrom>pay</SessionFrom>', { type: 'conversationUpdate', value: { key: 'pay' } }, 'enter'],
    ['SCAN', '<EventKey>shop7</EventKey><Ticket>T</Ticket>', { type: 'event', name: 'SCAN', value: { key: 'shop7', Ticket: 'T' } }, 'scan'],
    ['CLICK', '<EventKey>missing</EventKey>', { type: 'message', text: '刷卡扣了钱没到账' }, 'click'],
    ['CLICK', '<EventKey>other</EventKey>', { type: 'event', name: 'CLICK', value: { key: 'other' } }, 'click'],
    [
      'VIEW',
      '<EventKey>https://a.cn</EventKey><MenuId>1</MenuId>',
      { type: 'event', name: 'VIEW', value: { key: 'https://a.cn', MenuId: '1' } },
    ],
    ['view_miniprogram', '<EventKey>p</EventKey>', { name: 'view_miniprogram' }],
    [
      'LOCATION',
      '<Latitude>1.5</Latitude><Longitude>2</Longitude><Precision>3</Precision>',
      { name: 'LOCATION', value: { Latitude: '1.5' } },
    ],
    [
      'scancode_push',
      '<EventKey>k</EventKey><ScanCodeInfo><ScanType>qrcode</ScanType><ScanResult>1</ScanResult></ScanCodeInfo>',
      { name: 'scancode_push', value: { ScanCodeInfo: { ScanResult: '1' } } },
      'click',
    ],
    ['scancode_waitmsg', '<EventKey>k</EventKey>', { name: 'scancode_waitmsg' }, 'click'],
    [
      'pic_sysphoto',
      '<EventKey>k</EventKey><SendPicsInfo><Count>1</Count><PicList><item><PicMd5Sum>a</PicMd5Sum></item></PicList></SendPicsInfo>',
      { name: 'pic_sysphoto' },
    ],
    ['pic_photo_or_album', '', { name: 'pic_photo_or_album' }],
    ['pic_weixin', '', { name: 'pic_weixin' }],
    [
      'location_select',
      '<SendLocationInfo><Label>x</Label></SendLocationInfo>',
      { name: 'location_select', value: { SendLocationInfo: { Label: 'x' } } },
    ],
    [
      'TEMPLATESENDJOBFINISH',
      '<MsgID>3000000001</MsgID><Status>failed:user block</Status>',
      { name: 'delivery.status', value: { id: '3000000001', status: 'failed:user block' } },
    ],
    [
      'subscribe_msg_sent_event',
      '<SubscribeMsgSentEvent><List><TemplateId>t</TemplateId><MsgID>1700827132819554304</MsgID><ErrorCode>0</ErrorCode><ErrorStatus>success</ErrorStatus></List></SubscribeMsgSentEvent>',
      { name: 'delivery.status', value: { id: '1700827132819554304', status: 'success' } },
    ],
    [
      'subscribe_msg_popup_event',
      '<SubscribeMsgPopupEvent><List><TemplateId>t1</TemplateId><SubscribeStatusString>accept</SubscribeStatusString></List><List><TemplateId>t2</TemplateId><SubscribeStatusString>reject</SubscribeStatusString></List></SubscribeMsgPopupEvent>',
      {
        name: 'consent',
        value: {
          choices: [
            { template: 't1', isGiven: true },
            { template: 't2', isGiven: false },
          ],
        },
      },
    ],
    [
      'subscribe_msg_change_event',
      '<SubscribeMsgChangeEvent><List><TemplateId>t1</TemplateId><SubscribeStatusString>reject</SubscribeStatusString></List></SubscribeMsgChangeEvent>',
      { name: 'consent', value: { choices: [{ template: 't1', isGiven: false }] } },
    ],
    ['kf_create_session', '<KfAccount>a@gh</KfAccount>', { name: 'handoff.status', value: { state: 'accepted', agent: 'a@gh' } }],
    [
      'kf_switch_session',
      '<FromKfAccount>a@gh</FromKfAccount><ToKfAccount>b@gh</ToKfAccount>',
      { name: 'handoff.status', value: { state: 'transferred', agent: 'b@gh' } },
    ],
    ['kf_close_session', '<KfAccount>a@gh</KfAccount>', { name: 'handoff.status', value: { state: 'completed', agent: 'a@gh' } }],
  ])('%s %s', (...row) => {
    const [name, fields, activity, opens] = row;
    const found = event(name, fields);
    expect(found.kind).toBe(`event/${name}`);
    expect(JSON.parse(JSON.stringify(found.activity))).toMatchObject(activity);
    expect(found.opens).toBe(opens);
  });

  test('the same event has the same id, another key or another second another', () => {
    const id = (key: string) => event('CLICK', `<EventKey>${key}</EventKey>`).activity?.id;
    expect(id('a')).toBe(id('a'));
    expect(id('a')).not.toBe(id('b'));
    expect(id('a')).toContain('1772600000');
  });
});

test.each([
  ['a kind of message nobody knows', () => message('hologram', '')],
  ['an event nobody knows', () => event('user_pay_from_pay_cell')],
])('%s has a name and nothing else', (_, make) => {
  expect(Object.keys(make())).toEqual(['kind', 'openid', 'account']);
});

test('a push that does not say from whom or what is none', () => {
  expect(toInbound(parseXml('<xml><MsgType>text</MsgType></xml>'), options)).toBeUndefined();
  expect(toInbound(parseXml('<xml><FromUserName>o</FromUserName></xml>'), options)).toBeUndefined();
  expect(toInbound(parseXml('<xml><FromUserName><a>1</a></FromUserName><MsgType>text</MsgType></xml>'), options)).toBeUndefined();
});
