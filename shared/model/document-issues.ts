import type * as z from 'zod';
import { closestWord } from './closest-word.ts';
import { isDatabaseDocument } from './database-document.ts';
import { channelJsonSchema, databaseJsonSchema, keysAllowedAt } from './document-keys.ts';
import { type DocumentProblem, formatPath, type PathPart } from './document-problem.ts';
import type { DocumentText } from './document-text.ts';
import { describeValue, isMapping, mixedKeys, valueAt } from './document-value.ts';

type Issue = z.core.$ZodIssue;

/** The findings of the schema as problems with place, what was found and what is allowed. */
export function issueProblems(issues: readonly Issue[], text: DocumentText): DocumentProblem[] {
  const problems = issues.flatMap((issue) => issueProblem(issue, [], text));
  const mistyped = new Set(problems.flatMap((problem) => meantPath(problem)));
  return problems.filter((problem) => problem.code !== 'MISSING' || !mistyped.has(problem.path));
}

/** Where the key stands that a mistyped one means; it is not missing then. */
function meantPath({ code, path, remedy }: DocumentProblem): string[] {
  const meant = code === 'UNKNOWN_KEY' ? /^did you mean "(.+)"\?$/.exec(remedy)?.[1] : undefined;
  return meant === undefined ? [] : [path.replace(/[^.]*$/, '') + meant];
}

function issueProblem(issue: Issue, base: readonly PathPart[], text: DocumentText): DocumentProblem[] {
  const path = [...base, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))];
  const value = valueAt(text.content, path);
  const wrong = (allowed: string): DocumentProblem =>
    problem(path, text, 'INVALID_VALUE', 'not a valid value', allowed);
  switch (issue.code) {
    case 'unrecognized_keys':
      if (mixedKeys(value)) return [contradiction(path, text, mixedKeys(value))];
      return issue.keys.map((key) => unknownKey(path, key, text));
    case 'invalid_union':
      return unionProblems(issue, path, value, text);
    case 'invalid_key':
      return [invalidName(path, issue.issues[0]?.message ?? issue.message, text)];
    case 'invalid_value':
      return [wrongValue(path, text, issue.path.join() === 'kind' ? KINDS_OF_DOCUMENTS : issue.values.map(String))];
    case 'invalid_type':
      return [problem(path, text, 'INVALID_TYPE', 'not of the right kind', EXPECTED[issue.expected] ?? issue.expected)];
    case 'too_small':
      return [
        wrong(
          issue.origin === 'array' ? 'at least one entry' : `${KINDS[issue.origin] ?? ''} of at least ${issue.minimum}`,
        ),
      ];
    case 'too_big':
      return [wrong(`${KINDS[issue.origin] ?? ''} of at most ${issue.maximum}`)];
    default:
      return [wrong(issue.message)];
  }
}

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'a text',
  int: 'a whole number',
  number: 'a number',
  array: 'a list',
  object: 'a mapping of keys to values',
  record: 'a mapping of names to values',
};

const KINDS_OF_DOCUMENTS = ['Channel', 'Database'];

const KINDS: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'a text with a length',
};

function invalidName(path: readonly PathPart[], allowed: string, text: DocumentText): DocumentProblem {
  const name = String(path.at(-1));
  const found = JSON.stringify(name);
  return {
    ...text.placeOfKey(path.slice(0, -1), name),
    path: formatPath(path),
    code: 'INVALID_NAME',
    message: `not a valid name: found ${found}`,
    found,
    allowed,
    remedy: `write ${allowed}`,
  };
}

function unknownKey(path: readonly PathPart[], key: string, text: DocumentText): DocumentProblem {
  const known = keysAllowedAt(path, isDatabaseDocument(text.content) ? databaseJsonSchema : channelJsonSchema);
  const meant = closestWord(key, known);
  if (meant === undefined && path.includes('password'))
    return plainPassword({ ...text.placeOf(path), path: formatPath(path) });
  return {
    ...text.placeOfKey(path, key),
    path: formatPath([...path, key]),
    code: 'UNKNOWN_KEY',
    message: 'unknown key',
    found: JSON.stringify(key),
    allowed: known.join(', '),
    remedy:
      meant === undefined
        ? `remove it, or write one of: ${known.join(', ')}`
        : `did you mean ${JSON.stringify(meant)}?`,
  };
}

function wrongValue(path: readonly PathPart[], text: DocumentText, values: readonly string[]): DocumentProblem {
  const meant = closestWord(String(valueAt(text.content, path)), values);
  const found = problem(path, text, 'INVALID_VALUE', 'not a valid value', values.join(' or '));
  return meant === undefined || found.code === 'MISSING'
    ? found
    : { ...found, remedy: `did you mean ${JSON.stringify(meant)}?` };
}

/**
 * A union is told by the branch that the author most likely meant: the one with the fewest misfits whose kind fits.
 * Two ways at once (a GTID set and a file; env and file) are named as such.
 */
function unionProblems(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: readonly PathPart[],
  value: unknown,
  text: DocumentText,
): DocumentProblem[] {
  if (mixedKeys(value)) return [contradiction(path, text, mixedKeys(value))];
  const branches = issue.errors.filter(
    (branch) => !branch.some((inner) => inner.path.length === 0 && inner.code !== 'unrecognized_keys'),
  );
  const [best] = branches.toSorted((a, b) => misfits(a) - misfits(b));
  if (best === undefined || !isMapping(value))
    return [problem(path, text, 'INVALID_VALUE', 'not a valid value', issue.message)];
  const problems = best.flatMap((inner) => issueProblem(inner, path, text));
  const password = problems.find((found) => found.code === 'PLAIN_PASSWORD');
  return password === undefined ? problems : [password];
}

function contradiction(path: readonly PathPart[], text: DocumentText, keys: readonly string[] = []): DocumentProblem {
  const remedy = `keep one of them: ${keys.join(' or ')}`;
  return {
    ...text.placeOf(path),
    path: formatPath(path),
    code: 'CONTRADICTION',
    message: `gives both ${keys.join(' and ')}`,
    remedy,
  };
}

function misfits(branch: readonly Issue[]): number {
  return branch.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);
}

/** A problem about the value at a path; a value that is not there is told as missing, and a secret is never shown. */
function problem(
  path: readonly PathPart[],
  text: DocumentText,
  code: string,
  message: string,
  allowed: string,
): DocumentProblem {
  const value = valueAt(text.content, path);
  const place = { ...text.placeOf(path), path: formatPath(path) };
  if (value === undefined) {
    return { ...place, code: 'MISSING', message: 'missing', allowed, remedy: `add it: ${allowed}` };
  }
  if (path.includes('password') && typeof value !== 'object') return plainPassword(place);
  const found = isSecret(path, value) ? undefined : describeValue(value);
  return {
    ...place,
    code,
    message: found === undefined ? message : `${message}: found ${found}`,
    ...(found === undefined ? {} : { found }),
    allowed,
    remedy: `write ${allowed}`,
  };
}

function plainPassword(place: { path: string }): DocumentProblem {
  return {
    ...place,
    code: 'PLAIN_PASSWORD',
    message: 'a password must not stand in the document as it is',
    allowed: '{env: NAME}, {file: PATH} or {value: TEXT}',
    remedy:
      'put the password in an environment variable or a file of the services and refer to it: {env: NAME} or {file: PATH}, or write {value: TEXT}, which is encrypted before it is stored; change this password if the document was shared',
  };
}

/** Passwords, and addresses that may carry one (user:password@host). */
function isSecret(path: readonly PathPart[], value: unknown): boolean {
  return path.includes('password') || (path.includes('hosts') && typeof value === 'string' && value.includes('@'));
}
