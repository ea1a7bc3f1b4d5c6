/**
 * The portal, served at /portal: preact in the place of React, which is a fifth of its size, so that a first question
 * stands within two seconds on a slow telephone (docs/decisions.md, 78). Built after the staff application
 * (vite.config.ts) into the same directory, which that one has emptied. For development:
 * `npx vite --config web/vite.portal.config.ts`, with a clinic on port 3000.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  base: '/',
  // icon.svg is copied by the staff application's build.
  publicDir: false,
  resolve: {
    // Types stay React's, which preact/compat keeps to.
    alias: [
      { find: /^react\/jsx-(dev-)?runtime$/, replacement: 'preact/jsx-runtime' },
      { find: /^react-dom\/client$/, replacement: 'preact/compat/client' },
      { find: /^react(-dom)?$/, replacement: 'preact/compat' },
    ],
  },
  build: {
    outDir: here('../dist/web'),
    emptyOutDir: false,
    target: 'es2022',
    // Source maps would publish the comments; stack traces of a browser are not collected.
    sourcemap: false,
    // The content security policy allows no inline data for scripts and styles.
    assetsInlineLimit: 0,
    rolldownOptions: { input: { portal: here('portal/index.html') } },
  },
  server: { port: 3001, proxy: { '/api': 'http://localhost:3000' } },
});
