import { type DocumentProblem, formatPath, type PathPart } from './document-problem.ts';
import type { DocumentText } from './document-text.ts';

/** A finding at a path of a document. */
export function finding(
  text: DocumentText,
  path: readonly PathPart[],
  code: string,
  message: string,
  remedy: string,
): DocumentProblem {
  return { ...text.placeOf(path), path: formatPath(path), code, message, remedy };
}
