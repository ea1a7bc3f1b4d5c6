/**
 * The staff application, served at /. Output dist/web, assets hashed, so that the server may cache them for ever and never
 * the pages. The portal is a build of its own (vite.portal.config.ts), which comes after this one into the same directory.
 * `npx vite --config web/vite.config.ts` serves it for development against a clinic that runs on port 3000.
 */
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  base: '/',
  plugins: [react()],
  build: {
    outDir: here('../dist/web'),
    emptyOutDir: true,
    target: 'es2022',
    // Source maps would publish the comments; stack traces of a browser are not collected.
    sourcemap: false,
    // The content security policy allows no inline data for scripts and styles.
    assetsInlineLimit: 0,
    rolldownOptions: { input: { staff: here('staff/index.html') } },
  },
  server: { port: 3001, proxy: { '/api': 'http://localhost:3000', '/temporal': 'http://localhost:3000' } },
});
