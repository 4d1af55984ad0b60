/** Bits of sql_mode in the log that change what a DDL statement means. Source: MySQL `sql/system_variables.h`, MariaDB `sql/sql_class.h`: both agree on these. */
const MODES: readonly (readonly [bit: number, name: string])[] = [
  [0, 'REAL_AS_FLOAT'],
  [1, 'PIPES_AS_CONCAT'],
  [2, 'ANSI_QUOTES'],
  [3, 'IGNORE_SPACE'],
  [6, 'NO_UNSIGNED_SUBTRACTION'],
  [19, 'NO_AUTO_VALUE_ON_ZERO'],
  [20, 'NO_BACKSLASH_ESCAPES'],
  [21, 'STRICT_TRANS_TABLES'],
  [22, 'STRICT_ALL_TABLES'],
  [23, 'NO_ZERO_IN_DATE'],
  [24, 'NO_ZERO_DATE'],
  [25, 'ALLOW_INVALID_DATES'],
  [26, 'ERROR_FOR_DIVISION_BY_ZERO'],
  [29, 'HIGH_NOT_PRECEDENCE'],
  [30, 'NO_ENGINE_SUBSTITUTION'],
];

/** The names of the modes, as SET takes them. */
export function sqlModeText(bits: number): string {
  return MODES.filter(([bit]) => Math.floor(bits / 2 ** bit) % 2 === 1)
    .map(([, name]) => name)
    .join(',');
}
