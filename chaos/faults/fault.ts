/** Something that goes wrong with one thing, and is mended later. */
export type Fault = {
  /** `kill loader-us` */
  readonly name: string;
  /** `kill` */
  readonly kind: string;
  /** What it happens to; two faults of one thing never overlap. */
  readonly thing: string;
  /** How often it is chosen, beside the others. */
  readonly weight: number;
  /** Longest time that it lasts, ms; 0: it is over at once. */
  readonly longestMs: number;
  /** Shortest time, ms; absent: a moment. */
  readonly leastMs?: number;
  inject(): Promise<void>;
  /** Resolves when the cause is gone; what suffered may still be recovering. */
  heal(): Promise<void>;
};
