import { createHash } from 'node:crypto';
import { createFiles, fileIn, typeOf } from '../channels/files';
import type { FetchMedia } from '../channels/wechat/media';
import type { KeptFiles } from '../channels/wechat/ports';
import type { Store } from '../store/store';
import type { FetchFile } from '../turn/attachments';

/** Pictures over WeChat: the platform lets go of them after three days, so those that came are kept with us, as are those of the desk. */

export function keptFilesOf(store: Store): KeptFiles {
  const files = createFiles(store);
  return {
    async read(conversation, contentUrl) {
      const id = fileIn(contentUrl);
      return id === undefined ? undefined : (await files.read(conversation, id))?.bytes;
    },
    erase: files.erase,
  };
}

/** Fetches a file of a message and keeps it, once for each reference, when the desk can show it. */
export function keepingFetch(store: Store, fetch: FetchMedia): FetchFile {
  const files = createFiles(store);
  return async (contentUrl, conversation) => {
    const bytes = await fetch(contentUrl);
    const contentType = Buffer.isBuffer(bytes) ? typeOf(bytes) : undefined;
    if (!Buffer.isBuffer(bytes) || contentType === undefined) return bytes;
    const id = createHash('sha256').update(contentUrl).digest('base64url').slice(0, 22);
    await files.save(conversation, [{ id, contentType, bytes }]);
    return bytes;
  };
}
