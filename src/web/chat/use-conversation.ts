import type { Message } from 'botframework-directlinejs';
import { useCallback, useEffect, useRef, useState } from 'react';
import { type Connection, connect, type Link } from './connection';
import type { ChosenFile } from './file';
import { isFromUser, type Lines, mark, NO_LINES, receive, send as sendLine } from './lines';
import { createSender, type Sender } from './sender';

export interface Conversation {
  readonly lines: Lines;
  readonly link: Link;
  /** The bot has been asked and may be about to answer. */
  readonly isTyping: boolean;
  /** An earlier conversation was no longer known. */
  readonly isFresh: boolean;
  say(activity: Partial<Message>, file?: ChosenFile): void;
  retry(key: string): void;
}

/** Longer silence means that a person has the conversation. */
const TYPING_MS = 8000;

/** The conversation with the server for the life of the page. */
export function useConversation(language: string): Conversation {
  const [lines, setLines] = useState<Lines>(NO_LINES);
  const [link, setLink] = useState<Link>('connecting');
  const [isTyping, setTyping] = useState(false);
  const [isFresh, setFresh] = useState(false);
  const connection = useRef<Connection | undefined>(undefined);
  const sender = useRef<Sender | undefined>(undefined);
  const typing = useRef<number | undefined>(undefined);

  const type = useCallback((on: boolean) => {
    window.clearTimeout(typing.current);
    setTyping(on);
    if (on) typing.current = window.setTimeout(() => setTyping(false), TYPING_MS);
  }, []);

  useEffect(() => {
    // The page lives as long as its conversation, so there is nothing to undo; React's second run in development finds it done.
    if (connection.current) return;
    sender.current = createSender(() => connection.current, {
      failed: (key, failure) => setLines((before) => mark(before, key, failure)),
      sending: (key) => setLines((before) => mark(before, key, 'sending')),
    });
    connection.current = connect(language, {
      activity(activity) {
        const { clientActivityID } = (activity.channelData ?? {}) as { readonly clientActivityID?: string };
        if (clientActivityID && isFromUser(activity)) sender.current?.echoed(clientActivityID);
        if (!isFromUser(activity)) type(activity.type === 'typing');
        setLines((before) => receive(before, activity));
      },
      link(next) {
        setLink(next);
        if (next === 'online') sender.current?.flush();
      },
      replaced() {
        setLines((before) => ({ ...NO_LINES, pending: before.pending }));
        setFresh(true);
      },
    });
  }, [language, type]);

  const say = useCallback(
    (activity: Partial<Message>, file?: ChosenFile) => {
      const key = newKey();
      const attachments = file && [{ contentType: file.blob.type as 'image/png', contentUrl: file.url, name: file.name }];
      const message: Message = {
        type: 'message',
        from: { id: '', role: 'user' },
        locale: language,
        ...activity,
        ...(attachments && { attachments }),
        channelData: { ...activity.channelData, clientActivityID: key },
      };
      setLines((before) => sendLine(before, key, message));
      sender.current?.send(key, message);
      connection.current?.hurry();
      type(true);
    },
    [language, type],
  );

  const retry = useCallback((key: string) => {
    sender.current?.retry(key);
    connection.current?.hurry();
  }, []);

  return { lines, link, isTyping, isFresh, say, retry };
}

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
