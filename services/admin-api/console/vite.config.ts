import { defineConfig } from 'vite';

/** `vite` serves the console with the API of a running admin API behind it; LUTRA_SERVER names that one. */
export default defineConfig({
  root: import.meta.dirname,
  oxc: { jsx: { runtime: 'automatic' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // NOTE the policy allows no data: addresses for scripts and styles, and hashed files are cached for a year anyway.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      // NOTE packages say "use client" for renderers on a server, which there is none of.
      onLog: (level, log, report) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
      },
    },
  },
  server: {
    proxy: { '/api': { target: process.env.LUTRA_SERVER ?? 'http://127.0.0.1:21080', changeOrigin: false } },
  },
});
