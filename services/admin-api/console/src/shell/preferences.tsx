import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import type { Language } from '../words/words.ts';

export type Theme = 'system' | 'light' | 'dark';
type Preferences = { readonly theme: Theme; readonly language: Language };
type Held = Preferences & { readonly change: (part: Partial<Preferences>) => void };

/** The same key stands in public/theme.js, which runs before the first paint. */
const KEY = 'lutra.preferences';
const Context = createContext<Held>({ theme: 'system', language: 'en', change: () => {} });

/** Theme and language, kept in this browser. */
export function PreferencesProvider({ children }: { children: ReactNode }): ReactNode {
  const [held, setHeld] = useState(readPreferences);
  useEffect(() => {
    const { dataset } = document.documentElement;
    if (held.theme === 'system') delete dataset.theme;
    else dataset.theme = held.theme;
    document.documentElement.lang = held.language === 'zh' ? 'zh-CN' : 'en';
    keep(held);
  }, [held]);
  const value = useMemo(
    () => ({ ...held, change: (part: Partial<Preferences>) => setHeld((before) => ({ ...before, ...part })) }),
    [held],
  );
  return <Context value={value}>{children}</Context>;
}

export function usePreferences(): Held {
  return useContext(Context);
}

function readPreferences(): Preferences {
  const own: Language = navigator.language.startsWith('zh') ? 'zh' : 'en';
  try {
    const { theme, language } = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>;
    return {
      theme: theme === 'light' || theme === 'dark' ? theme : 'system',
      language: language === 'en' || language === 'zh' ? language : own,
    };
  } catch {
    return { theme: 'system', language: own };
  }
}

function keep(preferences: Preferences): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // a browser without storage forgets them
  }
}
