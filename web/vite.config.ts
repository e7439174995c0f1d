import react from '@vitejs/plugin-react';
import { fileURLToPath, URL } from 'node:url';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { classicStart } from './tools/classicStart';

const target = process.env.PICKET_DEV_SERVER ?? 'http://127.0.0.1:8787';

/** Text that is drawn before its font is there moves when it comes. */
const preloadFont: Plugin = {
  name: 'preload-font',
  transformIndexHtml: {
    order: 'post',
    handler: (_html, { bundle }) =>
      Object.keys(bundle ?? {})
        .filter((name) => /inter-latin-wght-normal.*\.woff2$/.test(name))
        .map((font) => ({ tag: 'link', attrs: { rel: 'preload', as: 'font', type: 'font/woff2', crossorigin: true, href: `/${font}` }, injectTo: 'head' as const })),
  },
};

/** `entry` is small and sends the first requests; `main` is the console. */
const start = ['entry', 'main'];

export default defineConfig({
  plugins: [react(), preloadFont, classicStart(start)],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  // A polyfill for module preloading would be one more script to review; every supported browser has it built in.
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 900,
    // Of an icon only its lines are used (`ui/icon`); the package's own component of it would be made all the same.
    rollupOptions: {
      input: { entry: 'src/app/entry.ts', main: 'index.html' },
      treeshake: { manualPureFunctions: ['createReactComponent'] },
    },
  },
  // By number: there are machines without a name for themselves.
  server: { host: '127.0.0.1', proxy: { '/api': target, '/auth': target } },
  test: {
    projects: [
      { extends: true, test: { name: 'console', include: ['src/**/*.test.{ts,tsx}'], environment: 'jsdom', setupFiles: ['src/test/setup.ts'] } },
      { extends: true, test: { name: 'tools', include: ['tools/**/*.test.ts'], environment: 'node' } },
    ],
    css: false,
    restoreMocks: true,
    testTimeout: 60_000,
    pool: 'threads',
    poolOptions: { threads: { maxThreads: 2 } },
  },
});
