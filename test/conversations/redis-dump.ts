import { Redis } from 'ioredis';

/** Everything a Redis holds, as text: names and values of all keys. */
export async function dumpRedis(url: string): Promise<string> {
  const client = new Redis(url);
  try {
    const keys = await client.keys('*');
    const values = await Promise.all(keys.map((key) => readKey(client, key)));
    return JSON.stringify([keys, values]);
  } finally {
    client.disconnect();
  }
}

async function readKey(client: Redis, key: string): Promise<unknown> {
  const type = await client.type(key);
  switch (type) {
    case 'string':
      return client.get(key);
    case 'hash':
      return client.hgetall(key);
    case 'zset':
      return client.zrange(key, '0', '-1');
    case 'set':
      return client.smembers(key);
    case 'list':
      return client.lrange(key, 0, -1);
    case 'none':
      return undefined; // expired meanwhile
    default:
      throw new Error(`a key of type ${type}`);
  }
}

/** Folder of the server's append-only file, which has every command that ever wrote. */
export async function folderOf(url: string): Promise<string> {
  const client = new Redis(url);
  try {
    const [, folder] = (await client.config('GET', 'dir')) as [string, string];
    return folder;
  } finally {
    client.disconnect();
  }
}
