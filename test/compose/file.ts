/** docker-compose.yml as data, with its variables at their defaults. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { PROJECT_ROOT } from '../../stack/config.ts';

const words = z.array(z.string());
const service = z.object({
  image: z.string(),
  build: z.object({ context: z.string(), args: z.record(z.string(), z.string()) }).optional(),
  container_name: z.string().optional(),
  entrypoint: words.default([]),
  command: words.default([]),
  environment: z.record(z.string(), z.string()).default({}),
  ports: words.default([]),
  volumes: words.default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.object({ test: words }),
  restart: z.string(),
  stop_grace_period: z.string(),
});
const file = z.object({
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.null()),
});

export type ComposeService = z.infer<typeof service>;
export type ComposeFile = z.infer<typeof file>;

/** The text as it is. */
export function composeText(): string {
  return readFileSync(join(PROJECT_ROOT, 'docker-compose.yml'), 'utf8');
}

/** The services, read with `${NAME:-default}` replaced by the default. */
export function readComposeFile(): ComposeFile {
  return file.parse(parse(withDefaults(composeText()), { merge: true }));
}

/** Replaces every `${NAME:-default}` by its default. */
export function withDefaults(text: string): string {
  return text.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');
}
