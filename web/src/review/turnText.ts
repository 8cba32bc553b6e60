/** A range of code points: `end` is after the last one. */
export interface Range {
  start: number
  end: number
}

/** A part of a turn's text. */
export interface Segment {
  text: string
  isQuoted: boolean
  isUnsure: boolean
}

/** Splits a text where a quote or an uncertain word begins or ends. Ranges count code points and may overlap. */
export function splitText(text: string, quotes: readonly Range[], unsure: readonly Range[]): Segment[] {
  const points = Array.from(text)
  const cuts = [...quotes, ...unsure].flatMap(({ start, end }) => [start, end]).filter((cut) => cut > 0 && cut < points.length)
  const ends = [...new Set([...cuts, points.length])].toSorted((one, other) => one - other)
  const segments: Segment[] = []
  let start = 0
  for (const end of ends) {
    const covers = (range: Range) => range.start <= start && range.end >= end
    const segment = { text: points.slice(start, end).join(''), isQuoted: quotes.some(covers), isUnsure: unsure.some(covers) }
    const previous = segments.at(-1)
    // quotes that overlap are one mark
    if (previous && previous.isQuoted === segment.isQuoted && previous.isUnsure === segment.isUnsure) previous.text += segment.text
    else segments.push(segment)
    start = end
  }
  return segments
}

/** Formats an offset as minutes and seconds. */
export function formatOffset(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

/** The turn with which each question of the interview begins, in order. */
export function findQuestionStarts<Turn extends { questionKey?: string | null | undefined }>(turns: readonly Turn[]): { turn: Turn; key: string }[] {
  const seen = new Set<string>()
  return turns.flatMap((turn) => {
    const key = turn.questionKey
    if (!key || seen.has(key)) return []
    seen.add(key)
    return [{ turn, key }]
  })
}
