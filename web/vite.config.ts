import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// of `make dev`, for `npm run dev` beside it
const target = process.env.API_URL ?? 'http://127.0.0.1:8000'

export default defineConfig({
  plugins: [react(), tailwindcss()],
  // api/web_pages.py puts a fresh nonce in its place with every answer
  html: { cspNonce: '__NONCE__' },
  // LiveKit's client is what is so large: it is loaded where there is a room, while people read and try their microphone
  build: { chunkSizeWarningLimit: 700 },
  // as objects they keep the Host header, without which the API takes a WebSocket's Origin for another site's
  server: { proxy: { '/graphql': { target, ws: true }, '/recordings': { target } } },
  test: { environment: 'happy-dom', include: ['src/**/*.test.{ts,tsx}'], restoreMocks: true },
})
