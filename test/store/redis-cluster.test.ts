import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { openRedisStore, type RedisStore } from '../../src/store/redis';
import { PARTITIONS } from '../../src/store/store';
import { storeContract } from '../contracts/store';
import { type RedisCluster, startRedisCluster } from '../redis';
import { eventually, everyCall, openTwoHandles, refusedWithin } from './redis-handles';

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startRedisCluster();
}, 30_000);
afterAll(() => cluster?.stop());

storeContract('Redis Cluster', () => openTwoHandles({ url: cluster.url, stop: async () => {} }));

describe('a cluster', () => {
  let store: RedisStore;
  let prefix: string;
  const put = (partition: number, value: number) => store.partition(partition).commit({ kind: 'put', collection: 'notes', id: 'a', value });
  const everywhere = Array.from({ length: PARTITIONS }, (_, n) => n);

  beforeEach(async () => {
    prefix = randomUUID();
    store = await openRedisStore({ url: cluster.url, prefix });
  });
  afterEach(() => store.close());

  it('is found from any one of its nodes, and every master holds a part', async () => {
    const other = await openRedisStore({ url: `redis+cluster://127.0.0.1:${cluster.nodes[2]?.port}`, prefix });
    await Promise.all(everywhere.map((n) => put(n, n)));
    expect(await other.listAll('notes')).toHaveLength(PARTITIONS);
    await other.close();
    const parts = await Promise.all(cluster.nodes.map(({ port }) => withNode(port, (node) => node.keys(`${prefix}*`))));
    expect(parts.every((keys) => keys.length > 10)).toBe(true);
    expect(parts.flat()).toHaveLength(PARTITIONS * 2);
  });

  it('asks all its nodes in one round trip', async () => {
    await store.listAll('notes');
    const before = store.roundTrips();
    await store.listAll('notes');
    expect(store.roundTrips() - before).toBe(1);
  });

  it('loses and repeats nothing while a partition moves to another node', async () => {
    const key = `${prefix}:{p8}:rows`;
    await put(8, 0);
    const slot = await withNode(cluster.nodes[0]?.port ?? 0, (node) => node.cluster('KEYSLOT', key));
    let moving = true;
    let written = 0;
    const writing = (async () => {
      while (moving) {
        const entry = await store.partition(8).get('notes', 'a');
        await store.partition(8).commit({ kind: 'put', collection: 'notes', id: 'a', value: written + 1, expect: entry?.version ?? 0 });
        written += 1;
      }
    })();
    await moveSlot(slot);
    moving = false;
    await writing;
    const entry = await store.partition(8).get('notes', 'a');
    expect(entry?.value).toBe(written);
    expect(entry?.version).toBe(written + 1);
  });

  it('when one node dies every call on it is refused within a second, and works by itself once it is back', async () => {
    const [node] = cluster.nodes;
    const onNode = await partitionsOf(node?.port ?? 0);
    const heard = new Set<string>();
    await store.subscribe('news', (message) => heard.add(message));
    await node?.kill();
    await refusedWithin(1000, [store.listAll('notes'), store.ping(500), ...onNode.map((n) => put(n, 1))]);
    await refusedWithin(1000, [store.listAll('notes'), ...onNode.map((n) => store.partition(n).get('notes', 'a'))]);
    await node?.start();
    await eventually(() => Promise.all([store.ping(500), ...everyCall(store), ...everywhere.map((n) => put(n, 2))]));
    await eventually(async () => {
      await store.publish('news', 'back');
      expect(heard).toContain('back');
    });
    expect(await store.listAll('notes')).toHaveLength(PARTITIONS);
  }, 20_000);

  it('when a node freezes its calls are refused within a second, and work by themselves once it goes on', async () => {
    const [, node] = cluster.nodes;
    const onNode = await partitionsOf(node?.port ?? 0);
    node?.signal('SIGSTOP');
    await refusedWithin(1000, [store.listAll('notes'), store.ping(500), ...onNode.map((n) => put(n, 1))]);
    node?.signal('SIGCONT');
    await eventually(() => Promise.all(everyCall(store)));
  });

  /** The partitions whose keys that node serves. */
  async function partitionsOf(port: number): Promise<readonly number[]> {
    await Promise.all(everywhere.map((n) => put(n, 0)));
    const keys = await withNode(port, (node) => node.keys(`${prefix}:{p*}:rows`));
    return keys.map((key) => Number(/\{p(\d+)\}/.exec(key)?.[1]));
  }
});

async function withNode<T>(port: number, use: (node: Redis) => Promise<T>): Promise<T> {
  const node = new Redis({ port, disconnectTimeout: 50 });
  try {
    return await use(node);
  } finally {
    node.disconnect();
  }
}

/** Moves a slot with its keys from the node that has it to another, step by step as a resharding does. */
async function moveSlot(slot: number): Promise<void> {
  const nodes = await Promise.all(
    cluster.nodes.map(({ port }) =>
      withNode(port, async (node) => ({ port, id: String(await node.cluster('MYID')), keys: await node.cluster('COUNTKEYSINSLOT', slot) })),
    ),
  );
  const source = nodes.find((node) => Number(node.keys) > 0);
  const target = nodes.find((node) => node !== source);
  if (!source || !target) throw new Error('no node has the slot');
  await withNode(target.port, (node) => node.cluster('SETSLOT', slot, 'IMPORTING', source.id));
  await withNode(source.port, async (node) => {
    await node.cluster('SETSLOT', slot, 'MIGRATING', target.id);
    for (const key of await node.cluster('GETKEYSINSLOT', slot, 100)) await node.migrate('127.0.0.1', target.port, String(key), 0, 5000);
  });
  for (const { port } of [target, source, ...nodes.filter((node) => node !== source && node !== target)]) {
    await withNode(port, (node) => node.cluster('SETSLOT', slot, 'NODE', target.id));
  }
}
