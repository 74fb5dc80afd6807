import path from 'node:path';
import { filesBelow, type ImportLine, readSource, type SourceFile, textOfFile } from './source-files';

interface Room {
  /** Rooms it may import from. */
  readonly rooms: readonly string[];
  /** Rooms whose types it may name. */
  readonly types?: readonly string[];
  /** Packages every file of the room may import. */
  readonly packages: readonly string[];
  /** Packages that single files or folders of the room may import. */
  readonly only?: Readonly<Record<string, readonly string[]>>;
}

const SDK = ['botbuilder', 'botbuilder-dialogs'];
const PARTS = ['domain', 'locales', 'store', 'understanding', 'repositories', 'turn', 'dialogs', 'channels', 'desk'];

/** Who may import whom. `node:` is open to every room but `domain` and `locales`, which know no machine. */
const ROOMS: Readonly<Record<string, Room>> = {
  domain: { rooms: [], packages: ['zod'] },
  locales: { rooms: [], packages: ['i18next'] },
  store: { rooms: [], packages: [], only: { 'src/store/lmdb': ['lmdb'], 'src/store/redis': ['ioredis'] } },
  understanding: {
    rooms: ['domain'],
    packages: ['zod'],
    only: { 'src/understanding/clu.ts': ['@azure/ai-language-conversations'] },
  },
  repositories: {
    rooms: ['domain', 'store'],
    packages: ['zod'],
    only: { 'src/repositories/bot-state.ts': ['botbuilder'], 'src/repositories/transcripts.ts': ['botbuilder'] },
  },
  dialogs: { rooms: ['domain', 'understanding', 'repositories', 'locales'], types: ['store'], packages: SDK },
  channels: { rooms: ['domain', 'store', 'locales'], packages: ['botbuilder', 'zod'], only: { 'src/channels/direct-line/': ['ws'] } },
  desk: {
    rooms: ['domain', 'store', 'repositories', 'locales'],
    packages: ['botbuilder', 'zod'],
    only: { 'src/desk/oidc.ts': ['openid-client'] },
  },
  web: {
    rooms: [],
    types: ['domain', 'desk', 'channels'],
    packages: ['react', 'react-dom', '@chatui/core', 'botframework-directlinejs', 'antd', 'echarts'],
    only: { 'src/web/build.mjs': ['vite'] },
  },
  turn: { rooms: ['domain', 'store', 'repositories'], packages: ['botbuilder'] },
  settings: { rooms: ['understanding', 'channels'], types: ['desk'], packages: ['zod'] },
  // The top of src/ puts the rooms together, with a file for each part in assembly/; a command is one more way in.
  src: { rooms: [...PARTS, 'settings', 'assembly'], packages: ['botbuilder', 'zod', 'pino', 'prom-client', 'restify', '@azure/identity'] },
  assembly: { rooms: [...PARTS, 'settings', 'src'], packages: ['botbuilder', 'prom-client'] },
  commands: { rooms: [...PARTS, 'src'], packages: [] },
};

/**
 * Chinese belongs here; everywhere else in the sources only the product's own name. Comments are free. The settings of WeChat name things as
 * its own pages do, and become the comments of .env.example.
 */
const CHINESE = ['locales/', 'src/understanding/embedded/', 'src/domain/data/', 'src/settings/wechat.ts'];
const NAME = '到账助手';
const MOST_LINES = 300;

const isCode = (name: string): boolean => /\.(tsx?|mjs)$/.test(name);
const files = filesBelow('src', 'dialogs', 'locales').filter(isCode);
const sources: readonly SourceFile[] = files.map((name) => readSource(name, textOfFile(name)));
const known = new Set(files);

/** `src/domain/money.ts` is of the room `domain`, `src/app.ts` of `src`, `dialogs/main.ts` of `dialogs`. */
function roomOf(name: string): string {
  const [top = '', second = '', ...rest] = name.split('/');
  return top === 'src' && rest.length > 0 ? second : top;
}

/** The file a relative import means; undefined for a package. */
function targetOf(from: string, { from: asked }: ImportLine): string | undefined {
  if (!asked.startsWith('.')) return undefined;
  const bare = path.posix.join(path.posix.dirname(from), asked);
  return [bare, `${bare}.ts`, `${bare}.tsx`, `${bare}/index.ts`].find((name) => known.has(name)) ?? bare;
}

function packageOf(asked: string): string {
  const parts = asked.split('/');
  return asked.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? asked);
}

function isAllowed(file: string, line: ImportLine): boolean {
  const name = roomOf(file);
  const room = ROOMS[name];
  if (!room) return false;
  const target = targetOf(file, line);
  if (target !== undefined) {
    const other = roomOf(target);
    const isData = name === 'web' && /\.(json|css)$/.test(target);
    return other === name || isData || room.rooms.includes(other) || (line.isType && (room.types ?? []).includes(other));
  }
  if (line.from.startsWith('node:')) return name !== 'domain' && name !== 'locales';
  const extra = Object.entries(room.only ?? {}).flatMap(([start, packages]) => (file.startsWith(start) ? packages : []));
  return [...room.packages, ...extra].includes(packageOf(line.from));
}

/** The first way from a file back to itself, following every import. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  const search = (name: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(name)) return [...way.slice(way.indexOf(name)), name];
    if (done.has(name)) return undefined;
    for (const next of graph.get(name) ?? []) {
      const found = search(next, [...way, name]);
      if (found) return found;
    }
    done.add(name);
    return undefined;
  };
  for (const name of graph.keys()) {
    const found = search(name, []);
    if (found) return found;
  }
  return undefined;
}

/** Faults of all files, so that a failure names each. */
function faultsOf(find: (file: SourceFile) => readonly string[]): readonly string[] {
  return sources.flatMap((file) => find(file).map((fault) => `${file.path}: ${fault}`));
}

describe('the rooms', () => {
  test('import only what the table allows', () => {
    expect(faultsOf((file) => file.imports.filter((line) => !isAllowed(file.path, line)).map(({ from }) => from))).toEqual([]);
  });

  test('have no cycle among their files', () => {
    const graph = sources.map(({ path: name, imports }) => [name, imports.flatMap((line) => targetOf(name, line) ?? [])] as const);
    expect(findCycle(new Map(graph))).toBeUndefined();
  });

  test('import files that exist, by paths without an extension unless it is data or a page', () => {
    const wrong = ({ path: name, imports }: SourceFile): string[] =>
      imports.filter((line) => /^\..*\.(ts|tsx|js)$/.test(line.from) && roomOf(name) !== 'web').map(({ from }) => from);
    expect(faultsOf(wrong)).toEqual([]);
  });
});

describe('a source file', () => {
  test(`has at most ${MOST_LINES} lines`, () => {
    expect(faultsOf(({ lines }) => (lines > MOST_LINES ? [`${lines} lines`] : []))).toEqual([]);
  });

  test('says no Chinese outside the places for it', () => {
    const chinese = ({ path: name, texts }: SourceFile): readonly string[] =>
      CHINESE.some((place) => name.startsWith(place)) ? [] : texts.filter((text) => /\p{Script=Han}/u.test(text.replaceAll(NAME, '')));
    expect(faultsOf(chinese)).toEqual([]);
  });

  test('uses no any, no !, no enum and no default export', () => {
    expect(faultsOf(({ banned }) => banned)).toEqual([]);
  });

  test('has a name in kebab-case', () => {
    const all = filesBelow('src', 'dialogs', 'test', 'bench').filter(isCode);
    const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.d)?\.(tsx?|mjs)$/;
    expect(all.filter((name) => !kebab.test(path.posix.basename(name)))).toEqual([]);
  });
});

describe('these rules', () => {
  const line = (from: string, isType = false): ImportLine => ({ from, isType });

  test.each([
    ['src/domain/money.ts', line('../store/store'), false],
    ['src/domain/money.ts', line('./calendar'), true],
    ['src/domain/money.ts', line('node:fs'), false],
    ['src/domain/money.ts', line('botbuilder'), false],
    ['src/understanding/eval.ts', line('@azure/ai-language-conversations'), false],
    ['src/understanding/clu.ts', line('@azure/ai-language-conversations'), true],
    ['dialogs/main.ts', line('../src/store/store'), false],
    ['dialogs/main.ts', line('../src/store/store', true), true],
    ['src/desk/desk.ts', line('../channels/index'), false],
    ['src/channels/cloud/cloud.ts', line('../../desk/desk', true), false],
    ['src/web/chat/app.tsx', line('../../../locales/index'), false],
    ['src/web/chat/app.tsx', line('../../../locales/zh-CN.json'), true],
    ['src/store/redis-client.ts', line('lmdb'), false],
    ['src/a-new-room/file.ts', line('./other'), false],
  ])('judge %s importing %o', (file, asked, allowed) => {
    expect(isAllowed(file, asked)).toBe(allowed);
  });

  test('find a cycle, and none where ways only meet', () => {
    expect(
      findCycle(
        new Map([
          ['a', ['b']],
          ['b', ['c']],
          ['c', ['b']],
        ]),
      ),
    ).toEqual(['b', 'c', 'b']);
    expect(
      findCycle(
        new Map([
          ['a', ['b', 'c']],
          ['b', ['d']],
          ['c', ['d']],
          ['d', []],
        ]),
      ),
    ).toBeUndefined();
  });

  test('read imports, texts and banned syntax as the compiler does, not in comments', () => {
    const text = `
      // import x from 'comment'; any 中文
      import type { A } from './a';
      import { type B } from './b';
      import c, { type D } from './c';
      export * from './e';
      const f = await import('./f');
      type G = import('./g').G;
      const h = require('./h');
      const i = \`甲\${'乙'}\`.match(/丙[丁]/);
      export default function (j: any) { return j!; }
      enum K { L }`;
    const { imports, texts, banned } = readSource('x.ts', text);
    expect(imports).toEqual([line('./a', true), line('./b', true), line('./c'), line('./e'), line('./f'), line('./g', true), line('./h')]);
    expect(texts.filter((one) => /\p{Script=Han}/u.test(one)).sort()).toEqual(["'乙'", '丙', '甲']);
    expect([...banned].sort()).toEqual(['!', 'any', 'enum', 'export default']);
  });
});
