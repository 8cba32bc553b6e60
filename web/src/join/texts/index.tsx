import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import { EN, type Texts } from './en'

export type { Texts } from './en'

/** Loads the texts of the languages other than English, when a page needs them. */
const LOADERS: Record<string, () => Promise<Texts>> = {
  de: () => import('./de').then(({ DE }) => DE),
  es: () => import('./es').then(({ ES }) => ES),
  fr: () => import('./fr').then(({ FR }) => FR),
}
const loaded = new Map<string, Texts>([['en', EN]])
const TextsContext = createContext<Texts>(EN)

/** Returns the texts of the page around the component. */
export function useTexts(): Texts {
  return useContext(TextsContext)
}

/** Loads the texts of a BCP 47 tag; English if there is no translation, or if it cannot be loaded. */
export async function loadTexts(language: string): Promise<Texts> {
  const name = language.split('-')[0] ?? ''
  const texts = loaded.get(name) ?? (await LOADERS[name]?.().catch(() => EN)) ?? EN
  loaded.set(name, texts)
  return texts
}

/** Shows the page in the language of a BCP 47 tag, and in English if there is no translation. */
export function Localized({ language, children }: { language: string; children: ReactNode }) {
  const [, setLoaded] = useState('')
  const texts = loaded.get(language.split('-')[0] ?? '')
  useEffect(() => {
    if (texts) document.documentElement.lang = texts.language
    else void loadTexts(language).then(() => setLoaded(language))
  }, [texts, language])
  // a moment without a page is better than one in another language
  return texts && <TextsContext value={texts}>{children}</TextsContext>
}

/** Formats a point in time as usual in the language of the page, by the conventions of the reader's region if it is known. */
export function formatTime(texts: Texts, time: number): string {
  const locale = navigator.languages.find((tag) => tag.split('-')[0] === texts.language) ?? texts.language
  return new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' }).format(time)
}
