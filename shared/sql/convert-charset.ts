import { bytesPerCharacter } from './column-type.ts';

const TEXTS = ['tinytext', 'text', 'mediumtext', 'longtext'];
const LIMITS = [255, 65_535, 16_777_215, 4_294_967_295];
const LONGEST_VARCHAR = 65_535;

/** What CONVERT TO CHARACTER SET makes of a text type: one with room for as many characters as before. */
export function widenedText(type: string, from: string, to: string): string {
  const width = bytesPerCharacter(to);
  const varchar = /^varchar\((\d+)\)$/.exec(type);
  if (varchar) return Number(varchar[1]) * width > LONGEST_VARCHAR ? 'mediumtext' : type;
  const at = TEXTS.indexOf(type);
  if (at < 0 || width <= bytesPerCharacter(from)) return type;
  const bytes = Math.floor((LIMITS[at] as number) / bytesPerCharacter(from)) * width;
  return TEXTS[LIMITS.findIndex((limit) => bytes <= limit)] ?? 'longtext';
}
