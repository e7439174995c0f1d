import react from '@vitejs/plugin-react';
import { fileURLToPath, URL } from 'node:url';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const target = process.env.PICKET_DEV_SERVER ?? 'http://127.0.0.1:8787';

/** The entry is small so that its requests leave at once; the page itself asks for what the entry imports next. */
const preloadMain: Plugin = {
  name: 'preload-main',
  transformIndexHtml: {
    order: 'post',
    handler(_html, { bundle }) {
      const main = Object.values(bundle ?? {}).find((one) => one.type === 'chunk' && one.moduleIds.some((id) => id.endsWith('/src/app/main.tsx')));
      if (main?.type !== 'chunk') return [];
      // Text that is drawn before its font is there moves when it comes.
      const fonts = Object.keys(bundle ?? {}).filter((name) => /inter-latin-wght-normal.*\.woff2$/.test(name));
      return [
        ...fonts.map((font) => ({ tag: 'link', attrs: { rel: 'preload', as: 'font', type: 'font/woff2', crossorigin: true, href: `/${font}` }, injectTo: 'head' as const })),
        { tag: 'link', attrs: { rel: 'modulepreload', href: `/${main.fileName}` }, injectTo: 'head' as const },
        ...[...(main.viteMetadata?.importedCss ?? [])].map((css) => ({ tag: 'link', attrs: { rel: 'stylesheet', href: `/${css}` }, injectTo: 'head' as const })),
      ];
    },
  },
};

export default defineConfig({
  plugins: [react(), preloadMain],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  // A polyfill for module preloading would be one more script to review; every supported browser has it built in.
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 900,
    // Of an icon only its lines are used (`ui/icon`); the package's own component of it would be made all the same.
    rollupOptions: { treeshake: { manualPureFunctions: ['createReactComponent'] } },
  },
  // By number: there are machines without a name for themselves.
  server: { host: '127.0.0.1', proxy: { '/api': target, '/auth': target } },
  test: {
    environment: 'jsdom',
    setupFiles: ['src/test/setup.ts'],
    css: false,
    restoreMocks: true,
    testTimeout: 60_000,
    pool: 'threads',
    poolOptions: { threads: { maxThreads: 2 } },
  },
});
