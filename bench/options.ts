import { parseArgs } from 'node:util';

/** The three parts of the benchmark. */
export const PARTS = ['catchup', 'steady', 'huge'] as const;
export type Part = (typeof PARTS)[number];

export type BenchOptions = {
  readonly parts: readonly Part[];
  /** Rows of the backlog of 10-row transactions. */
  readonly rows: number;
  /** Transactions of the backlog of single-row transactions. */
  readonly transactions: number;
  /** Times that every leg runs. */
  readonly runs: number;
  /** Catch-up across MirrorMaker to the other site as well. */
  readonly mirror: boolean;
  /** Single-row transactions a second of the steady loads. */
  readonly rates: readonly number[];
  /** Measured seconds of each steady load. */
  readonly seconds: number;
  /** Rows of the one huge transaction. */
  readonly hugeRows: number;
};

export const USAGE = `usage: npm run bench [-- OPTIONS]
  --quick              a short run of everything, about two minutes; its figures only show that all works
  --only PART          catchup, steady or huge; may be given several times
  --rows N             rows of the backlog of 10-row transactions (500000)
  --transactions N     rows of the backlog of single-row transactions (150000)
  --runs N             times that every leg runs; the table shows the median (2)
  --mirror             catch-up across MirrorMaker to the other site as well
  --seconds N          measured seconds of each steady load (25)
  --rate N             transactions a second of a steady load; may be given several times (100 and 5000)
  --huge               one transaction of 5,000,000 rows instead of 1,000,000
A stack of its own stands in .stack/bench meanwhile, at a free block of ports.`;

const FULL = { rows: 500_000, transactions: 150_000, runs: 2, seconds: 25, hugeRows: 1_000_000 };
const QUICK = { rows: 60_000, transactions: 20_000, runs: 1, seconds: 4, hugeRows: 100_000 };
const HUGE_ROWS = 5_000_000;
const RATES = ['100', '5000'];

/** Reads the command line; undefined when help was asked for. Errors: a sentence about the option that is wrong. */
export function readOptions(args: readonly string[]): BenchOptions | undefined {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: flag,
      mirror: flag,
      huge: flag,
      help: { ...flag, short: 'h' },
      only: { ...text, multiple: true },
      rate: { ...text, multiple: true },
      rows: text,
      transactions: text,
      runs: text,
      seconds: text,
    },
  });
  if (values.help) return undefined;
  const defaults = values.quick ? QUICK : FULL;
  return {
    parts: values.only?.map(partOf) ?? PARTS,
    rows: whole('rows', values.rows, defaults.rows),
    transactions: whole('transactions', values.transactions, defaults.transactions),
    runs: whole('runs', values.runs, defaults.runs),
    mirror: values.mirror,
    rates: (values.rate ?? RATES).map((rate) => whole('rate', rate, 0)),
    seconds: whole('seconds', values.seconds, defaults.seconds),
    hugeRows: values.huge ? HUGE_ROWS : defaults.hugeRows,
  };
}

function partOf(text: string): Part {
  const part = PARTS.find((known) => known === text);
  if (part === undefined) throw new Error(`--only is "${text}"; write one of ${PARTS.join(', ')}.`);
  return part;
}

function whole(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text);
  throw new Error(`--${name} is "${text}"; write a whole number above 0.`);
}
