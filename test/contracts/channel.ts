import type { Activity } from 'botbuilder';

/** One user on a channel, and what he is shown. */
export interface ChannelUser {
  /** Sends a message as the channel does; the same `id` is the same message again. Resolves when everything that follows has happened. */
  send(message: { readonly id: string; readonly text?: string; readonly image?: boolean }): Promise<void>;
  /** The same request without a valid proof of the sender; resolves with whether it was refused. */
  forge(text: string): Promise<boolean>;
  /** Says something without a message before it. */
  proactive(activity: Partial<Activity>): Promise<void>;
  /** What he was shown since the last call: lines, and the labels he may choose from. */
  shown(): { readonly lines: readonly string[]; readonly choices: readonly string[] };
  /** The process ends and another goes on. */
  restart(): Promise<void>;
  /** Most bytes of UTF-16 in one message. */
  readonly mostBytes: number;
  close(): Promise<void>;
}

/** What every channel must do; `open` makes a new user each time. */
export function describeChannel(name: string, open: () => Promise<ChannelUser>): void {
  describe(`the channel ${name}`, () => {
    let user: ChannelUser;
    beforeEach(async () => {
      user = await open();
    });
    afterEach(() => user.close());

    test('refuses a sender who proves nothing, and says nothing to anybody', async () => {
      expect(await user.forge('刷了卡钱没到账')).toBe(true);
      expect(user.shown().lines).toEqual([]);
    });

    test('answers a text', async () => {
      await user.send({ id: '1', text: '刷了卡8600没到账' });
      expect(user.shown().lines.join()).toContain('8,600.00');
    });

    test('answers a message that comes again only once, also after a restart', async () => {
      await user.send({ id: '1', text: '刷了卡8600没到账' });
      expect(user.shown().lines.length).toBeGreaterThan(0);
      await user.send({ id: '1', text: '刷了卡8600没到账' });
      await user.restart();
      await user.send({ id: '1', text: '刷了卡8600没到账' });
      expect(user.shown().lines).toEqual([]);
    });

    test('offers choices, and takes the label of one as an answer', async () => {
      await user.send({ id: '1', text: '刷了卡8600没到账' });
      const { choices } = user.shown();
      expect(choices.length).toBeGreaterThan(1);
      await user.send({ id: '2', text: choices[0] ?? '' });
      const { lines } = user.shown();
      expect(lines.join()).not.toContain('没太明白');
      expect(lines.length).toBeGreaterThan(0);
    });

    test('takes a picture as evidence', async () => {
      await user.send({ id: '1', image: true });
      expect(user.shown().lines.join()).toContain('已作为凭证留存');
    });

    test('goes on after a restart where it was', async () => {
      await user.send({ id: '1', text: '刷了卡8600没到账' });
      await user.restart();
      user.shown();
      await user.send({ id: '2', text: '昨天下午三点，信用卡' });
      expect(user.shown().lines.join()).toContain('15:00');
    });

    test('shows what is said without a message before it, in order and once', async () => {
      await user.send({ id: '1', text: '刷了卡8600没到账' });
      user.shown();
      await user.proactive({ text: '第一句' });
      await user.proactive({ text: '第二句' });
      await user.restart();
      expect(user.shown().lines).toEqual(['第一句', '第二句']);
    });

    test('never repeats a secret, and keeps within the size of a message', async () => {
      await user.send({ id: '1', text: `卡号6222021234567890123，密码123456，${'没到账'.repeat(2000)}` });
      const { lines } = user.shown();
      expect(lines.join()).not.toMatch(/6222021234567890123|123456/);
      for (const line of lines) expect(Buffer.byteLength(line, 'utf16le')).toBeLessThanOrEqual(user.mostBytes);
    });
  });
}
