import { createInterface } from 'node:readline';
import type { Activity } from 'botbuilder';
import { openLmdbStore } from '../../src/store/lmdb';
import { openRedisStore } from '../../src/store/redis';
import type { Store } from '../../src/store/store';
import { message, turnsOver } from '../turns';
import { caseBot } from './case-bot';
import { freezeAt } from './freeze';

/**
 * A bot process of its own for tests that kill, pause and race it. It takes one JSON command a line and reports one JSON object a line:
 * {accept} runs an activity · {die} runs a conversation whose process dies at a point · {go} lets a held turn on.
 */

/** A conversation, what its user says, and where its process dies. */
interface DieCommand {
  readonly die: string;
  readonly texts: readonly string[];
  readonly point: number;
  /** Without waiting for answers. */
  readonly atOnce: boolean;
}

type Report = Readonly<Record<string, unknown>>;
const report = (line: Report) => process.stdout.write(`${JSON.stringify(line)}\n`);

function open(): Promise<Store> {
  const { STORE_DIRECTORY: directory, STORE_URL: url = '', STORE_PREFIX: prefix = '' } = process.env;
  return directory ? openLmdbStore({ directory }) : openRedisStore({ url, prefix });
}

async function main(): Promise<void> {
  const store = await open();
  let go = () => {};
  const held = new Promise<void>((resolve) => {
    go = resolve;
  });
  const deliver = async (activity: Partial<Activity>) => {
    report({ sent: activity.id, text: activity.text, conversation: activity.conversation?.id });
  };
  const bot = {
    async run(context: Parameters<typeof caseBot>[0]) {
      if (context.activity.text === 'hold') {
        report({ holding: true });
        await held;
      }
      await caseBot(context);
    },
  };
  const lockMs = Number(process.env.LOCK_MS);
  const { turns } = turnsOver(store, { bot, deliver, lockMs, outbox: { leaseMs: lockMs } });

  /** One conversation whose process dies at `point`: from then on nothing it asks for happens. */
  async function die({ die: conversation, texts, point, atOnce }: DieCommand): Promise<void> {
    const { store: dying, steps, step } = freezeAt(store, point);
    const life = turnsOver(dying, {
      bot: { run: (context) => step(() => caseBot(context)) },
      deliver: (activity) => step(() => deliver(activity)),
      pollMs: 20,
      lockMs,
      outbox: { leaseMs: lockMs },
    });
    const place = { conversation: { id: conversation, isGroup: false, conversationType: '', name: '' } };
    const accept = (text: string, n: number) => life.turns.accept(message(text, `a${n}`, place));
    if (atOnce) await Promise.all(texts.map(accept));
    else for (const [n, text] of texts.entries()) await accept(text, n);
    await life.turns.close();
    report({ survived: conversation, steps: steps() });
  }

  for await (const line of createInterface({ input: process.stdin })) {
    const command = JSON.parse(line);
    if (command.go) go();
    if (command.accept) {
      turns.accept(command.accept).then(
        (answer) => report({ id: command.accept.id, answer }),
        (error: Error) => report({ id: command.accept.id, error: error.message }),
      );
    }
    if (command.die) void die(command);
  }
  await turns.close();
  await store.close();
}

report({ started: true });
void main();
