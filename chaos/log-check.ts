import { existsSync, readFileSync } from 'node:fs';
import { isErrorCode, ReplicationError } from '../shared/runtime/errors.ts';
import type { StackHandle } from '../stack/api.ts';

const SERVICES = ['selector-sh', 'loader-us', 'loader-sh', 'admin-api'];
/** What the loader logs when a row of an update was not there and the like. */
const DRIFT = 'the target was not as the stream expects it';

export type LogFindings = {
  /** Error codes of all services, with how often each was logged. */
  readonly codes: ReadonlyMap<string, number>;
  /** Sentences about what must not have happened. */
  readonly violations: readonly string[];
};

/** Reads the logs of the services: whatever faults do, no error may ask for a person, and the target is always as the stream expects it. */
export function checkLogs(stack: StackHandle): LogFindings {
  const codes = new Map<string, number>();
  const violations = new Map<string, number>();
  const add = (to: Map<string, number>, word: string): void => void to.set(word, (to.get(word) ?? 0) + 1);
  for (const name of SERVICES) {
    for (const line of linesOf(stack.process(name).log)) {
      if (line.msg === DRIFT) add(violations, `${name}: ${line.kind} in ${line.table}, ${line.rows} rows`);
      if (typeof line.code !== 'string' || !isErrorCode(line.code)) continue;
      add(codes, line.code);
      const { treatment } = new ReplicationError(line.code, '', '');
      if (treatment === 'block' || line.code === 'UNEXPECTED')
        add(violations, `${name}: ${line.code} ${line.error ?? line.msg ?? ''}`);
    }
  }
  return {
    codes,
    violations: [...violations].map(([sentence, times]) => (times === 1 ? sentence : `${sentence} (${times} times)`)),
  };
}

type LogLine = {
  readonly code?: unknown;
  readonly msg?: string;
  readonly error?: string;
  readonly kind?: string;
  readonly table?: string;
  readonly rows?: number;
};

/** The JSON lines of a log and of the one that was set aside before it; a line that a kill cut short is left out. */
function linesOf(file: string): LogLine[] {
  return [`${file}.1`, file].filter(existsSync).flatMap((each) =>
    readFileSync(each, 'utf8')
      .split('\n')
      .flatMap((text): LogLine[] => {
        try {
          return text.startsWith('{') ? [JSON.parse(text)] : [];
        } catch {
          return [];
        }
      }),
  );
}
