import type { Activity } from 'botbuilder';
import { formatInstant } from '../../dialogs/format';
import { localeOf } from '../../locales';
import { type Channel, DeliveryError } from '../channels';
import type { Connector } from '../channels/connector';
import { createTeamsOut, markCase } from '../channels/teams/out';
import { createPace } from '../channels/teams/pace';
import { isStaff, plainText, TEAMS, tenantsOf } from '../channels/teams/teams';
import type { Config } from '../config';
import { isFull } from '../desk/capacity';
import { createDesk } from '../desk/desk';
import { TOPIC } from '../desk/feed';
import { createPresence } from '../desk/presence';
import { createPeople } from '../desk/teams/people';
import { createTeamsSync, type TeamsSync } from '../desk/teams/sync';
import { createTeamsDesk } from '../desk/teams/teams';
import { createWork } from '../desk/teams/work';
import { isoOf } from '../domain/calendar';
import { maskSecrets } from '../domain/privacy';
import { profileOf } from '../domain/profile';
import { replyBy } from '../domain/triage';
import { createAudit } from '../repositories/audit';
import { readOrMakeKey } from '../seal';
import type { Store } from '../store/store';
import { referenceOf } from '../turn/incoming';
import { codeOf, type Log } from '../turn/log';
import { createSay } from '../turn/say';
import type { Accepted, RunningTurns } from '../turn/turn';
import { parseAgentCommand, parseClosing, startsAsCommand } from '../understanding/embedded/staff';

/** Teams with everything behind it: staff, agents, and the way out. */
export interface Teams {
  readonly channel: Channel;
  /** Puts the desk's side in front of the turns; to be called once they exist. */
  open(turns: Pick<RunningTurns, 'accept' | 'say' | 'outbox'>): OpenTeams;
}

export interface OpenTeams {
  /** Takes a proven activity of any channel of the Bot Framework. Throws StoreError. */
  accept(activity: Partial<Activity>): Promise<Pick<Accepted, 'replies' | 'invokeResponse'>>;
  readonly sync: TeamsSync;
  /** Stops looking; waits for what is under way. */
  close(): Promise<void>;
}

export interface TeamsParts {
  readonly config: Pick<Config, 'teams' | 'store' | 'profiles'> & { readonly desk: Pick<Config['desk'], 'agents'> };
  readonly store: Store;
  readonly connector: Connector;
  readonly log: Log;
  /** Ms since 1970; the clock of this machine when absent. */
  readonly clock?: () => number;
  /** Pause between two looks at what has changed, in ms; 0: only when told. Default 1,000. */
  readonly everyMs?: number;
  /** An invoke is answered within this; default 2,500, for Teams waits 3 s and the way takes its time. */
  readonly invokeMs?: number;
}

/** Puts the parts of Teams together. */
export function createTeams(parts: TeamsParts): Teams {
  const { connector, clock = Date.now } = parts;
  let sync: TeamsSync | undefined;
  const ready = (): TeamsSync => {
    if (!sync) throw new DeliveryError('Teams is not open yet', 'retry');
    return sync;
  };
  const channel = createTeamsOut({
    connector,
    pace: createPace(clock),
    delivered: (...told) => ready().delivered(...told),
    gone: (...told) => ready().gone(...told),
    refused: (...told) => ready().refused(...told),
  });
  return {
    channel,
    open(turns) {
      const opened = openTeams(parts, turns);
      sync = opened.sync;
      return opened;
    },
  };
}

function openTeams(parts: TeamsParts, turns: Pick<RunningTurns, 'accept' | 'say' | 'outbox'>): OpenTeams {
  const { config, store, log, clock = Date.now, everyMs = 1000, invokeMs = 2500 } = parts;
  const { agents } = config.desk;
  const now = () => isoOf(clock());
  const mask = (words: string) => maskSecrets(words);
  const key = config.store.dataKey ?? readOrMakeKey(config.store.dataDir);
  const announce = () => void store.publish(TOPIC, '').catch(() => undefined);
  const act = createDesk({
    ...{ store, say: turns.say, now, key, announce },
    mask: (words) => mask(words).text,
    replyBy: (of) => {
      const profile = profileOf(config.profiles, of.draft.facts.acquirerName?.value);
      const at = replyBy(of.priority, now(), profile, config.profiles.calendar);
      return { at, said: formatInstant(localeOf(of.locale), at) };
    },
  });
  // Agents read numbers of the sale, which the filter of what customers read would take out; what is kept was masked at the door.
  const say = createSay({ store, outbox: turns.outbox, rules: { filter: (words) => mask(words).text, mask }, now });
  const presence = createPresence(store);
  const isElsewhere = async (agent: string) => (await presence.list()).some(({ id, elsewhere }) => id === agent && elsewhere === true);
  const sync = createTeamsSync({ store, say, act, mark: markCase, isElsewhere, now });
  const hurry = () => void sync.tick().catch((error: unknown) => log({ event: 'teams-failed', code: codeOf(error) }));
  const receive = createTeamsDesk({
    ...{ store, say, now, invokeMs, hurry, referenceOf, parseClosing },
    work: createWork({
      ...{ store, act, now, audit: createAudit(store, key) },
      isFull: (actor) =>
        isFull(
          store,
          agents.find(({ id }) => id === actor.id),
        ),
      seen: presence.seenElsewhere,
    }),
    senderOf: createPeople({ agents, everybody: config.teams.everybody, tenantsOf }),
    isStaff: (activity) => isStaff(activity, config.teams.staff),
    plain: plainText,
    parse: parseAgentCommand,
    isCommand: startsAsCommand,
  });
  const timer = everyMs > 0 ? setInterval(hurry, everyMs).unref() : undefined;
  return {
    sync,
    async accept(activity) {
      const ours = activity.channelId === TEAMS ? await receive(activity) : undefined;
      // What was said stays said: an edited or deleted message changes no fact and no case.
      if (!ours && (activity.type === 'messageUpdate' || activity.type === 'messageDelete')) return { replies: [] };
      return ours ?? turns.accept(activity);
    },
    async close() {
      clearInterval(timer);
      await sync.tick().catch(() => undefined);
    },
  };
}
