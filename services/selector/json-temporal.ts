/** Dates and times inside JSON documents: 64 bits packed, printed with six digits of fraction. Source: MySQL `my_time.cc`, TIME_…_from_packed. */
export function jsonTemporalText(kind: 'date' | 'time' | 'datetime', packed: bigint): string {
  const size = packed < 0n ? -packed : packed;
  const sign = packed < 0n ? '-' : '';
  const whole = Number(size >> 24n);
  const fraction = `.${String(Number(size & 0xff_ffffn)).padStart(6, '0')}`;
  const minute = two((whole >> 6) & 63);
  const second = two(whole & 63);
  if (kind === 'time') return `${sign}${two((whole >> 12) & 1023)}:${minute}:${second}${fraction}`;
  const days = Math.floor(whole / 2 ** 17);
  const months = days >> 5;
  const date = `${String(Math.floor(months / 13)).padStart(4, '0')}-${two(months % 13)}-${two(days & 31)}`;
  return kind === 'date' ? date : `${date} ${two((whole >> 12) & 31)}:${minute}:${second}${fraction}`;
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}
