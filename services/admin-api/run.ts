import { kafkaProbe } from '../../shared/control/probes.ts';
import { SelfReport } from '../../shared/control/self-report.ts';
import { ReplicationError } from '../../shared/runtime/errors.ts';
import type { Logger, LogTap } from '../../shared/runtime/log.ts';
import { AccessStore } from './access/access-store.ts';
import { SetupToken } from './access/setup-token.ts';
import { AlarmDesk } from './alarms/alarm-desk.ts';
import { Notifier } from './alarms/notifier.ts';
import { watchWorld } from './alarms/world.ts';
import { AuditLog } from './audit-log.ts';
import { ChannelStore } from './channel-store.ts';
import type { AdminConfig } from './config.ts';
import { DatabaseStore } from './database-store.ts';
import { DdlDesk } from './ddl-desk.ts';
import { EventHub } from './observe/event-hub.ts';
import { tellLive } from './observe/live-events.ts';
import { Observatory } from './observe/observatory.ts';
import { QuarantineDesk } from './quarantine-desk.ts';
import { RevisionBook } from './revision-book.ts';
import { type App, createServer } from './server.ts';
import { StatusView } from './status-view.ts';

/**
 * Listens and follows Kafka until the signal. Kafka may be away at any time; requests then say so.
 * Errors: SETTING_INVALID when the port cannot be had. `onListening` is told the port, for tests that ask for port 0.
 */
export async function runAdminApi(
  config: AdminConfig,
  log: Logger,
  signal: AbortSignal,
  onListening: (port: number) => void = () => {},
  tap?: LogTap,
): Promise<void> {
  const { brokers, kafkaSecurity: security } = config;
  const options = { brokers, clientId: `lutra-admin-api-${config.site}`, log, security };
  await using channels = new ChannelStore(options);
  await using databases = new DatabaseStore(options);
  await using revisions = new RevisionBook(options);
  const statuses = new StatusView(options, config.sites.keys());
  await using ddl = new DdlDesk(options, config.sites.keys());
  await using quarantine = new QuarantineDesk(options, config.sites.keys());
  await using audit = new AuditLog(options);
  await using access = new AccessStore(options);
  const setup = new SetupToken(config.setupToken);
  using observatory = new Observatory(options, config);
  const world = watchWorld({ channels, statuses });
  await using alarms = new AlarmDesk({ kafka: options, notifier: new Notifier(config.mail), world });
  const events = new EventHub();
  const self = new SelfReport({
    kafka: options,
    who: { role: 'admin-api', site: config.site, instance: config.instance },
    probes: () => [...config.sites].map(([site, { brokers }]) => kafkaProbe(site, { ...options, brokers })),
    tap,
  });
  const app = await createServer({
    config,
    channels,
    databases,
    revisions,
    statuses,
    ddl,
    quarantine,
    audit,
    observatory,
    access,
    setup,
    alarms,
    events,
    self,
    log,
  });
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  tellLive({ channels, statuses, alarms, hub: events }, both);
  const views = [channels, databases, revisions, statuses, ddl, quarantine, audit, observatory, alarms];
  const sayWhenEmpty = (): void => {
    if (access.book.users.length > 0) return;
    const token = setup.printed();
    if (token !== undefined) process.stdout.write(`${token}\n`);
    log.warn(setup.announcement());
  };
  if (config.secretKey === undefined)
    log.warn('LUTRA_SECRET_KEY is not set: sessions end with this process and are not known to other admin APIs');
  const following = Promise.all([...views.map((view) => view.run(both)), access.run(both, sayWhenEmpty)]);
  try {
    onListening(await listen(app, config, log));
    await following;
  } finally {
    stop.abort();
    await app.close();
    await following;
    await self.close();
  }
}

async function listen(app: App, { httpHost: host, httpPort: port }: AdminConfig, log: Logger): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new ReplicationError(
      'SETTING_INVALID',
      `the admin API cannot listen at ${host}:${port}: ${text}`,
      'stop what uses the port, or set LUTRA_HTTP_PORT (and LUTRA_HTTP_HOST) to a free one',
      error,
    );
  }
  const address = app.server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  log.info({ host, port: bound }, 'listening');
  return bound;
}
