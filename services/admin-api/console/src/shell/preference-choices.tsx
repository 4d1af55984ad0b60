import { Monitor, Moon, Sun } from 'lucide-react';
import type { ReactNode } from 'react';
import { Choice } from '../design/fields.tsx';
import { useWords } from '../words/words.ts';
import { type Theme, usePreferences } from './preferences.tsx';
import { shellWords } from './shell-words.ts';

const THEMES = [
  ['system', Monitor],
  ['light', Sun],
  ['dark', Moon],
] as const;

/** Theme and language. */
export function PreferenceChoices(): ReactNode {
  const words = useWords(shellWords);
  const { theme, language, change } = usePreferences();
  return (
    <div className="preferences">
      <Choice<Theme>
        label={words.theme}
        value={theme}
        onChange={(chosen) => change({ theme: chosen })}
        options={THEMES.map(([each, Icon]) => [
          each,
          <span key={each} title={words[each]}>
            <Icon size={14} aria-hidden />
            <span className="sr-only">{words[each]}</span>
          </span>,
        ])}
      />
      <Choice
        label={words.language}
        value={language}
        onChange={(chosen) => change({ language: chosen })}
        options={[
          ['en', 'EN'],
          ['zh', '中文'],
        ]}
      />
    </div>
  );
}
