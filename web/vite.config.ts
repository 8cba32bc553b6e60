import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'
import * as generated from './src/gql/graphql.ts'

// the API of `make dev`, which `npm run dev` needs
const target = process.env.API_URL ?? 'http://127.0.0.1:8000'

/** Puts each document into the module that uses it: the generated graphql() refers to all, so that every page would load all. */
function inlineDocuments(): Plugin {
  const documents: Record<string, unknown> = generated
  return {
    name: 'inline-documents',
    apply: 'build',
    enforce: 'pre',
    transform: (code, id) => {
      if (id.includes('/src/gql/')) return null
      return code.replace(/\bgraphql\(`\s*(?:query|mutation|subscription) (\w+)[^`]*`\)/g, (_, name: string) => {
        const document = documents[`${name}Document`]
        if (!document) throw new Error(`The document ${name} is not in src/gql: run npm run codegen.`)
        return JSON.stringify(document)
      })
    },
  }
}

export default defineConfig({
  plugins: [inlineDocuments(), react(), tailwindcss()],
  // api/web_pages.py replaces this placeholder with a fresh nonce in each response
  html: { cspNonce: '__NONCE__' },
  // the chunk with LiveKit's client is large, but it loads during the device check
  build: { chunkSizeWarningLimit: 700 },
  // object form keeps the Host header, which the API compares with the Origin of a WebSocket
  server: { proxy: { '/graphql': { target, ws: true }, '/recordings': { target } } },
  test: { environment: 'happy-dom', include: ['src/**/*.test.{ts,tsx}'], restoreMocks: true },
})
