import { parseArgs } from 'node:util';

export type ChaosOptions = {
  readonly seed: number;
  /** How long faults are injected. */
  readonly minutes: number;
  /** Kinds (`kill`) or names (`kill loader-us`) of faults; empty: all. */
  readonly faults: readonly string[];
  /** Seconds from one fault to the next, on average. */
  readonly everySeconds: number;
  /** Source transactions a second, over all sources. */
  readonly rate: number;
  /** Round trip between the sites in ms, for the whole run. */
  readonly rttMs: number;
  /** Percent of all packets between the sites that are dropped, for the whole run. */
  readonly lossPercent: number;
};

export const USAGE = `usage: npm run chaos [-- OPTIONS]
  --seed N         seed of faults and workload (a new one each time); the same seed, minutes, every and faults give the same plan
  --minutes M      minutes of faults (2)
  --faults LIST    kinds or names of faults, separated by commas: kill,"cut us>kafka-sh" (all; none: no fault)
  --every S        seconds from one fault to the next, on average (4)
  --rate N         source transactions a second (60)
  --rtt MS         round trip between the sites, besides what faults do (0)
  --loss PERCENT   packets between the sites that are dropped, in a network namespace of its own; needs root (0)
  --list           print the faults and end
A stack of its own stands in .stack/chaos meanwhile, at a free block of ports. The last line is the verdict; the exit code is 0 when it is ok.`;

/** Reads the command line. Errors: a sentence about the option that is wrong. */
export function readOptions(args: readonly string[]): ChaosOptions | 'help' | 'list' {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: text,
      minutes: text,
      faults: text,
      every: text,
      rate: text,
      rtt: text,
      loss: text,
      list: flag,
      help: { ...flag, short: 'h' },
    },
  });
  if (values.help) return 'help';
  if (values.list) return 'list';
  return {
    seed: number('seed', values.seed, Math.floor(Math.random() * 1_000_000)),
    minutes: number('minutes', values.minutes, 2),
    faults: (values.faults ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
    everySeconds: number('every', values.every, 4),
    rate: number('rate', values.rate, 60),
    rttMs: number('rtt', values.rtt, 0),
    lossPercent: number('loss', values.loss, 0),
  };
}

function number(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (/^\d{1,9}(\.\d{1,3})?$/.test(text) && (name === 'seed' || Number(text) > 0)) return Number(text);
  throw new Error(`--${name} is "${text}"; write a number above 0.`);
}
