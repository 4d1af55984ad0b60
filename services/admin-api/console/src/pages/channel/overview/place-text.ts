/** A place in a source's log, short enough for a line: file and byte, else the end of its GTID set. */
export function placeText(position: {
  readonly gtidSet: string;
  readonly file: string;
  readonly position: number;
}): string {
  if (position.file !== '') return `${position.file}:${position.position}`;
  const set = position.gtidSet;
  return set.length > 24 ? `…${set.slice(-24)}` : set;
}
