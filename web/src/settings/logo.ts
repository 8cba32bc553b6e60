const MAX_BYTES = 64 * 1024
const TYPES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg'])

export interface Logo {
  /** For the preview: the pages' policy permits images of this kind. */
  dataUrl: string
  /** For the API. */
  base64: string
}

/** Reads the image that a person has chosen. Rejects with a sentence for one that the API would refuse. */
export async function readLogo(file: File): Promise<Logo> {
  if (!TYPES.has(file.type)) throw new Error('This is neither a PNG nor a JPEG image. Convert it to one of them.')
  if (file.size > MAX_BYTES) throw new Error(`This image has ${Math.ceil(file.size / 1024)} KiB; the limit is 64 KiB. Make it smaller.`)
  const bytes = new Uint8Array(await file.arrayBuffer())
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
  return { dataUrl: `data:${file.type};base64,${base64}`, base64 }
}
