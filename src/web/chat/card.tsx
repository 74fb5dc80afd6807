import type { CardAction } from 'botframework-directlinejs';
import type { ReactNode } from 'react';

/** The parts of hero and Adaptive Cards that have text, facts, pictures or buttons; a part of another kind is left out. */
interface CardPart {
  readonly type?: string;
  readonly text?: string;
  readonly title?: string;
  readonly subtitle?: string;
  readonly weight?: string;
  readonly url?: string;
  readonly altText?: string;
  readonly data?: unknown;
  readonly facts?: readonly { readonly title: string; readonly value: string }[];
  readonly items?: readonly CardPart[];
  readonly columns?: readonly CardPart[];
  readonly body?: readonly CardPart[];
  readonly actions?: readonly CardPart[];
  readonly buttons?: readonly CardAction[];
}

export interface CardProps {
  readonly content: CardPart;
  readonly onAction: (action: CardAction) => void;
}

export function Card({ content, onAction }: CardProps): ReactNode {
  const { title, subtitle, text, buttons = [], body = [], actions = [] } = content;
  const submits = actions.flatMap((action): CardAction[] => {
    if (action.type === 'Action.OpenUrl') return [{ type: 'openUrl', title: action.title ?? '', value: action.url ?? '' }];
    return action.type === 'Action.Submit' ? [{ type: 'postBack', title: action.title ?? '', value: action.data ?? {} }] : [];
  });
  return (
    <div className="card">
      {title && <strong>{title}</strong>}
      {subtitle && <div>{subtitle}</div>}
      {text && <div>{text}</div>}
      {body.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a card have no names and never move
        <Part key={index} part={part} />
      ))}
      {[...buttons, ...submits].map((action) => (
        <Button key={labelOf(action)} action={action} onAction={onAction} />
      ))}
    </div>
  );
}

function Part({ part }: { readonly part: CardPart }): ReactNode {
  const inner = [...(part.items ?? []), ...(part.columns ?? [])];
  if (inner.length > 0) {
    // biome-ignore lint/suspicious/noArrayIndexKey: as above
    return inner.map((one, index) => <Part key={index} part={one} />);
  }
  if (part.type === 'TextBlock') return part.weight === 'Bolder' ? <strong>{part.text}</strong> : <div>{part.text}</div>;
  if (part.type === 'FactSet') {
    return (
      <dl>
        {part.facts?.map(({ title, value }) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    );
  }
  return null;
}

function Button({ action, onAction }: { readonly action: CardAction; readonly onAction: (action: CardAction) => void }): ReactNode {
  const { value } = action;
  if (action.type === 'openUrl') {
    if (typeof value !== 'string' || !/^https:\/\//.test(value)) return null;
    return (
      <a className="Btn" href={value} target="_blank" rel="noreferrer">
        {labelOf(action)}
      </a>
    );
  }
  return (
    <button className="Btn" type="button" onClick={() => onAction(action)}>
      {labelOf(action)}
    </button>
  );
}

export function labelOf(action: CardAction): string {
  const { title } = action as { readonly title?: string };
  return title ?? String(action.value ?? '');
}
