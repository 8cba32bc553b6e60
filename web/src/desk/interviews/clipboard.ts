/**
 * Copies a text that may still be on its way. Returns whether it is on the clipboard: browsers refuse without permission, and
 * outside of secure contexts.
 */
export async function copyText(text: string | Promise<string>): Promise<boolean> {
  try {
    if (typeof ClipboardItem === 'function' && navigator.clipboard.write) {
      // Safari allows it only in the click itself, so the item is made before the text has arrived
      const item = Promise.resolve(text).then((value) => new Blob([value], { type: 'text/plain' }))
      // a browser that refuses does not wait for the text, whose failure the caller shows
      item.catch(() => {})
      await navigator.clipboard.write([new ClipboardItem({ 'text/plain': item })])
    } else await navigator.clipboard.writeText(await text)
    return true
  } catch {
    return false
  }
}
