import { parseRedisUrl } from '../../src/store/redis-url';

const plain = { tls: false, db: 0, masterName: '' };

describe('a REDIS_URL', () => {
  it.each([
    ['redis://localhost', { ...plain, kind: 'single', addresses: [{ host: 'localhost', port: 6379 }] }],
    ['redis://10.0.0.1:7000/', { ...plain, kind: 'single', addresses: [{ host: '10.0.0.1', port: 7000 }] }],
    ['redis://[::1]:6380/5', { ...plain, kind: 'single', addresses: [{ host: '::1', port: 6380 }], db: 5 }],
    [
      'rediss://bot:p%40ss%3A%2F%E5%AF%86@r.example:6380/2',
      { ...plain, kind: 'single', addresses: [{ host: 'r.example', port: 6380 }], tls: true, db: 2, username: 'bot', password: 'p@ss:/密' },
    ],
    ['redis://:only@r', { ...plain, kind: 'single', addresses: [{ host: 'r', port: 6379 }], password: 'only' }],
    [
      'redis+sentinel://:pw@a:26379,b/shop/3?sentinelPassword=s%26x',
      {
        ...plain,
        kind: 'sentinel',
        addresses: [
          { host: 'a', port: 26379 },
          { host: 'b', port: 26379 },
        ],
        masterName: 'shop',
        db: 3,
        password: 'pw',
        sentinelPassword: 's&x',
      },
    ],
    [
      'rediss+cluster://bot:pw@a:7000,b:7001,[fe80::1]:7002',
      {
        ...plain,
        kind: 'cluster',
        addresses: [
          { host: 'a', port: 7000 },
          { host: 'b', port: 7001 },
          { host: 'fe80::1', port: 7002 },
        ],
        tls: true,
        username: 'bot',
        password: 'pw',
      },
    ],
  ])('%s is understood', (url, target) => {
    expect(parseRedisUrl(url)).toEqual(target);
  });

  it.each([
    '',
    'localhost:6379',
    'http://geheim@localhost',
    'redis://',
    'redis://:geheim@',
    'redis://:geheim@a,b',
    'redis://:geheim@a:0',
    'redis://:geheim@a:70000',
    'redis://:geheim@a:port',
    'redis://:geheim@a/x',
    'redis://:geheim@a/1/2',
    'redis://:geheim@a?db=1',
    'redis://:geheim%@a',
    'redis://:geheim@@a',
    'redis+sentinel://:geheim@a:26379',
    'redis+sentinel://:geheim@a:26379/shop?name=x',
    'redis+cluster://:geheim@a:7000/1',
    'redis+cluster://:geheim@a?sentinelPassword=x',
    'redis+ring://:geheim@a',
  ])('%s is refused without repeating the password', (url) => {
    expect(() => parseRedisUrl(url)).toThrow(RangeError);
    expect(() => parseRedisUrl(url)).not.toThrow(/geheim/);
  });
});
