import { AvroWriter } from '../../shared/codec/avro-writer.ts';

/** The text of the JSON document that is being read. One at a time: nothing waits in its middle. */

const KEPT_BYTES = 1 << 20;
let text = new AvroWriter(1 << 12);

export function beginText(): void {
  text.at = 0;
}

/** Writes it to `out` as an Avro string. The space of a very large one is not kept. */
export function endText(out: AvroWriter): void {
  out.slice(text.bytes, 0, text.at);
  if (text.bytes.length > KEPT_BYTES) text = new AvroWriter(1 << 12);
}

const QUOTE = 34;
const BACKSLASH = 92;
const SHORT_ESCAPES = new Map([
  [8, 'b'],
  [9, 't'],
  [10, 'n'],
  [12, 'f'],
  [13, 'r'],
  [QUOTE, '"'],
  [BACKSLASH, '\\'],
]);

/** UTF-8 in quotes, escaped as the server does it. */
export function quoted(b: Buffer, start: number, end: number): void {
  text.reserve(end - start + 2);
  text.bytes[text.at++] = QUOTE;
  let from = start;
  for (let i = start; i < end; i++) {
    const code = b[i] as number;
    if (code >= 32 && code !== QUOTE && code !== BACKSLASH) continue;
    raw(b, from, i);
    const short = SHORT_ESCAPES.get(code);
    ascii(short === undefined ? `\\u${code.toString(16).padStart(4, '0')}` : `\\${short}`);
    from = i + 1;
  }
  raw(b, from, end);
  byte(QUOTE);
}

export function raw(b: Buffer, start: number, end: number): void {
  const length = end - start;
  text.reserve(length);
  if (length < 48) for (let i = start; i < end; i++) text.bytes[text.at++] = b[i] as number;
  else {
    b.copy(text.bytes, text.at, start, end);
    text.at += length;
  }
}

export function byte(code: number): void {
  text.reserve(1);
  text.bytes[text.at++] = code;
}

/** A colon or comma and a space. */
export function separator(code: number): void {
  text.reserve(2);
  text.bytes[text.at++] = code;
  text.bytes[text.at++] = 32;
}

export function ascii(word: string): void {
  text.reserve(word.length);
  for (let i = 0; i < word.length; i++) text.bytes[text.at++] = word.charCodeAt(i);
}
