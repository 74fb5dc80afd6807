import path from 'node:path';
import type { Activity } from 'botbuilder';
import { text } from '../../locales';
import type { Channel } from '../channels';
import { createDirectLine, type DirectLine } from '../channels/direct-line/direct-line';
import { isoOf } from '../domain/calendar';
import { maskSecrets } from '../domain/privacy';
import { findConversation } from '../repositories/conversations';
import type { WebConfig } from '../settings/web';
import { partitionOf, type Store } from '../store/store';
import type { Telemetry } from '../telemetry';
import { conversationKey, maskActivity } from '../turn/incoming';
import { createPage } from './page';

export interface WebChannelOptions {
  readonly config: WebConfig;
  readonly store: Store;
  readonly telemetry: Telemetry;
  /** See DirectLineOptions. */
  readonly accept: (activity: Partial<Activity>) => Promise<unknown>;
  readonly elsewhere: Channel['deliver'];
}

/** The chat page and the Direct Line it talks to. */
export async function openWebChannel({ config, store, telemetry, accept, elsewhere }: WebChannelOptions): Promise<DirectLine> {
  const { brand, color, origins, proxyHops, secret, azure } = config;
  const recordOf = (activity: Partial<Activity>) => {
    const key = conversationKey(activity);
    return findConversation(store.partition(partitionOf(key)), key);
  };
  const directLine = await createDirectLine({
    ...{ store, accept, elsewhere, secret, azure, origins, proxyHops },
    mask: async (activity) => maskActivity(activity, maskSecrets, (await recordOf(activity))?.asking).activity,
    isRemembered: async (activity) => (await recordOf(activity)) !== undefined,
    now: () => isoOf(Date.now()),
    report: telemetry.error,
    botName: brand ?? text('zh-CN', 'web.brand'),
  });
  const page = createPage({ directory: builtPages(), settings: { brand: brand ?? '', color }, origins, connectTo: azure?.url });
  return { ...directLine, routes: { ...directLine.routes, ...page } };
}

/** Beside the compiled code, also when the sources run as they are. */
export function builtPages(): string {
  const isCompiled = path.basename(path.resolve(__dirname, '../..')) === 'dist';
  return path.join(__dirname, isCompiled ? '../../web' : '../../dist/web');
}
