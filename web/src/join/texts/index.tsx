import { createContext, type ReactNode, useContext, useEffect } from 'react'
import { DE } from './de'
import { EN, type Texts } from './en'
import { ES } from './es'
import { FR } from './fr'

export type { Texts } from './en'

const TRANSLATIONS: Record<string, Texts> = { en: EN, de: DE, es: ES, fr: FR }
const TextsContext = createContext<Texts>(EN)

/** Returns the texts of the page around the component. */
export function useTexts(): Texts {
  return useContext(TextsContext)
}

/** Shows the page in the language of a BCP 47 tag, and in English if there is no translation. */
export function Localized({ language, children }: { language: string; children: ReactNode }) {
  const texts = TRANSLATIONS[language.split('-')[0] ?? ''] ?? EN
  useEffect(() => {
    document.documentElement.lang = texts.language
  }, [texts])
  return <TextsContext value={texts}>{children}</TextsContext>
}

/** Formats a point in time as usual in the language of the page, by the conventions of the reader's region if it is known. */
export function formatTime(texts: Texts, time: number): string {
  const locale = navigator.languages.find((tag) => tag.split('-')[0] === texts.language) ?? texts.language
  return new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' }).format(time)
}
