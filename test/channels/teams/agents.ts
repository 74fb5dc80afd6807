import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Activity } from 'botbuilder';

/** What agents do in Teams, as payloads. */

export const CHANNEL = '19:9f8c7b6a5d4e3f2a1b0c9d8e7f6a5b4c@thread.tacv2';

export const fixture = (name: string): Partial<Activity> =>
  JSON.parse(readFileSync(join(__dirname, '../../fixtures/teams', `${name}.json`), 'utf8'));

export const people = {
  chen: { id: '29:chen', name: '陈敏', aadObjectId: 'aaaaaaaa-0000-4000-8000-000000000001' },
  wang: { id: '29:wang', name: 'Wang Lei', aadObjectId: 'aaaaaaaa-0000-4000-8000-000000000002' },
};
export type Who = keyof typeof people;

/** A message of an agent in the thread of a card, or anywhere. */
export const said = (who: Who, text: string, conversation = `${CHANNEL};messageid=1`): Partial<Activity> => ({
  ...fixture('channel-mention'),
  from: people[who],
  text: `<at>到账助手</at> ${text}`,
  conversation: { ...fixture('channel-mention').conversation, id: conversation } as Activity['conversation'],
});

/** A button of a card, with what was typed into its fields. */
export const pressed = (
  who: Who,
  verb: string,
  caseId: string,
  more: object = {},
  conversation = `${CHANNEL};messageid=1`,
): Partial<Activity> => ({
  ...fixture('card-action'),
  from: people[who],
  value: { action: { type: 'Action.Execute', verb: `case.${verb}`, data: { caseId, ...more } }, trigger: 'manual' },
  conversation: { ...fixture('card-action').conversation, id: conversation } as Activity['conversation'],
});
