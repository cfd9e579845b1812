/** How the app is bundled: relative addresses, hashed names, nothing inline, so that the strictest policy of content holds. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import type { InlineConfig } from 'vite';
import { calls } from './calls.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export const WEB_CONFIG: InlineConfig = {
  configFile: false,
  root: path.join(root, 'web'),
  base: './',
  publicDir: false,
  logLevel: 'warn',
  plugins: [react(), calls()],
  build: {
    outDir: path.join(root, 'dist/web'),
    emptyOutDir: true,
    assetsDir: 'assets',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    target: ['chrome111', 'firefox113', 'safari16.4'],
    reportCompressedSize: false,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
};
