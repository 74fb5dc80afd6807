import type { Activity } from 'botbuilder';
import { all, expecting, message, noteBot, notesOf, onEachEngine, stopEngines, textsOf, turnsOver, until } from '../turns';

afterAll(stopEngines);

const LONG_MS = 60_000;

describe('a fragment', () => {
  onEachEngine('waits for its continuation and is answered together with it', async ([store]) => {
    const texts: (string | undefined)[] = [];
    const { turns } = turnsOver(store, {
      burstMs: LONG_MS,
      bot: {
        async run(context) {
          texts.push(context.activity.text);
          await noteBot(context);
        },
      },
    });
    const first = turns.accept(message('那个…', 'a1', expecting));
    await until(async () => (await all(store, 'locks')).length === 1);
    const second = turns.accept(message('钱没到', 'a2', expecting));
    expect(await first).toEqual({ kind: 'joined', replies: [] });
    expect(textsOf((await second).replies)).toEqual(['1 那个…', '2 钱没到']);
    expect(texts).toEqual(['那个…\n钱没到']);
    await turns.close();
  });

  onEachEngine('of three parts waits for the last', async ([store]) => {
    const { turns } = turnsOver(store, { burstMs: LONG_MS });
    const parts = ['那个…', '就是…', '钱没到'];
    const answers: Promise<{ readonly kind: string }>[] = [];
    for (const [n, text] of parts.entries()) {
      answers.push(turns.accept(message(text, `a${n}`)));
      await until(async () => (await all(store, 'inbox')).length === n || (await notesOf(store)).length > 0);
    }
    expect((await Promise.all(answers)).map(({ kind }) => kind)).toEqual(['joined', 'joined', 'done']);
    expect(await notesOf(store)).toEqual(parts);
    await turns.close();
  });

  onEachEngine('whose continuation comes to another process is answered together with it', async ([store, other]) => {
    const bot = turnsOver(store, { burstMs: LONG_MS, lockMs: LONG_MS });
    const second = turnsOver(other, { burstMs: LONG_MS, lockMs: LONG_MS });
    const first = bot.turns.accept(message('那个…', 'a1', expecting));
    await until(async () => (await all(store, 'locks')).length === 1);
    const answer = await second.turns.accept(message('钱没到', 'a2', expecting));
    expect(textsOf(answer.replies)).toEqual(['1 那个…', '2 钱没到']);
    expect((await first).kind).toBe('joined');
    await Promise.all([bot.turns.close(), second.turns.close()]);
  });

  onEachEngine('that nothing follows is answered after its time', async ([store]) => {
    const { turns } = turnsOver(store, { burstMs: 20 });
    expect(textsOf((await turns.accept(message('那个…', 'a1', expecting))).replies)).toEqual(['1 那个…']);
    await turns.close();
  });

  onEachEngine('does not wait when waiting is off, nor does a complete message ever, nor a photo', async ([store]) => {
    const off = turnsOver(store, { burstMs: 0 });
    await off.turns.accept(message('那个…', 'a1'));
    const on = turnsOver(store, { burstMs: LONG_MS });
    await on.turns.accept(message('钱没到', 'a2'));
    await on.turns.accept(message('…', 'a3', { attachments: [{ contentType: 'image/png' }] }));
    expect(await notesOf(store)).toEqual(['那个…', '钱没到', '…']);
    await Promise.all([off.turns.close(), on.turns.close()]);
  });

  onEachEngine('waits no longer when something comes that cannot join, and that runs after it', async ([store]) => {
    const types: (string | undefined)[] = [];
    const { turns } = turnsOver(store, {
      burstMs: LONG_MS,
      bot: { run: async ({ activity }: { activity: Partial<Activity> }) => void types.push(activity.type) },
    });
    const first = turns.accept(message('那个…', 'a1'));
    await until(async () => (await all(store, 'locks')).length === 1);
    await Promise.all([first, turns.accept({ ...message('', 'a2'), type: 'invoke' })]);
    expect(types).toEqual(['message', 'invoke']);
    await turns.close();
  });

  onEachEngine('still waiting when the process ends is answered first', async ([store]) => {
    const { turns } = turnsOver(store, { burstMs: LONG_MS });
    const first = turns.accept(message('那个…', 'a1'));
    await until(async () => (await all(store, 'locks')).length === 1);
    await turns.close();
    expect((await first).kind).toBe('done');
    expect(await notesOf(store)).toEqual(['那个…']);
  });

  onEachEngine('is judged with what is known of the conversation', async ([store]) => {
    const known: (string | undefined)[] = [];
    const { turns } = turnsOver(store, {
      burstMs: 1,
      isFragment: (_, record) => {
        known.push(record?.lastAt);
        return false;
      },
    });
    await turns.accept(message('one', 'a1'), { now: '2026-10-02T10:00:00+08:00' });
    await turns.accept(message('two', 'a2'));
    expect(known).toEqual([undefined, '2026-10-02T10:00:00+08:00']);
    await turns.close();
  });
});
