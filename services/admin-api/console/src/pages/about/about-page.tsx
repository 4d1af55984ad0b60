import type { ReactNode } from 'react';
import { PageHead, Panel } from '../../design/page.tsx';
import { useWords } from '../../words/words.ts';
import { aboutWords } from './about-words.ts';

/** What this is, and where its API is described. */
export default function AboutPage(): ReactNode {
  const words = useWords(aboutWords);
  return (
    <div className="stack">
      <PageHead title={words.title} about={words.about} />
      <Panel title={words.api}>
        <ul className="stack-s">
          <li>
            <a href="/docs">{words.reference}</a>
          </li>
          <li>
            <a href="/api/v1/openapi.json">OpenAPI 3.1</a>
          </li>
          <li>
            <a href="/api/v1/schemas/channel">{words.schema}</a>
          </li>
        </ul>
      </Panel>
      <Panel title={words.commandLine}>
        <pre className="code">{'npx lutra status --watch\nnpx lutra apply -f shop.yaml\nnpx lutra --help'}</pre>
      </Panel>
    </div>
  );
}
