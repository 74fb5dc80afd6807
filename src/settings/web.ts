import { z } from 'zod';
import { isLoopbackHost } from '../channels/loopback';

/** An origin as a browser sends it: scheme, host and port, nothing behind. */
function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text;
}

function isHttps(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname));
}

const list = (text: string) => text.split(',').map((one) => one.trim());
const SECRET = /^\S{16,}$/;
const secret = z.string().regex(SECRET, 'must be 16 characters or more, without spaces').optional();

/** The settings of the web page and its Direct Line; part of SETTINGS. */
export const WEB_SETTINGS = z.object({
  WEB_BRAND: z
    .string()
    .max(20, 'must be 20 characters or fewer')
    .optional()
    .describe('Name of the bot on the page; empty is the name of the product.'),
  WEB_COLOR: z
    .string()
    .regex(/^#[0-9A-Fa-f]{6}$/, 'must be a colour such as #0b5cd6')
    .prefault('#0b5cd6')
    .describe('Colour of the page, dark enough for white text.'),
  WEB_ORIGINS: z
    .string()
    .refine((text) => list(text).every(isOrigin), 'must be origins such as https://shop.example, separated by commas')
    .optional()
    .describe('Sites that may embed the page or call Direct Line from a browser, such as https://shop.example, separated by commas.'),
  PROXY_HOPS: z
    .string()
    .regex(/^[0-5]$/, 'must be a whole number from 0 to 5')
    .prefault('0')
    .transform(Number)
    .describe("Reverse proxies in front of this server; the caller's address then comes from X-Forwarded-For."),
  DIRECTLINE_SECRET: secret.describe('Opens /api/direct-line/v3/directline/tokens/generate to other servers; empty keeps it shut.'),
  AZURE_DIRECTLINE_SECRET: z
    .string()
    .optional()
    .describe('Secret of a Direct Line channel in Azure that the page is to use instead of our own; never reaches the browser.'),
  AZURE_DIRECTLINE_URL: z
    .string()
    .refine(isHttps, 'must be an https URL (http only on a loopback address)')
    .prefault('https://directline.botframework.com')
    .describe('Address of that Direct Line: https://directline.botframework.azure.cn in China, or a regional one.'),
});

/** How the chat page looks, who may use its Direct Line, and whose it is. */
export interface WebConfig {
  readonly brand: string | undefined;
  /** `#rrggbb` */
  readonly color: string;
  readonly origins: readonly string[];
  readonly proxyHops: number;
  readonly secret: string | undefined;
  readonly azure: { readonly secret: string; readonly url: string } | undefined;
}

/** Takes the page's settings out of all settings. */
export function takeWeb<T extends z.infer<typeof WEB_SETTINGS>>(settings: T) {
  const { WEB_BRAND, WEB_COLOR, WEB_ORIGINS, PROXY_HOPS, DIRECTLINE_SECRET, AZURE_DIRECTLINE_SECRET, AZURE_DIRECTLINE_URL, ...rest } =
    settings;
  const web: WebConfig = Object.freeze({
    brand: WEB_BRAND,
    color: WEB_COLOR,
    origins: WEB_ORIGINS === undefined ? [] : list(WEB_ORIGINS),
    proxyHops: PROXY_HOPS,
    secret: DIRECTLINE_SECRET,
    azure: AZURE_DIRECTLINE_SECRET === undefined ? undefined : { secret: AZURE_DIRECTLINE_SECRET, url: AZURE_DIRECTLINE_URL },
  });
  return { web, rest };
}
