import { text } from '../../../locales';
import { epochMs } from '../../domain/calendar';
import type { AccountKind } from './accounts';
import type { Api } from './api';
import { ApiError } from './faults';
import type { Meter, Standing } from './ports';
import type { User, Users } from './users';

/** The operator's templates: what a notice says and under which names the platform wants it. */
export interface NoticeTemplates {
  /** 模板消息 for those who agreed. */
  readonly template: string | undefined;
  /** 订阅通知: one for each consent given in the platform's own dialogue. */
  readonly subscription: string | undefined;
  /** Field of the template → what it holds. */
  readonly fields: Readonly<Record<string, NoticeField>>;
}
export const NOTICE_FIELDS = ['case', 'notice', 'time'] as const;
export type NoticeField = (typeof NOTICE_FIELDS)[number];

export interface Notices {
  /** True when some template is set up. */
  readonly isSetUp: boolean;
  /** Tells a user who consented, once a day at most, that there is something to read. False when not. Never throws ApiError. */
  send(to: { readonly key: string; readonly openid: string }, user: User, standing: Standing): Promise<boolean>;
}

const DAY_MS = 86_400_000;
/** Of a value in a template. */
const VALUE_CHARACTERS = 20;

export interface NoticesOptions {
  readonly templates: NoticeTemplates;
  readonly api: Api;
  readonly users: Users;
  readonly meter: Meter;
  readonly kind: AccountKind;
  /** ISO +08:00. */
  readonly now: () => string;
}

export function createNotices({ templates, api, users, meter, kind, now }: NoticesOptions): Notices {
  const { template, subscription, fields } = templates;

  function dataFor({ locale, case: opened }: Standing): Readonly<Record<string, { readonly value: string }>> {
    const values: Readonly<Record<NoticeField, string>> = {
      case: opened?.id ?? '-',
      notice: text(locale, 'wechat.notice'),
      time: now().slice(0, 16).replace('T', ' '),
    };
    const entries = Object.entries(fields).map(
      ([name, field]) => [name, { value: [...values[field]].slice(0, VALUE_CHARACTERS).join('') }] as const,
    );
    return Object.fromEntries(entries);
  }

  async function attempt(openid: string, user: User, data: object): Promise<'template' | 'subscription' | undefined> {
    if (subscription !== undefined && (user.credits?.[subscription] ?? 0) > 0) {
      const body = { touser: openid, template_id: subscription, data };
      await api.call('subscribe', { method: 'POST', path: '/cgi-bin/message/subscribe/bizsend', body });
      return 'subscription';
    }
    if (template === undefined || !user.agreed) return undefined;
    await api.call('template', {
      method: 'POST',
      path: '/cgi-bin/message/template/send',
      body: { touser: openid, template_id: template, data },
    });
    return 'template';
  }

  return {
    isSetUp: kind.notices && (template !== undefined || subscription !== undefined),
    async send({ key, openid }, user, standing) {
      const at = epochMs(now());
      if (!kind.notices || user.gone || at - (user.noticedAt ?? 0) < DAY_MS) return false;
      try {
        const sent = await attempt(openid, user, dataFor(standing));
        if (!sent) return false;
        meter.count('notice');
        await users.change(key, (before) => ({
          ...before,
          noticedAt: at,
          ...(sent === 'subscription' && spendCredit(before, subscription ?? '')),
        }));
        return true;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.fault === 'consent') await users.change(key, (before) => ({ ...before, credits: {} }));
        return false;
      }
    },
  };
}

function spendCredit({ credits = {} }: User, template: string): Pick<User, 'credits'> {
  return { credits: { ...credits, [template]: Math.max((credits[template] ?? 0) - 1, 0) } };
}

/** The user after what was chosen in the platform's dialogue: each yes is one notice. */
export function withChoices(user: User, choices: readonly { readonly template: string; readonly isGiven: boolean }[]): User {
  const credits: Record<string, number> = { ...user.credits };
  for (const { template, isGiven } of choices) credits[template] = isGiven ? (credits[template] ?? 0) + 1 : 0;
  return { ...user, credits };
}
