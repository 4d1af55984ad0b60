import { parseArgs } from 'node:util';

export type SoakOptions = {
  /** How long the load lasts, and with it the outage of the stopped target. */
  readonly minutes: number;
  /** Single-row transactions a second. */
  readonly rate: number;
  /** Instead of the load: gigabytes that pile up before a stopped target. */
  readonly backlogGb: number | undefined;
};

export const USAGE = `usage: npm run soak [-- OPTIONS]
  --minutes M    minutes of load (60)
  --rate N       single-row transactions a second (500)
  --backlog GB   instead of the load: gigabytes of log and topic that pile up before a stopped target, then its release
A stack of its own stands in .stack/soak (.stack/backlog) meanwhile, at a free block of ports. The last line is the verdict; the exit code is 0 when it is ok.`;

/** Reads the command line; the usage when it asks for it. Errors: a sentence about the option that is wrong. */
export function readSoakOptions(args: readonly string[]): SoakOptions | string {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '60' },
      rate: { type: 'string', default: '500' },
      backlog: { type: 'string' },
      help: { type: 'boolean', default: false, short: 'h' },
    },
  });
  if (values.help) return USAGE;
  return {
    minutes: above0('minutes', values.minutes),
    rate: above0('rate', values.rate),
    backlogGb: values.backlog === undefined ? undefined : above0('backlog', values.backlog),
  };
}

function above0(name: string, text: string): number {
  if (/^\d{1,6}(\.\d{1,3})?$/.test(text) && Number(text) > 0) return Number(text);
  throw new Error(`--${name} is "${text}"; write a number above 0.`);
}
