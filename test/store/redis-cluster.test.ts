import { storeContract } from '../contracts/store';
import { startRedisCluster } from '../redis';
import { openTwoHandles } from './redis-handles';

storeContract('Redis Cluster', async () => openTwoHandles(await startRedisCluster()));
