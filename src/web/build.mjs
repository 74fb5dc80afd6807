// Builds the pages into dist/web, with a compressed copy beside each file: node src/web/build.mjs
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';

const root = path.dirname(fileURLToPath(import.meta.url));
const outDir = path.join(root, '../../dist/web');
const empty = path.join(root, 'empty.ts');

/** Phones in shops are old: the X5 and system views of Android, Safari of iOS 13. */
const target = ['chrome79', 'safari13'];

/** ChatUI's style names fonts on somebody else's server; nothing here loads from outside. */
const noOutsideFonts = {
  name: 'no-outside-fonts',
  enforce: 'pre',
  transform: (code, id) => (id.endsWith('@chatui/core/dist/index.css') ? code.replaceAll(/@font-face\{[^}]*\}/g, '') : undefined),
};

const common = {
  root,
  configFile: false,
  logLevel: 'warn',
  define: { 'process.env.npm_package_version': '"0.15.5"', 'process.env.NODE_ENV': '"production"' },
};

await build({
  ...common,
  plugins: [noOutsideFonts],
  // DirectLineJS carries a second protocol (App Service Extension) and polyfills of browsers long gone; neither is used here.
  resolve: { alias: [{ find: /^(botframework-streaming|url-search-params-polyfill|core-js\/.*)$/, replacement: empty }] },
  build: {
    outDir,
    emptyOutDir: true,
    target,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1000,
    rolldownOptions: { input: { chat: path.join(root, 'chat/index.html') } },
  },
});
/** The desk is used on today's computers; its chunks are its own, so that the chat page stays small. */
await build({
  ...common,
  // antd marks its files for another kind of server.
  logLevel: 'error',
  build: {
    outDir,
    emptyOutDir: false,
    target: ['chrome100', 'safari15.4', 'firefox100'],
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    rolldownOptions: { input: { desk: path.join(root, 'desk/index.html') } },
  },
});
await build({
  ...common,
  build: {
    outDir,
    emptyOutDir: false,
    target,
    lib: { entry: path.join(root, 'embed/embed.ts'), formats: ['iife'], name: 'daozhang', fileName: () => 'embed.js' },
  },
});

for (const entry of readdirSync(outDir, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(js|css|svg|html)$/.test(entry.name)) continue;
  const file = path.join(entry.parentPath ?? entry.path, entry.name);
  const bytes = readFileSync(file);
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
}
