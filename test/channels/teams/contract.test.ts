import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Activity } from 'botbuilder';
import { describeChannel } from '../../contracts/channel';
import { openTeamsWorld } from './world';

const fixture = (name: string): Partial<Activity> =>
  JSON.parse(readFileSync(join(__dirname, '../../fixtures/teams', `${name}.json`), 'utf8'));

/** Labels below a message, or those of its card. */
function choicesIn({ suggestedActions, attachments = [] }: Partial<Activity>): readonly string[] {
  const rows: { readonly actions?: readonly { readonly title: string }[] }[] = attachments.flatMap(({ content }) => content?.body ?? []);
  return [...(suggestedActions?.actions ?? []), ...rows.flatMap(({ actions }) => actions ?? [])].map(({ title }) => title);
}

describeChannel('Teams', async () => {
  jest.spyOn(console, 'error').mockImplementation(() => undefined); // the SDK prints every refusal
  const world = await openTeamsWorld();
  const message = fixture('public-message');
  const key = `msteams/${message.conversation?.id}`;
  let seen = 0;
  return {
    async send({ id, text, image }) {
      await world.post({ ...(image ? fixture('file-sent') : message), id, ...(text !== undefined && { text }) });
    },
    forge: async (text) => (await world.post({ ...message, text }, { token: 'forged' })).status === 401,
    async proactive(activity) {
      await world.turns.say(key, [activity]);
      await world.settle();
    },
    shown() {
      const fresh = world.service.taken.slice(seen).map(({ body }) => body);
      seen = world.service.taken.length;
      return {
        lines: fresh.flatMap(({ text }) => text ?? []),
        choices: fresh.flatMap(choicesIn),
      };
    },
    restart: () => world.restart(),
    mostBytes: 80 * 1024,
    close: () => world.close(),
  };
});
