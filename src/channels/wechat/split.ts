/** Cuts a text into messages of a number of bytes, where a reader would pause. */

/** What a message of the platform may hold, in bytes of UTF-8 (45002 beyond). */
export const TEXT_BYTES = 2048;

/**
 * What is never cut: anything written without a space in ASCII (addresses, numbers, times, reference numbers, amounts), with the units around
 * it, links of ours, and sums in Chinese numerals.
 */
const WHOLE =
  /<a [^<>]{0,500}>[^<>]{0,200}<\/a>|[¥￥$]?[\x21-\x7e０-９]{1,2100}(?: ?[元块角万亿年月日号时点分秒笔％][\x21-\x7e０-９]{0,99}){0,9}|[零〇一二两三四五六七八九十百千万亿]{2,40}[元块角分]?/gy;

/** How good a place to cut is, best first; each pattern is looked for at the end of what stays. */
const PAUSES = [/\n\n$/, /\n$/, /(?:[。！？；…]+[”’」』）】]*|[.!?;]['")\]]?\s)$/, /(?:[，、：]|,\s)$/, /$/] as const;

const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' });

const bytesOf = (text: string) => Buffer.byteLength(text);

/** Pieces of at most `limit` bytes; only white space at the cuts is lost. */
export function splitText(text: string, limit: number = TEXT_BYTES): readonly string[] {
  const pieces: string[] = [];
  let rest = text.trim();
  while (bytesOf(rest) > limit) {
    const cut = cutOf(rest, limit);
    pieces.push(rest.slice(0, cut).trimEnd());
    rest = rest.slice(cut).trimStart();
  }
  return rest === '' ? pieces : [...pieces, rest];
}

/** Index up to which the first piece goes: the best pause in its second half, else the last place where nothing is torn. */
function cutOf(text: string, limit: number): number {
  const places = placesIn(text, limit);
  const late = places.filter(({ bytes }) => bytes > limit / 2);
  for (const pause of PAUSES) {
    const best = late.findLast(({ index }) => pause.test(text.slice(Math.max(0, index - 4), index)));
    if (best) return best.index;
  }
  return places.at(-1)?.index ?? text.length;
}

interface PlaceToCut {
  readonly index: number;
  /** Bytes before it. */
  readonly bytes: number;
}

/** Where the first `limit` bytes may be cut: around what is whole, and between graphemes. */
function placesIn(text: string, limit: number): readonly PlaceToCut[] {
  const places: PlaceToCut[] = [];
  let bytes = 0;
  for (const { index, part } of partsOf(text, limit)) {
    bytes += bytesOf(part);
    if (bytes > limit) break;
    places.push({ index: index + part.length, bytes });
  }
  return places;
}

function* partsOf(text: string, limit: number): Generator<{ index: number; part: string }> {
  for (let index = 0; index < text.length; ) {
    WHOLE.lastIndex = index;
    const whole = WHOLE.exec(text)?.[0];
    // What is longer than a message has to be cut somewhere.
    const part = whole !== undefined && bytesOf(whole) <= limit ? whole : graphemeAt(text, index);
    yield { index, part };
    index += part.length;
  }
}

/** A grapheme is rarely longer than this; segmenting the rest of the text for each would be slow. */
const WINDOW = 64;

/** Characters that stand alone when two of them meet: most of any Chinese text, told without the segmenter. */
const ALONE = /[\n\x20-\x7e\u3001-\u3029\u4e00-\u9fff\uff01-\uff5e](?=[\n\x20-\x7e\u3001-\u3029\u4e00-\u9fff\uff01-\uff5e])/y;

function graphemeAt(text: string, index: number): string {
  ALONE.lastIndex = index;
  if (ALONE.test(text)) return text[index] ?? '';
  const [first] = graphemes.segment(text.slice(index, index + WINDOW));
  const segment = first?.segment ?? '';
  // A pile of marks that fills the window ends anywhere, but not inside a character.
  return segment.length === WINDOW ? segment.slice(0, /[\ud800-\udbff]$/.test(segment) ? -1 : undefined) : segment;
}
