import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { bucketsOf, type LinearModel } from './linear';

/** A file of trained arrays: length of the header (uint32, little-endian), the header as JSON, then the arrays it lists. */
const ARRAYS = { u32: Uint32Array, f32: Float32Array, i8: Int8Array, u16: Uint16Array, u8: Uint8Array } as const;
type Kind = keyof typeof ARRAYS;
export type Arrays = Readonly<Record<string, Uint32Array | Float32Array | Int8Array | Uint16Array | Uint8Array>>;

const HEADER = z.object({
  meta: z.unknown(),
  arrays: z.array(z.object({ name: z.string(), kind: z.enum(['u32', 'f32', 'i8', 'u16', 'u8']), length: z.int().nonnegative() })),
});

const META = z.object({
  labels: z.array(z.string()).min(2),
  faqKeys: z.array(z.string()).min(2),
  unknownIdfs: z.object({ intent: z.number(), faq: z.number(), kind: z.number() }),
  /** See decide.ts. */
  bands: z.object({ clarify: z.number(), act: z.number(), share: z.number() }),
  seed: z.int(),
  /** Of the utterances, the paraphrases and the lexicons trained on. */
  fingerprint: z.string(),
});
export type ArtefactMeta = z.infer<typeof META>;

export class ArtefactError extends Error {
  readonly code = 'MODEL_ARTEFACT';
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ArtefactError';
  }
}

function kindOf(array: Arrays[string]): Kind {
  if (array instanceof Uint32Array) return 'u32';
  if (array instanceof Float32Array) return 'f32';
  if (array instanceof Int8Array) return 'i8';
  return array instanceof Uint16Array ? 'u16' : 'u8';
}

const aligned = (offset: number): number => Math.ceil(offset / 8) * 8;

/** The bytes of an artefact; arrays start at multiples of 8. */
export function pack(meta: ArtefactMeta, arrays: Arrays): Buffer {
  const listed = Object.entries(arrays).map(([name, array]) => ({ name, kind: kindOf(array), length: array.length }));
  const header = Buffer.from(JSON.stringify({ meta, arrays: listed }));
  const start = Buffer.alloc(4);
  start.writeUInt32LE(header.length);
  const parts: Buffer[] = [start, header];
  let offset = 4 + header.length;
  for (const array of Object.values(arrays)) {
    parts.push(Buffer.alloc(aligned(offset) - offset), Buffer.from(array.buffer, array.byteOffset, array.byteLength));
    offset = aligned(offset) + array.byteLength;
  }
  return Buffer.concat(parts);
}

/** Reads what `pack` wrote; throws ArtefactError when the bytes are not one. */
export function unpack(bytes: Buffer): { meta: ArtefactMeta; arrays: Arrays } {
  try {
    const length = bytes.readUInt32LE(0);
    const header = HEADER.parse(JSON.parse(bytes.toString('utf8', 4, 4 + length)));
    const arrays: Record<string, Arrays[string]> = {};
    let offset = 4 + length;
    for (const { name, kind, length: count } of header.arrays) {
      const start = aligned(offset);
      const size = count * ARRAYS[kind].BYTES_PER_ELEMENT;
      if (start + size > bytes.length) throw new RangeError(`array ${name} ends after the file`);
      const copy = new Uint8Array(bytes.subarray(start, start + size)).buffer;
      arrays[name] = new ARRAYS[kind](copy);
      offset = start + size;
    }
    return { meta: META.parse(header.meta), arrays };
  } catch (cause) {
    throw new ArtefactError('the trained model cannot be read; run `npm run train`', { cause });
  }
}

/** Path of a data file of this folder, also when the code runs from `dist/`. */
export function dataPath(name: string): string {
  const beside = join(__dirname, name);
  return existsSync(beside) ? beside : join(__dirname, '../../../../src/understanding/embedded', name);
}

/** Loads the committed artefact. */
export function openArtefact(path = dataPath('model.bin')): { meta: ArtefactMeta; arrays: Arrays } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new ArtefactError('the trained model is missing; run `npm run train`', { cause });
  }
  return unpack(bytes);
}

function only<T>(array: unknown, type: new (...args: never[]) => T, name: string): T {
  if (!(array instanceof type)) throw new ArtefactError(`array ${name} is missing in the trained model; run \`npm run train\``);
  return array;
}

/** The arrays of a linear model under names that start with `prefix`. */
export function linearArrays(prefix: string, model: LinearModel): Arrays {
  return {
    [`${prefix}Hashes`]: model.hashes,
    [`${prefix}Idf`]: model.idf,
    [`${prefix}Weights`]: model.weights,
    [`${prefix}Scales`]: model.scales,
    [`${prefix}Bias`]: model.bias,
  };
}

export function linearFrom(
  prefix: string,
  arrays: Arrays,
  { labels, unknownIdf }: { labels: readonly string[]; unknownIdf: number },
): LinearModel {
  const hashes = only(arrays[`${prefix}Hashes`], Uint32Array, `${prefix}Hashes`);
  const model: LinearModel = {
    labels,
    unknownIdf,
    hashes,
    buckets: bucketsOf(hashes),
    idf: only(arrays[`${prefix}Idf`], Float32Array, `${prefix}Idf`),
    weights: only(arrays[`${prefix}Weights`], Int8Array, `${prefix}Weights`),
    scales: only(arrays[`${prefix}Scales`], Float32Array, `${prefix}Scales`),
    bias: only(arrays[`${prefix}Bias`], Float32Array, `${prefix}Bias`),
  };
  if (model.weights.length !== model.hashes.length * labels.length)
    throw new ArtefactError('the trained model does not fit its labels; run `npm run train`');
  return model;
}
