import type { Activity } from 'botbuilder';
import { deleteTranscript, exportTranscript, listTranscript, passageChange } from '../../src/repositories/transcripts';
import type { Partition } from '../../src/store/store';
import { C1, message, onEachEngine, stopEngines, textsOf } from '../turns';

afterAll(stopEngines);

async function say(partition: Partition, order: number, ...activities: readonly Partial<Activity>[]): Promise<void> {
  const change = passageChange({ conversation: C1, order, activities });
  if (change) await partition.commit(change);
}

describe('a transcript', () => {
  onEachEngine('is in order of what was said, or only its end', async ([store]) => {
    const partition = store.partition(1);
    await say(partition, 10, message('five'), message('six'));
    await say(partition, 9, message('three'), message('four'));
    await say(partition, 2, message('one'), message('two'));
    expect(textsOf(await listTranscript(partition, C1))).toEqual(['one', 'two', 'three', 'four', 'five', 'six']);
    expect(textsOf(await listTranscript(partition, C1, 2))).toEqual(['three', 'four', 'five', 'six']);
    expect(await listTranscript(partition, 'directline/c2')).toEqual([]);
  });

  onEachEngine('is exported as the Emulator opens it: an array of activities', async ([store]) => {
    const partition = store.partition(1);
    const photo = { attachments: [{ contentType: 'image/png', contentUrl: 'http://127.0.0.1:9/secret', name: 'card.png' }] };
    await say(partition, 1, message('one', 'a1', photo));
    const [first] = JSON.parse(await exportTranscript(partition, C1));
    expect(first).toMatchObject({
      type: 'message',
      id: 'a1',
      text: 'one',
      from: { id: 'u1' },
      recipient: { id: 'b1' },
      conversation: { id: 'c1' },
    });
    expect(first.attachments).toEqual([{ contentType: 'image/png' }]);
    expect(first).not.toHaveProperty('serviceUrl');
  });

  onEachEngine('has no traces, and forgets everything when told to', async ([store]) => {
    const partition = store.partition(1);
    expect(passageChange({ conversation: C1, order: 1, activities: [{ type: 'trace' }, { type: 'typing' }] })).toBeUndefined();
    await say(partition, 1, message('one'), { type: 'trace' });
    expect(await listTranscript(partition, C1)).toHaveLength(1);
    await deleteTranscript(partition, C1);
    expect(await listTranscript(partition, C1)).toEqual([]);
  });
});
