export type PatternFault = { readonly message: string; readonly remedy: string };

const LONGEST_NAME = 64;
const MANY_NAMES = 10_000;

/** Whether a part may mean several names. */
export function isNamePattern(text: string): boolean {
  return text.includes('*') || /^\/.+\/$/.test(text) || /\[\d+-\d+\]/.test(text);
}

/**
 * What is wrong with one part of a table pattern; undefined when nothing is. A source part is a name, `*` for any run of characters,
 * `ord_[0-15]` or /regular expression/; a target part is none of these expressions.
 */
export function namePatternFault(text: string, side: 'from' | 'to'): PatternFault | undefined {
  if (side === 'to' && /^\/.+\/$/.test(text)) {
    return {
      message: 'is a regular expression, and a target is a name',
      remedy: "write the target's name, or * alone to keep the name of the source",
    };
  }
  if (text.startsWith('/') && text.endsWith('/') && text.length > 1) return regularExpressionFault(text.slice(1, -1));
  if (text.startsWith('/')) {
    return { message: 'begins a regular expression that does not end', remedy: 'end it with a slash: /ord_.*/' };
  }
  return listFault(text) ?? lengthFault(text.replaceAll(/\*|\[[^\]]*\]/g, ''));
}

function regularExpressionFault(body: string): PatternFault | undefined {
  if (body === '') return { message: 'is an empty regular expression', remedy: 'write what it has to match: /ord_.*/' };
  try {
    new RegExp(`^(?:${body})$`, 'su');
    return undefined;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const why = text.slice(text.lastIndexOf(': ') + 2);
    return {
      message: `is not a valid regular expression: ${why}`,
      remedy: 'mend the regular expression (JavaScript syntax)',
    };
  }
}

function listFault(text: string): PatternFault | undefined {
  for (const [whole, inner = ''] of text.matchAll(/\[([^\]]*)\]?/g)) {
    const [, low, high] = /^(\d{1,9})-(\d{1,9})$/.exec(inner) ?? [];
    if (low === undefined || high === undefined || !whole.endsWith(']')) {
      return {
        message: `has a list ${whole} that is not [a-b]`,
        remedy: 'write two whole numbers: ord_[0-15] or ord_[01-32]',
      };
    }
    if (Number(low) > Number(high)) {
      return { message: `has a list ${whole} that runs backwards`, remedy: `write [${high}-${low}]` };
    }
    if (Number(high) - Number(low) >= MANY_NAMES) {
      return {
        message: `has a list ${whole} of more than ${MANY_NAMES} names`,
        remedy: 'use * or a /regular expression/',
      };
    }
  }
  return undefined;
}

function lengthFault(text: string): PatternFault | undefined {
  if ([...text].length <= LONGEST_NAME) return undefined;
  return { message: `is longer than ${LONGEST_NAME} characters`, remedy: 'MySQL has no such long names; shorten it' };
}
