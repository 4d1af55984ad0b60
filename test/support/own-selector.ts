import { runSource } from '../../services/selector/source-run.ts';
import { openRegistry } from '../../shared/codec/schema-registry.ts';
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

export function startOwnSelector(options: OwnSelectorOptions): OwnSelector {
  process.env.OWN_SELECTOR_PASSWORD = 'lutra';
  const running = Promise.withResolvers<void>();
  const stop = new AbortController();
  const log = createLogger('test', 'silent');
  const done = runSource(
    {
      site: 'sh',
      kafka: { brokers: [options.kafka], clientId: 'own-selector', log },
      registry: openRegistry(options.registry),
      log,
      counts: new Map(),
      onWait: () => {},
      onPaused: () => {},
      onRunning: () => running.resolve(),
      desired: {
        id: `sh.${options.name}`,
        name: options.name,
        database: {
          site: 'sh',
          hosts: [options.host],
          user: 'lutra',
          password: { env: 'OWN_SELECTOR_PASSWORD' },
          partitions: 1,
        },
        tables: [{ from: { schema: options.schema, table: '*' } }],
        revisions: {},
        pipelines: [{ uid: 'own', start: 'end', running: true }],
      },
    },
    stop.signal,
  );
  done.catch(() => {});
  const reading = Promise.race([running.promise, done]);
  reading.catch(() => {});
  return { stop, reading, done };
}
