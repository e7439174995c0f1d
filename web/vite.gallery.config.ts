import react from '@vitejs/plugin-react';
import { fileURLToPath, URL } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { componentsIn, holdsComponents } from './tools/components.mjs';

const source = fileURLToPath(new URL('./src/', import.meta.url));

/** Every exported component carries the name of its file, so that the gallery can tell which of them were on the screen. */
const markComponents: Plugin = {
  name: 'mark-components',
  enforce: 'pre',
  transform(code, id) {
    const path = id.split('?')[0]?.replace(source, '') ?? '';
    if (!id.startsWith(source) || !holdsComponents(path)) return null;
    const marks = componentsIn(code).map((name) => `\nObject.assign(${name}, { galleryMark: ${JSON.stringify(`${path} ${name}`)} });`);
    return { code: code + marks.join(''), map: null };
  },
};

/** The gallery: every component in every state, for those who work on the console and for its test. No part of the program. */
export default defineConfig({
  plugins: [markComponents, react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: 'es2022',
    outDir: '../out/gallery',
    emptyOutDir: true,
    // Components are told by their marks, not by their names, and small files are read sooner.
    minify: 'esbuild',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 5000,
    rollupOptions: { input: fileURLToPath(new URL('./dev/gallery.html', import.meta.url)) },
  },
  server: { host: '127.0.0.1', fs: { allow: ['..'] } },
});
