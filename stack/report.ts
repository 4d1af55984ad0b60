/** Lines that tell a person what the stack does. */
export type Report = {
  /** Says one line. */
  line(text: string): void;
  /** Runs `work`, saying its name, every ten seconds that it still runs, and how long it took. */
  step<T>(name: string, work: () => Promise<T>): Promise<T>;
};

const STILL_EVERY_MS = 10_000;

/** A report that writes lines to `write`. */
export function lineReport(write: (line: string) => void): Report {
  return {
    line: write,
    async step(name, work) {
      const start = performance.now();
      write(`${name} ...`);
      const still = setInterval(() => write(`${name} ... ${seconds(start)}`), STILL_EVERY_MS);
      try {
        const result = await work();
        write(`${name}  done  ${seconds(start)}`);
        return result;
      } finally {
        clearInterval(still);
      }
    },
  };
}

/** A report that says nothing. */
export const silentReport: Report = { line: () => {}, step: (_name, work) => work() };

/** `2.3 s` since a `performance.now()`. */
export function seconds(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}
