import type { DesiredSource } from '../../services/selector/desired-sources.ts';
import { Leadership } from '../../services/selector/leadership.ts';
import { runSource } from '../../services/selector/source-run.ts';
import { type RunnerParts, SourceRunner } from '../../services/selector/source-runner.ts';
import { openRegistry } from '../../shared/codec/schema-registry.ts';
import type { Leases } from '../../shared/redis/leases.ts';
import { createLogger } from '../../shared/runtime/log.ts';

export type OwnSelectorOptions = {
  readonly kafka: string;
  readonly registry: string;
  /** Name of the source at site sh. */
  readonly name: string;
  /** `host:port` */
  readonly host: string;
  /** All tables of it are published. */
  readonly schema: string;
};

/** A selector that runs inside the test. `reading` resolves when it reads; `done` settles when it stops. Both reject with its error. */
export type OwnSelector = {
  readonly stop: AbortController;
  readonly reading: Promise<void>;
  readonly done: Promise<void>;
};

/** What a run of the selector is given, whoever starts it. */
function partsOf({ kafka, registry }: OwnSelectorOptions) {
  process.env.OWN_SELECTOR_PASSWORD = 'lutra';
  const log = createLogger('test', 'silent');
  return {
    site: 'sh',
    kafka: { brokers: [kafka], clientId: 'own-selector', log },
    registry: openRegistry(registry),
    log,
  };
}

function desiredOf({ name, host, schema }: OwnSelectorOptions): DesiredSource {
  return {
    id: `sh.${name}`,
    name,
    database: { site: 'sh', hosts: [host], user: 'lutra', password: { env: 'OWN_SELECTOR_PASSWORD' }, partitions: 1 },
    tables: [{ from: { schema, table: '*' } }],
    revisions: {},
    pipelines: [{ uid: 'own', start: 'end', running: true }],
  };
}

export function startOwnSelector(options: OwnSelectorOptions): OwnSelector {
  const running = Promise.withResolvers<void>();
  const stop = new AbortController();
  const done = runSource(
    {
      ...partsOf(options),
      counts: new Map(),
      onWait: () => {},
      onPaused: () => {},
      onRunning: () => running.resolve(),
      desired: desiredOf(options),
    },
    stop.signal,
  );
  done.catch(() => {});
  const reading = Promise.race([running.promise, done]);
  reading.catch(() => {});
  return { stop, reading, done };
}

/** `onState`: told at each change; `leases`: left out, it is the only selector. */
export type RunnerOptions = OwnSelectorOptions &
  Pick<RunnerParts, 'onState' | 'restartAfter'> & { readonly leases?: Leases };

/** A selector inside the test that begins anew after errors and when it hangs. */
export function startOwnRunner(options: RunnerOptions): SourceRunner {
  const parts = partsOf(options);
  const desired = desiredOf(options);
  const leadership = new Leadership({
    ...{ source: desired.id, instance: 'own', leases: options.leases, busy: () => 0, log: parts.log },
    peers: { atWork: () => undefined, areHeard: true },
  });
  const { onState, restartAfter } = options;
  return new SourceRunner(
    { ...parts, instance: 'own', leadership, onState, ...(restartAfter && { restartAfter }) },
    desired,
  );
}
