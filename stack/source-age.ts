/** Tells when a supervisor was started from older code than the checkout now holds. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from './config.ts';

/** Milliseconds since 1970 of the latest change to the code that a supervisor loads. */
export function latestSourceChange(): number {
  const folder = join(PROJECT_ROOT, 'stack');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const files = [...sources.map((file) => join(folder, file)), join(PROJECT_ROOT, 'topics', 'topics.ts')];
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}
