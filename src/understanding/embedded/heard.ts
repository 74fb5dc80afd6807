import heard from './lexicon/heard.json';
import { type Sound, soundOf } from './pinyin';

interface Term {
  readonly word: string;
  /** What each of its characters must sound like. */
  readonly sounds: readonly string[];
}

/** Characters from which on a term is found by its fuzzy sound; a shorter one has too many neighbours. */
const FUZZY = 3;

/** A character or a run of Latin letters. */
const UNIT = /[a-z]+|[^a-z]/gu;
const unitsOf = (text: string): string[] => text.match(UNIT) ?? [];
const SILENT: Sound = { syllable: '', fuzzy: '' };

/** Terms by the fuzzy sound of their first character, the longest first. */
const TERMS: ReadonlyMap<string, readonly Term[]> = indexTerms();

function indexTerms(): ReadonlyMap<string, readonly Term[]> {
  const index = new Map<string, Term[]>();
  for (const word of [...new Set(heard.terms)].sort((a, b) => b.length - a.length)) {
    const heardAs = unitsOf(word).map((unit) => soundOf(unit) ?? SILENT);
    const first = heardAs[0]?.fuzzy ?? '';
    const sounds = heardAs.map(({ syllable, fuzzy }) => (word.length >= FUZZY ? fuzzy : syllable));
    index.set(first, [...(index.get(first) ?? []), { word, sounds }]);
  }
  return index;
}

/** Words that stay, by their first character. */
const KEPT: ReadonlyMap<string, readonly string[]> = new Map(
  heard.kept.map((word) => [word.charAt(0), heard.kept.filter((other) => other.charAt(0) === word.charAt(0))]),
);

/** Words of their own at the end of a term: 终端好像坏了 names no 终端号, 服务非常差 no 服务费. */
const OWN_WORD = /^[好吗嘛马非]$/;
const GOES_ON = /^[是为写叫]$/;

/** Whether the units from `at` on sound like the term; one at least must be a Chinese character. */
function sounds(units: readonly string[], at: number, { word, sounds: wanted }: Term): boolean {
  let latin = 0;
  for (let k = 0; k < wanted.length; k += 1) {
    const unit = units[at + k] ?? '';
    const sound = soundOf(unit) ?? SILENT;
    if ((word.length >= FUZZY ? sound.fuzzy : sound.syllable) !== wanted[k]) return false;
    if (unit.length > 1) latin += 1;
  }
  const last = units[at + wanted.length - 1] ?? '';
  const next = units[at + wanted.length] ?? '';
  if (OWN_WORD.test(last) && !word.endsWith(last) && /\p{Script=Han}/u.test(next) && !GOES_ON.test(next)) return false;
  return latin < wanted.length;
}

/** Writes the words of `heard.json` as they are meant: 威信 is 微信, zhi付宝 is 支付宝, 妙到 is 秒到. `text` is simplified and lower-case. */
export function restoreHeard(text: string): string {
  const units = unitsOf(text);
  let out = '';
  for (let at = 0, place = 0; at < units.length; ) {
    const unit = units[at] ?? '';
    const kept = KEPT.get(unit)?.find((word) => text.startsWith(word, place));
    const term = kept === undefined ? TERMS.get(soundOf(unit)?.fuzzy ?? '')?.find((one) => sounds(units, at, one)) : undefined;
    out += kept ?? term?.word ?? unit;
    const count = kept?.length ?? term?.sounds.length ?? 1;
    for (const end = at + count; at < end; at += 1) place += units[at]?.length ?? 0;
  }
  return out;
}
