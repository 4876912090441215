import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

/** Files worth compressing; the rest is served as it is. */
const COMPRESSIBLE = /\.(html|js|css|svg)$/;

/** Writes `x.gz` beside every compressible file, so that the binary never compresses at run time. */
function precompress() {
  return {
    name: 'precompress',
    apply: 'build',
    writeBundle({ dir }) {
      for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !COMPRESSIBLE.test(entry.name)) continue;
        const path = join(entry.parentPath, entry.name);
        writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: constants.Z_BEST_COMPRESSION }));
      }
    },
  };
}

export default defineConfig({
  base: '/ui/',
  plugins: [svelte({ compilerOptions: { runes: true } }), precompress()],
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  // `npm run dev` against a running agent.
  server: { proxy: { '/v1': process.env.NOMAD_ADDR ?? 'http://127.0.0.1:4646' } },
  test: { include: ['src/**/*.test.ts'] },
});
