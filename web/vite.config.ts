import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// The page must work below any base path, so every URL it holds is relative.
const server = process.env['KELP_UI'] ?? 'http://127.0.0.1:5601';

export default defineConfig({
  base: './',
  plugins: [react()],
  build: {
    outDir: 'dist',
    sourcemap: false,
    target: 'es2022',
    // Older targets have light-dark() rewritten to variables that Mantine does not set.
    cssTarget: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
    chunkSizeWarningLimit: 1200,
    // The server's content security policy allows no data: scripts or fonts.
    assetsInlineLimit: 0,
  },
  server: { proxy: { '/api': server } },
  // A test that needs a document names happy-dom itself: it takes longer to load than all tests to run.
  test: { environment: 'node', include: ['src/**/*.test.{ts,tsx}'], testTimeout: 60_000 },
});
