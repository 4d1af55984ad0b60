/** Exponents of ten between which the servers print a DOUBLE without `e`. */
const LEAST_POINT = -14;
const MOST_POINT = 15;

/** A finite DOUBLE in the fewest digits that give it back, laid out as MySQL and MariaDB print it: `1.5`, `0.00001`, `1.2e17`. Source: MySQL `strings/dtoa.cc`, my_gcvt. */
export function doubleText(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e-5 && size < 1e15) return String(value);
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', exponent = ''] = size.toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const point = Number(exponent) + 1;
  const sign = value < 0 ? '-' : '';
  if (point >= LEAST_POINT && point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point > 0 && point < digits.length) return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
  if (point > 0 && point <= MOST_POINT) return `${sign}${digits.padEnd(point, '0')}`;
  return `${sign}${mantissa}e${Number(exponent)}`;
}

/** The same as it stands in a JSON document: with a fraction always, which tells it from an integer. */
export function jsonDoubleText(value: number): string {
  const text = doubleText(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
