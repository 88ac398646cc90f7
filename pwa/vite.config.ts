/** How the app is bundled. `scripts/build-pwa.ts` runs it, then adds the service worker and the compressed files. */
import { defineConfig, type Plugin } from 'vite';
import solid from 'vite-plugin-solid';
import { limits } from '#contract/limits.ts';

/** Puts the value of a limit in the place of its name: the app needs some of them, and the object with all is two KiB. */
const limitsInPlace: Plugin = {
  name: 'limits-in-place',
  enforce: 'pre',
  transform: (code, id) => {
    if (!/\.tsx?$/.test(id) || !code.includes('limits.')) return undefined;
    const inPlace = (whole: string, name: string) => {
      const value = new Map(Object.entries<number>(limits)).get(name);
      return value === undefined ? whole : `(${value})`;
    };
    return { code: code.replaceAll(/(?<![.\w'/])limits\.(\w+)/g, inPlace), map: null };
  },
};

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [limitsInPlace, solid()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // The app's Content-Security-Policy is `script-src 'self'`: nothing inline, no data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: 'vite-manifest.json',
    reportCompressedSize: false,
    rolldownOptions: {
      // A dynamic import of what later screens share keeps it out of the first screen. How long plugins take is no warning.
      checks: { ineffectiveDynamicImport: false, bundlerTimings: false },
    },
  },
  worker: { format: 'es' },
});
