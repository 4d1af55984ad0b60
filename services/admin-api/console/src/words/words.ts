import { usePreferences } from '../shell/preferences.tsx';

export type Language = 'en' | 'zh';
export type Words<T> = { readonly en: T; readonly zh: T };

/** Phrases of a page in both languages. A phrase is a text or a function that makes one; the types ask for every key in both. */
export function defineWords<T extends object>(en: T, zh: NoInfer<T>): Words<T> {
  return { en, zh };
}

/** The phrases in the language of the reader. */
export function useWords<T>(words: Words<T>): T {
  return words[usePreferences().language];
}
