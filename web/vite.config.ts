import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// the API of `make dev`, which `npm run dev` needs
const target = process.env.API_URL ?? 'http://127.0.0.1:8000'

export default defineConfig({
  plugins: [react(), tailwindcss()],
  // api/web_pages.py replaces this placeholder with a fresh nonce in each response
  html: { cspNonce: '__NONCE__' },
  // the chunk with LiveKit's client is large, but it loads during the device check
  build: { chunkSizeWarningLimit: 700 },
  // object form keeps the Host header, which the API compares with the Origin of a WebSocket
  server: { proxy: { '/graphql': { target, ws: true }, '/recordings': { target } } },
  test: { environment: 'happy-dom', include: ['src/**/*.test.{ts,tsx}'], restoreMocks: true },
})
