import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { readFileSync } from 'node:fs'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'
import browsers from './browsers.json' with { type: 'json' }

// the API of `make dev`, which `npm run dev` needs
const target = process.env.API_URL ?? 'http://127.0.0.1:8000'

/**
 * Replaces each `graphql(...)` by its document from src/gql, so that a page loads only the operations that it uses. Without it, all
 * pages load those of all others.
 */
function inlineDocuments(): Plugin {
  const documents = new Map<string, string>()
  return {
    name: 'inline-graphql-documents',
    apply: 'build',
    enforce: 'pre',
    buildStart() {
      const generated = readFileSync(new URL('src/gql/graphql.ts', import.meta.url), 'utf8')
      for (const [, name = '', json = ''] of generated.matchAll(/^export const (\w+)Document = (\{.*\}) as unknown as/gm)) documents.set(name, json)
    },
    transform(code, id) {
      if (!/\/src\/(?!gql\/).*\.tsx?$/.test(id) || !code.includes('graphql(`')) return null
      const inlined = code.replaceAll(/\bgraphql\(`\s*\w+ (\w+)[^`]*`\)/g, (_, name: string) => {
        const json = documents.get(name)
        if (!json) this.error(`src/gql has no document for ${name}: run \`npm run codegen\``)
        return json
      })
      return { code: inlined.replace(/^import \{ graphql \} from .*$/m, ''), map: null }
    },
  }
}

/** Adds src/oldBrowsers.js as a script of its own: browsers that are too old for the pages' modules read it. */
function checkBrowser(): Plugin {
  let reference = ''
  return {
    name: 'check-browser',
    apply: 'build',
    buildStart() {
      reference = this.emitFile({ type: 'asset', name: 'oldBrowsers.js', source: readFileSync(new URL('src/oldBrowsers.js', import.meta.url)) })
    },
    generateBundle: {
      // the HTML is in the bundle after Vite's own plugins
      order: 'post',
      handler(_, bundle) {
        const page = bundle['index.html']
        if (page?.type !== 'asset') this.error('the bundle has no index.html')
        const html = String(page.source)
        page.source = html.replace('<div id="root"></div>', `$&\n    <script src="/${this.getFileName(reference)}"></script>`)
        if (page.source === html) this.error('index.html has no #root')
      },
    },
  }
}

export default defineConfig({
  plugins: [inlineDocuments(), checkBrowser(), react(), tailwindcss()],
  // api/web_pages.py replaces this placeholder with a fresh nonce in each response
  html: { cspNonce: '__NONCE__' },
  // the chunk with LiveKit's client is large, but it loads during the device check
  build: { chunkSizeWarningLimit: 700, target: Object.entries(browsers).map(([name, version]) => name + version) },
  // object form keeps the Host header, which the API compares with the Origin of a WebSocket
  server: { proxy: { '/graphql': { target, ws: true }, '/recordings': { target } } },
  test: {
    environment: 'happy-dom',
    // the default leaves one core of two idle
    maxWorkers: '100%',
    setupFiles: ['src/testing/setup.ts'],
    testTimeout: 60_000,
    include: ['src/**/*.test.{ts,tsx}'],
    restoreMocks: true,
    coverage: {
      include: ['src/**/*.{ts,tsx}'],
      exclude: ['src/gql/**', 'src/testing/**', 'src/**/testInterviews.ts'],
      reporter: ['text-summary', 'json-summary'],
      reportsDirectory: 'node_modules/.coverage',
      thresholds: { lines: 80 },
    },
  },
})
