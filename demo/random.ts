/** Numbers that follow from a seed (mulberry32), so that a run can be repeated with the same choices. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to limit - 1. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }

  /** `12.34`, up to 99999.99. */
  money(): string {
    return `${this.below(100_000)}.${String(this.below(100)).padStart(2, '0')}`;
  }

  /** Takes one out of the list; undefined when it is empty. */
  take<T>(list: T[]): T | undefined {
    const at = this.below(list.length);
    const taken = list[at];
    const last = list.pop();
    if (at < list.length && last !== undefined) list[at] = last;
    return taken;
  }
}
