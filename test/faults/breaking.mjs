// Preloaded into a server under test: the first line on its input breaks it. With TEST_STUCK its store never closes.
import { createRequire } from 'node:module';

const lmdb = createRequire(import.meta.url)('lmdb');
const { open } = lmdb;
if (process.env.TEST_STUCK)
  lmdb.open = (options) => {
    const root = open(options);
    root.close = () => new Promise(() => undefined);
    return root;
  };

process.stdin.once('data', () => {
  throw new Error('broken');
});
