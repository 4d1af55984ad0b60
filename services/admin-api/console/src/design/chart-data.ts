/** Values over time as a chart takes them: one list of times (s since the epoch) and one list of values for each line. null: a gap. */
export type ChartData = { readonly times: readonly number[]; readonly values: readonly (readonly (number | null)[])[] };

/** Lines of `read` over the points; where steps are missing a gap of one step stands. `stepMs` is the length of a step. */
export function chartData<P extends { readonly at: number }>(
  points: readonly P[],
  stepMs: number,
  read: readonly ((point: P) => number | undefined)[],
): ChartData {
  const times: number[] = [];
  const values: (number | null)[][] = read.map(() => []);
  let last: number | undefined;
  for (const point of points) {
    if (last !== undefined && point.at - last > stepMs * 1.5) {
      times.push((last + stepMs) / 1_000);
      for (const line of values) line.push(null);
    }
    times.push(point.at / 1_000);
    read.forEach((value, index) => {
      values[index]?.push(value(point) ?? null);
    });
    last = point.at;
  }
  return { times, values };
}

/** The greatest value of a line; undefined when it has none. */
export function greatest(line: readonly (number | null)[] | undefined): number | undefined {
  const known = (line ?? []).filter((value) => value !== null);
  return known.length === 0 ? undefined : known.reduce((most, value) => Math.max(most, value));
}

/** The last value that is known. */
export function latest(line: readonly (number | null)[] | undefined): number | undefined {
  return line?.findLast((value) => value !== null) ?? undefined;
}

/** Indices of values that stand between gaps: no line goes through them. */
export function isolated(line: ArrayLike<number | null | undefined> = []): number[] {
  const isGap = (index: number): boolean => (line[index] ?? null) === null;
  return [...Array(line.length).keys()].filter((i) => !isGap(i) && isGap(i - 1) && isGap(i + 1));
}
