import Chat, { Bubble, Button, type MessageProps, Modal, Notice } from '@chatui/core';
import type { Attachment, CardAction } from 'botframework-directlinejs';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { Card, labelOf } from './card';
import { ACCEPTED, type ChosenFile, prepareFile } from './file';
import { answerOf, choicesOf, isHidden, isPicture, type Line } from './lines';
import { memory, type Settings } from './settings';
import { useConversation } from './use-conversation';
import type { Language, Words } from './words';

export interface AppProps {
  readonly settings: Settings;
  readonly language: Language;
  /** Set inside another site: hides the window. */
  readonly onClose: (() => void) | undefined;
}

/** A time is shown when the conversation has rested so long. */
const REST_MS = 10 * 60_000;
const LONGEST_TEXT = 2000;

export function App({ settings, language, onClose }: AppProps): ReactNode {
  const { words } = language;
  const { lines, link, isTyping, isFresh, say, retry } = useConversation(language.tag);
  const [isLarge, setLarge] = useState(memory.isLarge);
  const [file, setFile] = useState<ChosenFile>();
  const [complaint, setComplaint] = useState<string>();
  const picker = useRef<HTMLInputElement>(null);
  const brand = settings.brand || words.brand;

  const messages = useMemo(() => toMessages([...lines.confirmed, ...lines.pending], brand), [lines, brand]);
  const choices = choicesOf(lines);

  // ChatUI's list of messages scrolls, so the keyboard must reach it; and it is what a screen reader should call a conversation.
  useEffect(() => {
    const list = document.querySelector('.PullToRefresh');
    for (const [name, value] of Object.entries({ tabindex: '0', role: 'log', 'aria-label': words.conversation }))
      list?.setAttribute(name, value);
  }, [words]);

  async function choose(chosen: File | undefined): Promise<void> {
    if (!chosen) return;
    const choice = await prepareFile(chosen);
    setComplaint(choice.kind === 'ok' ? undefined : choice.kind === 'large' ? words.fileTooLarge : words.fileWrongType);
    setFile(choice.kind === 'ok' ? choice.file : undefined);
  }

  function act(action: CardAction): void {
    const answer = answerOf(action);
    if (answer) say(answer);
  }

  function toggleLarge(): void {
    memory.keepLarge(!isLarge);
    setLarge(!isLarge);
  }

  return (
    <main className={isLarge ? 'page page--large' : 'page'} aria-label={brand}>
      <Chat
        locale={language.chatUi}
        colorScheme="light"
        elderMode={isLarge}
        navbar={{
          align: 'left',
          title: brand,
          desc: link === 'connecting' ? words.connecting : words.description,
          rightSlot: (
            <>
              <Button className="large-switch" aria-pressed={isLarge} onClick={toggleLarge}>
                {isLarge ? words.standard : words.large}
              </Button>
              {onClose && (
                <Button className="large-switch" aria-label={words.close} onClick={onClose}>
                  ×
                </Button>
              )}
            </>
          ),
        }}
        renderBeforeMessageList={() => (
          <div className="notices" role="status">
            {link === 'lost' && <Notice content={words.lost} closable={false} />}
            {isFresh && <Notice content={words.fresh} closable={false} />}
            {complaint && <Notice content={complaint} onClose={() => setComplaint(undefined)} />}
            <p className="privacy">{words.notice}</p>
          </div>
        )}
        messages={messages}
        isTyping={isTyping}
        renderMessageContent={(message) => <Content line={message.content as Line} words={words} onAction={act} onRetry={retry} />}
        renderQuickReplies={() => <Choices choices={choices} label={words.choices} onChoose={act} />}
        placeholder={words.placeholder}
        inputOptions={{ maxLength: LONGEST_TEXT, showCount: false, 'aria-label': words.placeholder } as object}
        onSend={(_, text) => {
          if (text.trim()) say({ text: text.trim() });
        }}
        onImageSend={async (pasted: File) => choose(pasted)}
        rightAction={{ icon: 'image', 'aria-label': words.file, title: words.file, onClick: () => picker.current?.click() }}
      />
      <input
        ref={picker}
        className="picker"
        type="file"
        accept={ACCEPTED}
        aria-label={words.file}
        tabIndex={-1}
        onChange={({ target }) => {
          void choose(target.files?.[0]);
          target.value = '';
        }}
      />
      <FileConfirm file={file} words={words} onCancel={() => setFile(undefined)} onSend={(chosen) => say({ text: '' }, chosen)} />
    </main>
  );
}

interface ChoicesProps {
  readonly choices: readonly CardAction[];
  readonly label: string;
  readonly onChoose: (action: CardAction) => void;
}

/** All to be seen at once: ChatUI's own row hides what is beyond the edge of a phone. */
function Choices({ choices, label, onChoose }: ChoicesProps): ReactNode {
  if (choices.length === 0) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form, and these are no fields
    <div className="choices" role="group" aria-label={label}>
      {choices.map((action) => (
        <button className="QuickReply" type="button" key={labelOf(action)} onClick={() => onChoose(action)}>
          {labelOf(action)}
        </button>
      ))}
    </div>
  );
}

interface FileConfirmProps {
  readonly file: ChosenFile | undefined;
  readonly words: Words;
  readonly onCancel: () => void;
  readonly onSend: (file: ChosenFile) => void;
}

/** The last look before a picture leaves: is a card number to be seen on it? */
function FileConfirm({ file, words, onCancel, onSend }: FileConfirmProps): ReactNode {
  useEffect(() => {
    if (!file) return;
    const leave = ({ key }: KeyboardEvent) => key === 'Escape' && onCancel();
    document.addEventListener('keydown', leave);
    return () => document.removeEventListener('keydown', leave);
  }, [file, onCancel]);
  if (!file) return null;
  const send = () => {
    onSend(file);
    onCancel();
  };
  return (
    <Modal
      active
      title={words.fileTitle}
      showClose={false}
      vertical={false}
      onBackdropClick={onCancel}
      actions={[
        { label: words.fileCancel, onClick: onCancel },
        { label: words.fileSend, color: 'primary', onClick: send },
      ]}
    >
      <p className="warning">{words.fileWarning}</p>
      {file.blob.type.startsWith('image/') ? <img className="preview" src={file.url} alt={words.picture} /> : <p>{file.name}</p>}
    </Modal>
  );
}

interface ContentProps {
  readonly line: Line | undefined;
  readonly words: Words;
  readonly onAction: (action: CardAction) => void;
  readonly onRetry: (key: string) => void;
}

function Content({ line, words, onAction, onRetry }: ContentProps): ReactNode {
  if (!line) return null;
  const { text, attachments = [] } = line.activity;
  return (
    <div className="content">
      {text && <Bubble content={text} />}
      {attachments.map((attachment, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the files of a line never move
        <File key={index} attachment={attachment} words={words} onAction={onAction} />
      ))}
      {line.state === 'sending' && <span className="state">{words.sending}</span>}
      {line.state !== undefined && line.state !== 'sending' && (
        <span className="state state--failed">
          {line.state === 'large' ? words.fileTooLarge : line.state === 'type' ? words.fileWrongType : words.failed}
          {line.state === 'later' && <Button variant="text" label={words.retry} onClick={() => onRetry(line.key)} />}
        </span>
      )}
    </div>
  );
}

interface FileProps {
  readonly attachment: Attachment;
  readonly words: Words;
  readonly onAction: (action: CardAction) => void;
}

function File({ attachment, words, onAction }: FileProps): ReactNode {
  const { contentUrl, content } = attachment as { readonly contentUrl?: string; readonly content?: object };
  if (/^application\/vnd\.microsoft\.card\./.test(attachment.contentType)) return <Card content={content ?? {}} onAction={onAction} />;
  if (!contentUrl || !/^(https?|blob):/.test(contentUrl)) return null;
  return (
    <a className="file" href={contentUrl} target="_blank" rel="noreferrer">
      {isPicture(attachment) ? <img src={contentUrl} alt={words.picture} /> : words.pdf}
    </a>
  );
}

function toMessages(lines: readonly Line[], brand: string): MessageProps[] {
  let before = 0;
  return lines
    .filter((line) => !isHidden(line))
    .map((line) => {
      const { from, timestamp } = line.activity;
      const at = timestamp ? Date.parse(timestamp) : Date.now();
      const hasTime = at - before > REST_MS;
      before = at;
      const isOther = line.from === 'bot' && from.name !== undefined && from.name !== brand;
      return {
        _id: line.key,
        type: 'text',
        content: line,
        position: line.from === 'user' ? 'right' : 'left',
        createdAt: at,
        hasTime,
        ...(isOther && from.name && { user: { name: from.name } }),
      };
    });
}
