import type { Attachment } from '../domain/case';
import type { Partition } from '../store/store';
import { asJson, childId, childRange } from './ids';

/** Where the file can be fetched while the channel still has it; the bytes are not kept. */
export interface KeptAttachment extends Attachment {
  readonly contentUrl?: string;
}

const COLLECTION = 'attachments';
const KEPT_MS = 30 * 86_400_000;

/** Keeps the reference of a file that somebody sent. */
export async function saveAttachment(partition: Partition, conversation: string, attachment: KeptAttachment): Promise<void> {
  const id = childId(conversation, `${attachment.at}~${attachment.id}`);
  await partition.commit({ kind: 'put', collection: COLLECTION, id, value: asJson(attachment), ttlMs: KEPT_MS });
}

/** Files of a conversation, oldest first. */
export async function listAttachments(partition: Partition, conversation: string): Promise<readonly KeptAttachment[]> {
  const entries = await partition.list(COLLECTION, childRange(conversation));
  return entries.map((entry) => entry.value as unknown as KeptAttachment);
}
