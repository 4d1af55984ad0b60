import * as z from 'zod';

/** One thing that is wrong in a channel document: where, what was found, what is allowed, what to do. Never holds a secret. */
export const documentProblemSchema = z.object({
  file: z.string().optional().describe('File name, as the client gave it.'),
  line: z.int().optional().describe('From 1.'),
  column: z.int().optional().describe('From 1.'),
  path: z.string().describe('Place in the document, for example pipelines[0].mappings[1].from; empty for the whole.'),
  code: z.string(),
  message: z.string().describe('What is wrong: one sentence without the place.'),
  found: z.string().optional().describe('What stands there.'),
  allowed: z.string().optional().describe('What may stand there.'),
  remedy: z.string().describe('What to do.'),
});

export type DocumentProblem = z.infer<typeof documentProblemSchema>;

export type PathPart = string | number;

/** `pipelines[0].mappings[1].from`; keys that are no plain words stand in brackets and quotes. */
export function formatPath(path: readonly PathPart[]): string {
  return path
    .map((part, i) => {
      if (typeof part === 'number') return `[${part}]`;
      if (/^[\w-]+$/.test(part)) return i === 0 ? part : `.${part}`;
      return `[${JSON.stringify(part)}]`;
    })
    .join('');
}

/** `shop.yaml:12:5: pipelines[0].mapings: unknown key; did you mean "mappings"?` */
export function formatProblem(problem: DocumentProblem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
  const where = [place, problem.path].filter((part) => part !== '');
  return `${where.map((part) => `${part}: `).join('')}${problem.message}; ${problem.remedy}`;
}
