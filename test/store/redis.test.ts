import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setImmediate as nextTick } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { openRedisStore, type RedisStore, type RedisStoreOptions } from '../../src/store/redis';
import { StoreError } from '../../src/store/store';
import { storeContract } from '../contracts/store';
import { type RedisProcess, startRedis, startRedisProcess } from '../redis';
import { put } from './changes';
import { eventually, everyCall, openTwoHandles, refusedWithin } from './redis-handles';

storeContract('Redis', async () => openTwoHandles(await startRedis()));

describe('with a server of its own', () => {
  let server: RedisProcess;
  let store: RedisStore;
  let raw: Redis;
  let prefix: string;
  const opened: RedisStore[] = [];
  async function open(more: Partial<RedisStoreOptions> = {}): Promise<RedisStore> {
    const another = await openRedisStore({ url: server.url, prefix, ...more });
    opened.push(another);
    return another;
  }

  beforeAll(async () => {
    server = await startRedisProcess();
    raw = new Redis(server.url).on('error', () => undefined);
  });
  afterAll(async () => {
    raw.disconnect();
    await server.stop();
  });
  beforeEach(async () => {
    prefix = randomUUID();
    store = await open();
  });
  afterEach(() => Promise.all(opened.splice(0).map((one) => one.close())));

  it.each([
    ['dies', () => server.kill(), () => server.start()],
    ['freezes', async () => server.signal('SIGSTOP'), async () => server.signal('SIGCONT')],
  ])('when the server %s every call is refused within a second, and works by itself once it is back', async (_, stop, resume) => {
    const heard: string[] = [];
    await store.subscribe('news', (message) => heard.push(message));
    await stop();
    await refusedWithin(1000, everyCall(store));
    await refusedWithin(1000, everyCall(store));
    await resume();
    const back = performance.now();
    await eventually(() => store.ping(500));
    await eventually(() => Promise.all(everyCall(store)));
    expect(performance.now() - back).toBeLessThan(2000);
    await eventually(async () => {
      await store.publish('news', 'back');
      expect(heard).toContain('back');
    });
  });

  it('calls under way when the server dies are refused', async () => {
    const calls = everyCall(store);
    await nextTick();
    server.signal('SIGSTOP');
    const late = everyCall(store);
    await nextTick();
    await server.kill();
    await refusedWithin(1000, late);
    await Promise.allSettled(calls);
    await server.start();
  });

  it('a commit whose reply is lost is refused, and was carried out once', async () => {
    const proxy = await startProxy(server.port);
    const behind = await open({ url: `redis://127.0.0.1:${proxy.port}` });
    const before = await behind.partition(0).commit(put('a', 1));
    proxy.loseNextReply();
    await expect(behind.partition(0).commit(put('a', 2))).rejects.toThrow(StoreError);
    const entry = await eventually(() => behind.partition(0).get('notes', 'a'));
    expect(entry).toEqual({ id: 'a', value: 2, version: (before ?? 0) + 1 });
    await behind.close();
    proxy.close();
  });

  it('a server that forgot the script gets it again, and the order of a tick stays', async () => {
    const partition = store.partition(0);
    await partition.commit(put('a', 1));
    await raw.script('FLUSH');
    const results = await Promise.all([partition.get('notes', 'a'), partition.commit(put('a', 2)), partition.get('notes', 'a')]);
    expect([results[0]?.value, results[2]?.value]).toEqual([1, 2]);
  });

  it('what is called in one tick is one round trip, a range of all partitions too', async () => {
    await store.listAll('notes');
    const trips = async (action: () => Promise<unknown>) => {
      const before = store.roundTrips();
      await action();
      return store.roundTrips() - before;
    };
    const partition = store.partition(7);
    expect(await trips(() => Promise.all([partition.commit(put('lock', 1)), partition.get('notes', 'a'), partition.list('notes')]))).toBe(
      1,
    );
    expect(await trips(() => store.listAll('notes'))).toBe(1);
    expect(await trips(() => partition.get('notes', 'a').then(() => partition.get('notes', 'a')))).toBe(2);
  });

  it('lifetimes go by the clock of the server, not of the process', async () => {
    const clock = jest.spyOn(Date, 'now').mockReturnValue(0);
    try {
      await store.partition(0).commit(put('a', 1, { ttlMs: 60_000 }));
    } finally {
      clock.mockRestore();
    }
    const [, expiresAt] = String(await raw.hget(`${prefix}:{p0}:rows`, 'notes\0a')).split(' ');
    const [seconds] = await raw.time();
    expect(Number(expiresAt) / 1000 - Number(seconds)).toBeCloseTo(60, -1);
    expect(await store.partition(0).get('notes', 'a')).toBeDefined();
  });

  it('expired entries leave the memory of the server', async () => {
    let time = 1_790_000_000_000;
    const sweeping = await open({ now: () => time, sweepMs: 5 });
    const partition = sweeping.partition(9);
    await partition.commit(
      ...Array.from({ length: 700 }, (_, n) => put(`n${n}`, n, { ttlMs: 1000 })),
      put('kept', 1),
      put('n1', 'made lasting'),
    );
    const sizes = () =>
      Promise.all([raw.hlen(`${prefix}:{p9}:rows`), raw.zcard(`${prefix}:{p9}:index`), raw.zcard(`${prefix}:{p9}:expiries`)]);
    expect(await sizes()).toEqual([702, 701, 699]);
    time += 1000;
    await eventually(async () => expect(await sizes()).toEqual([3, 2, 0]));
  });

  it('a refused commit leaves no trace', async () => {
    await store.partition(5).commit({ kind: 'check', collection: 'notes', id: 'a', expect: 3 }, put('b', 1));
    expect(await raw.keys(`${prefix}*`)).toEqual([]);
  });

  it('a closed store refuses everything', async () => {
    await store.close();
    await refusedWithin(1000, everyCall(store));
  });
});

const servers: RedisProcess[] = [];
const start: typeof startRedisProcess = async (...args) => {
  const server = await startRedisProcess(...args);
  servers.push(server);
  return server;
};
afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop())));

describe('opening', () => {
  it('is refused in words when nothing listens, without the password', async () => {
    const { port, stop } = await start();
    await stop();
    const failure = await openRedisStore({ url: `redis://user:geheim@127.0.0.1:${port}`, openTimeoutMs: 200 }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(StoreError);
    expect(String(failure)).toContain(`127.0.0.1:${port}`);
    expect(String(failure)).not.toContain('geheim');
  });

  it('takes the password and the database of the URL, and is refused at once for a wrong password', async () => {
    const server = await start();
    const admin = new Redis(server.url);
    await admin.config('SET', 'requirepass', 'p@ss:1/');
    admin.disconnect();
    const store = await openRedisStore({ url: `redis://:${encodeURIComponent('p@ss:1/')}@127.0.0.1:${server.port}/3` });
    await store.partition(0).commit(put('a', 1));
    const raw = new Redis({ port: server.port, password: 'p@ss:1/', db: 3 });
    expect(await raw.dbsize()).toBe(2);
    raw.disconnect();
    await store.close();
    const begin = performance.now();
    await expect(openRedisStore({ url: `redis://:wrong@127.0.0.1:${server.port}` })).rejects.toThrow(StoreError);
    await expect(openRedisStore({ url: server.url })).rejects.toThrow(StoreError);
    expect(performance.now() - begin).toBeLessThan(1000);
  });
});

describe('kill -9 of a server that syncs its log', () => {
  it('loses no acknowledged commit and tears none', async () => {
    const server = await start(['appendonly yes', 'appendfsync always']);
    const store = await openRedisStore({ url: server.url });
    const lanes = [0, 1, 2, 3].map((number) => ({ partition: store.partition(number), acknowledged: 0 }));
    for (let round = 1; round <= 3; round++) {
      const writing = lanes.map(async (lane) => {
        for (let step = lane.acknowledged + 1; ; step++) {
          await lane.partition.commit(...['a', 'b', 'c', 'd'].map((id) => put(id, step)));
          lane.acknowledged = step;
        }
      });
      while (lanes.some((lane) => lane.acknowledged < round * 50)) await nextTick();
      await server.kill();
      await Promise.allSettled(writing);
      await server.start();
      for (const { partition, acknowledged } of lanes) {
        const values = (await eventually(() => partition.list('notes'))).map((entry) => Number(entry.value));
        expect(values).toHaveLength(4);
        expect(new Set(values).size).toBe(1);
        expect(values[0]).toBeGreaterThanOrEqual(acknowledged);
      }
    }
    await store.close();
  }, 20_000);
});

describe('Sentinel', () => {
  it('leads to the master, and to the new one after a failover', async () => {
    const master = await start(['repl-diskless-sync-delay 0']);
    const replica = await start([`replicaof 127.0.0.1 ${master.port}`]);
    const sentinel = await start([`sentinel monitor shop 127.0.0.1 ${master.port} 1`], 'sentinel');
    const url = `redis+sentinel://127.0.0.1:${sentinel.port}/shop`;
    const store = await openRedisStore({ url });
    await store.partition(0).commit(put('a', 1));
    const control = new Redis(sentinel.port);
    const next = new Redis(replica.port);
    // Replication comes after the reply: what the replica does not have yet is lost in a failover.
    await eventually(async () => expect(await next.dbsize()).toBe(2));
    await eventually(() => control.call('SENTINEL', 'FAILOVER', 'shop'));
    await eventually(async () => expect(await next.info('replication')).toContain('role:master'));
    await master.kill();
    await eventually(() => store.partition(0).commit(put('b', 2)));
    expect((await store.partition(0).list('notes')).map((entry) => entry.value)).toEqual([1, 2]);
    for (const one of [control, next]) one.disconnect();
    await store.close();
  }, 30_000);
});

/** A door to a server that can cut the connection when the next reply comes. */
async function startProxy(target: number) {
  let losing = false;
  const sockets = new Set<Socket>();
  const door = createServer((client) => {
    const server = connect(target, '127.0.0.1');
    for (const socket of [client, server]) sockets.add(socket.on('error', () => undefined));
    client.on('data', (data) => server.write(data)).on('close', () => server.destroy());
    server
      .on('close', () => client.destroy())
      .on('data', (data) => {
        if (losing) client.destroy();
        else client.write(data);
        losing = false;
      });
  }).listen(0, '127.0.0.1');
  await once(door, 'listening');
  const address = door.address();
  if (!address || typeof address === 'string') throw new Error('no address');
  return {
    port: address.port,
    loseNextReply: () => {
      losing = true;
    },
    close: () => {
      door.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
