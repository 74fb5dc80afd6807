import { findCase } from '../repositories/cases';
import { type Action, LEADS } from './actions';
import { type ApiOptions, type Call, post, type Route } from './api-route';
import { isFull } from './capacity';
import type { ActRequest } from './desk';
import { type DeskReply, refuse } from './http';
import * as take from './schemas';

const MAX_FILE_BODY = 4_300_000;

/** What is done with a case. */
export function actionRoutes({ act, roster, store, keepFile }: ApiOptions): readonly Route[] {
  const done = async (call: Call<{ once?: string | undefined }>, action: Action): Promise<DeskReply> => {
    const { actor, id, body } = call;
    const request: ActRequest = { caseId: id, actor, action, ...(body.once && { once: body.once }) };
    const acted = await act(request);
    if (acted.kind === 'missing') return refuse('NOT_FOUND');
    if (acted.kind === 'refused') return refuse('WRONG_OWNER', { owner: acted.owner, ...(acted.agent && { agent: acted.agent }) });
    const { owner, agent, queue } = acted.case;
    return { status: 200, body: { id, owner, ...(agent && { agent }), queue, repeated: acted.repeated } };
  };
  const at = (name: string) => `/api/desk/cases/:id/${name}`;
  return [
    post(at('accept'), 'Take a waiting case', take.acceptBody, async (call) =>
      (await isFull(store, await roster.find(call.actor.id))) ? refuse('DESK_FULL') : done(call, { kind: 'accept' }),
    ),
    {
      ...post(at('assign'), 'Give a waiting case to an agent, whatever he has', take.assignBody, async (call) => {
        const to = await roster.find(call.body.agent);
        return to ? done(call, { kind: 'assign', to: { id: to.id, name: to.name } }) : refuse('BAD_INPUT', { fields: ['agent'] });
      }),
      roles: LEADS,
    },
    post(at('reply'), 'Write to the user', take.replyBody, (call) => done(call, { kind: 'reply', text: call.body.text })),
    {
      ...post(at('picture'), 'Send the user a picture; on the web channel also a PDF', take.pictureBody, async (call) => {
        const found = await findCase(store, call.id);
        if (!found) return refuse('NOT_FOUND');
        if (found.agent?.id !== call.actor.id)
          return refuse('WRONG_OWNER', { owner: found.owner, ...(found.agent && { agent: found.agent }) });
        const file = await keepFile(found.conversationId, Buffer.from(call.body.data, 'base64'));
        return file ? done(call, { kind: 'reply', text: '', attachments: [file] }) : refuse('BAD_INPUT', { fields: ['data'] });
      }),
      limit: MAX_FILE_BODY,
    },
    post(at('note'), 'Write for colleagues only', take.noteBody, (call) => done(call, { kind: 'note', text: call.body.text })),
    post(at('transfer'), 'Give the case to another agent or into a queue', take.transferBody, async (call) => {
      const { body } = call;
      const words = body.note === undefined ? {} : { note: body.note };
      if ('queue' in body) return done(call, { kind: 'requeue', queue: body.queue, ...words });
      const to = await roster.find(body.agent);
      return to ? done(call, { kind: 'transfer', to: { id: to.id, name: to.name }, ...words }) : refuse('BAD_INPUT', { fields: ['agent'] });
    }),
    post(at('return'), 'Give the conversation back to the bot, with what was found', take.returnBody, (call) =>
      done(call, { kind: 'return', finding: call.body.finding }),
    ),
    post(at('close'), 'Close with outcome and note', take.closeBody, (call) =>
      done(call, { kind: 'close', outcome: call.body.outcome, note: call.body.note }),
    ),
  ];
}
