import { createHash } from 'node:crypto';
import type { Activity } from 'botbuilder';
import type { Attachment } from './domain/case';

/** Cards and choices are no files. */
const CARD = /^application\/vnd\.microsoft\./;
const TYPE = /^[a-z]+\/[a-z0-9.+-]{1,60}$/;

/** The files of a message as references: no name, no bytes. */
export function attachmentsOf({ attachments = [], id = '' }: Partial<Activity>, now: string): readonly Attachment[] {
  return attachments
    .filter(({ contentType }) => !CARD.test(contentType))
    .map(({ contentType }, index) => ({
      id: createHash('sha256').update(`${id}/${index}`).digest('hex').slice(0, 16),
      contentType: TYPE.test(contentType) ? contentType : 'application/octet-stream',
      size: 0,
      at: now,
    }));
}
