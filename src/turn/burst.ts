import { INBOX_LIMIT, listInbox, type Waiting } from './inbox';
import { joinActivities, joins } from './incoming';
import type { Item, Place } from './one-turn';
import type { Signal } from './signal';

/** People type in bursts: what waits together is one turn, and a fragment waits for what follows it. */

/** A turn about to run. */
export interface Burst {
  readonly place: Place;
  /** Raised when something came into the inbox. */
  readonly news: Signal;
  readonly items: readonly Item[];
  /** How long a fragment waits; 0: not at all. */
  readonly burstMs: number;
  readonly isFragment: (text: string) => boolean;
  /** The process is ending. */
  readonly isOver: () => boolean;
}

/** How often the inbox is looked at for what another process put there. */
const LOOK_MS = 200;

/** The next turn of an inbox: the messages up to the first activity that must run alone, or that one. */
export function nextItems(queued: readonly Waiting[]): readonly Item[] {
  const alone = queued.findIndex(({ activity }) => !joins(activity));
  const together = alone === -1 ? queued.length : Math.max(alone, 1);
  return queued.slice(0, together).map((waiting) => {
    const { activity, masked, seen, now } = waiting;
    return { activity, masked, seen, waiting, ...(now !== undefined && { now }) };
  });
}

/** The items of the turn, with what came while they were a fragment. */
export async function gatherBurst({ place, news, items, burstMs, isFragment, isOver }: Burst): Promise<readonly Item[]> {
  let gathered = items;
  let until = Date.now() + burstMs;
  while (!isOver() && Date.now() < until && gathered.length < INBOX_LIMIT && isOpen(gathered, isFragment)) {
    await news.wait(Math.min(LOOK_MS, until - Date.now()));
    const queued = await listInbox(place.partition, place.key);
    const arrived = queued.filter(({ seen }) => !gathered.some((item) => item.seen === seen));
    if (arrived.length === 0) continue;
    const more = nextItems(arrived);
    // It cannot join, but says that the user went on.
    if (!more.every(({ activity }) => joins(activity))) break;
    gathered = [...gathered, ...more];
    until = Date.now() + burstMs;
  }
  return gathered;
}

/** More is to be expected: nothing but texts, and together they are a fragment. */
function isOpen(items: readonly Item[], isFragment: (text: string) => boolean): boolean {
  if (!items.every(({ activity }) => joins(activity) && !activity.attachments)) return false;
  return isFragment(joinActivities(items.map(({ activity }) => activity)).text ?? '');
}
