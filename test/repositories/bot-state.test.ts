import { BotStateConflict, createBotState } from '../../src/repositories/bot-state';
import { createTurnPartition } from '../../src/store/turn';
import { onEachEngine, stopEngines } from '../turns';

afterAll(stopEngines);

const KEY = 'emulator/conversations/一|livechat/';

describe('the storage of the SDK', () => {
  onEachEngine('gives back what was written, and nothing for what was not', async ([store]) => {
    const storage = createBotState(store.partition(1));
    expect(await storage.read([KEY])).toEqual({});
    await storage.write({ [KEY]: { count: 1 }, other: { count: 2 } });
    expect(await storage.read([KEY, 'other', 'third'])).toEqual({
      [KEY]: { count: 1, eTag: expect.any(String) },
      other: { count: 2, eTag: expect.any(String) },
    });
    await storage.delete([KEY]);
    expect(Object.keys(await storage.read([KEY, 'other']))).toEqual(['other']);
  });

  onEachEngine('refuses a write with an eTag that is not the last, as a whole', async ([store, second]) => {
    const storage = createBotState(store.partition(1));
    await storage.write({ [KEY]: { count: 1 }, other: { count: 1 } });
    const read = await storage.read([KEY, 'other']);
    await createBotState(second.partition(1)).write({ other: { count: 5, eTag: '*' } });
    await expect(storage.write(read)).rejects.toThrow(BotStateConflict);
    expect((await storage.read([KEY]))[KEY]).toEqual(read[KEY]);
    await storage.write({ [KEY]: { ...read[KEY], count: 7 } });
    expect((await storage.read([KEY]))[KEY]).toMatchObject({ count: 7 });
  });

  onEachEngine('refuses the eTag of a deleted state, and one that it never gave', async ([store]) => {
    const storage = createBotState(store.partition(1));
    await storage.write({ [KEY]: { count: 1 } });
    const read = await storage.read([KEY]);
    await storage.delete([KEY]);
    await expect(storage.write(read)).rejects.toMatchObject({ code: 'BOT_STATE_CONFLICT' });
    await expect(storage.write({ [KEY]: { eTag: 'W/"x"' } })).rejects.toThrow(BotStateConflict);
    expect(await storage.read([KEY])).toEqual({});
  });

  onEachEngine('writes nothing when asked to write nothing', async ([store]) => {
    const storage = createBotState(store.partition(1));
    await storage.write({});
    await storage.delete([]);
    expect(await storage.read([])).toEqual({});
  });

  onEachEngine('of a turn waits for the commit, and a change by somebody else refuses it', async ([store]) => {
    const partition = store.partition(1);
    await createBotState(partition).write({ [KEY]: { count: 1 } });
    const turn = createTurnPartition(partition);
    const storage = createBotState(turn);
    const read = await storage.read([KEY]);
    await storage.write({ [KEY]: { ...read[KEY], count: 2 } });
    expect((await createBotState(partition).read([KEY]))[KEY]).toMatchObject({ count: 1 });
    await createBotState(partition).write({ [KEY]: { count: 9 } });
    expect(await turn.flush()).toBeUndefined();
    expect((await createBotState(partition).read([KEY]))[KEY]).toMatchObject({ count: 9 });
  });
});
