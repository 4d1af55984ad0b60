/** An Avro name for any SQL name: characters outside [A-Za-z0-9_], and a leading digit, become `_xHEX_`. */
export function avroName(sqlName: string): string {
  return [...sqlName]
    .map((char, i) =>
      /[A-Za-z_]/.test(char) || (i > 0 && /[0-9]/.test(char)) ? char : `_x${char.codePointAt(0)?.toString(16)}_`,
    )
    .join('');
}
