/** What the server writes into the page. */
export interface Settings {
  /** The operator's name for the bot; empty for the product's own. */
  readonly brand: string;
  /** `#rrggbb` */
  readonly color: string;
}

const STANDARD: Settings = { brand: '', color: '' };

export function readSettings(): Settings {
  const text = document.getElementById('settings')?.textContent;
  return text ? { ...STANDARD, ...JSON.parse(text) } : STANDARD;
}

const read = (key: string): string | undefined => {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined; // storage is switched off: the conversation lasts as long as the page
  }
};

const write = (key: string, value: string): void => {
  try {
    localStorage.setItem(key, value);
  } catch {
    // as above
  }
};

/** Kept in the browser between visits. */
export const memory = {
  resume: () => read('daozhang.resume'),
  conversation: () => read('daozhang.conversation'),
  keep(conversation: string, resume: string) {
    write('daozhang.conversation', conversation);
    write('daozhang.resume', resume);
  },
  isLarge: () => read('daozhang.large') === 'yes',
  keepLarge: (large: boolean) => write('daozhang.large', large ? 'yes' : 'no'),
};
