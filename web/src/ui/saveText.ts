/** Offers a text as a file. */
export function saveText(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // the download has begun once the click has been handled
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** Offers an appointment as a file that calendars open. */
export function saveCalendarFile(content: string): void {
  saveText('interview.ics', content, 'text/calendar')
}
