import { fastifySwagger } from '@fastify/swagger';
import { type FastifySchemaCompiler, fastify } from 'fastify';
import { jsonSchemaTransform, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { SelfReport } from '../../shared/control/self-report.ts';
import type { Logger } from '../../shared/runtime/log.ts';
import type { AccessStore } from './access/access-store.ts';
import { guard } from './access/gate.ts';
import { LoginLimits } from './access/login-limits.ts';
import type { SetupToken } from './access/setup-token.ts';
import type { AlarmDesk } from './alarms/alarm-desk.ts';
import type { AuditLog } from './audit-log.ts';
import type { ChannelStore } from './channel-store.ts';
import type { AdminConfig } from './config.ts';
import type { DatabaseStore } from './database-store.ts';
import type { DdlDesk } from './ddl-desk.ts';
import { idempotency } from './idempotency.ts';
import type { EventHub } from './observe/event-hub.ts';
import type { Observatory } from './observe/observatory.ts';
import { answerError, answerUnknownRoute } from './problem-reply.ts';
import type { QuarantineDesk } from './quarantine-desk.ts';
import type { RevisionBook } from './revision-book.ts';
import { alarmRoutes } from './routes/alarms.ts';
import { applyRoutes } from './routes/apply.ts';
import { auditRoutes } from './routes/audit.ts';
import { channelRoutes } from './routes/channels.ts';
import { checkRoutes } from './routes/check.ts';
import { consoleRoutes } from './routes/console.ts';
import { databaseRoutes } from './routes/databases.ts';
import { ddlRoutes } from './routes/ddl.ts';
import { docsRoutes } from './routes/docs.ts';
import { eventRoutes } from './routes/events.ts';
import { exportRoutes } from './routes/export.ts';
import { historyRoutes } from './routes/history.ts';
import { logRoutes } from './routes/logs.ts';
import { nodeRoutes } from './routes/nodes.ts';
import { oidcRoutes } from './routes/oidc.ts';
import { operationRoutes } from './routes/operations.ts';
import { overviewRoutes } from './routes/overview.ts';
import { positionRoutes } from './routes/positions.ts';
import { quarantineRoutes } from './routes/quarantine.ts';
import { revisionRoutes } from './routes/revisions.ts';
import { seekRoutes } from './routes/seek.ts';
import { sessionRoutes } from './routes/session.ts';
import { stateRoutes } from './routes/state.ts';
import { statusRoutes } from './routes/status.ts';
import { tableRoutes } from './routes/tables.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { userRoutes } from './routes/users.ts';
import type { StatusView } from './status-view.ts';
import { Telemetry } from './telemetry.ts';

export type AdminParts = {
  readonly config: AdminConfig;
  readonly channels: ChannelStore;
  readonly databases: DatabaseStore;
  readonly revisions: RevisionBook;
  readonly statuses: StatusView;
  readonly ddl: DdlDesk;
  readonly audit: AuditLog;
  readonly quarantine: QuarantineDesk;
  readonly observatory: Observatory;
  readonly access: AccessStore;
  readonly setup: SetupToken;
  readonly alarms: AlarmDesk;
  readonly events: EventHub;
  /** What this process tells about itself; its metrics stand among those of the API. */
  readonly self?: Pick<SelfReport, 'registerMetrics'>;
  readonly log: Logger;
};

const BODY_LIMIT_BYTES = 1 << 20;
const DOCUMENT_TYPES = ['application/json', 'application/yaml', 'application/x-yaml', 'text/yaml', 'text/plain'];

/** The HTTP application over its parts; tests use it through `inject`. It neither listens nor owns the parts. */
export async function createServer(parts: AdminParts): Promise<App> {
  const app = createApp(parts);
  const telemetry = new Telemetry(parts);
  app.setErrorHandler(answerError(parts.log));
  app.setNotFoundHandler(answerUnknownRoute);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(DOCUMENT_TYPES, { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.setValidatorCompiler((route) =>
    // NOTE bodies are documents: they are read with places in the text by parseChannelDocuments.
    route.httpPart === 'body' ? (value: unknown) => ({ value }) : compileQuery(route),
  );
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  app.addHook('onResponse', async (request, reply) => telemetry.answered(request, reply));
  await guard(app, parts.config, parts.access);
  await app.register(fastifySwagger, { openapi: OPENAPI, transform: jsonSchemaTransform });
  await app.register(async (scope: App) => {
    const limits = new LoginLimits();
    sessionRoutes(scope, parts, limits);
    oidcRoutes(scope, parts, limits);
    userRoutes(scope, parts);
    tokenRoutes(scope, parts);
    idempotency(scope);
    operationRoutes(scope, parts, telemetry);
    channelRoutes(scope, parts);
    databaseRoutes(scope, parts);
    applyRoutes(scope, parts);
    revisionRoutes(scope, parts);
    exportRoutes(scope, parts);
    stateRoutes(scope, parts);
    statusRoutes(scope, parts);
    ddlRoutes(scope, parts);
    positionRoutes(scope, parts);
    seekRoutes(scope, parts);
    auditRoutes(scope, parts);
    quarantineRoutes(scope, parts);
    checkRoutes(scope, parts);
    tableRoutes(scope, parts);
    nodeRoutes(scope, parts);
    logRoutes(scope, parts);
    docsRoutes(scope);
    historyRoutes(scope, parts);
    alarmRoutes(scope, parts);
    eventRoutes(scope, parts);
    overviewRoutes(scope, parts);
    await consoleRoutes(scope);
  });
  await app.ready();
  return app;
}

const compileQuery = validatorCompiler as FastifySchemaCompiler<unknown>;

const OPENAPI = {
  openapi: '3.1.0' as const,
  info: {
    title: 'Lutra admin API',
    description: 'Channels of Lutra: what they should do, what they do, and whether their databases are fit for it.',
    version: '1',
  },
  tags: [
    { name: 'channels', description: 'Desired state' },
    { name: 'databases', description: 'Where rows come from and go to' },
    { name: 'status', description: 'Observed state' },
    { name: 'ddl', description: 'Statements of the sources and decisions about them' },
    { name: 'quarantine', description: 'Rows that targets refuse and decisions about them' },
    { name: 'check', description: 'Source check and target check' },
    { name: 'observe', description: 'Processes, links, logs, history, events' },
    { name: 'access', description: 'Sessions, users and API tokens' },
    { name: 'alarms', description: 'What is wrong, and who is told' },
    { name: 'operation', description: 'Health, metrics, schemas' },
  ],
};

function createApp({ config: { tls, trustProxy }, log }: Pick<AdminParts, 'config' | 'log'>) {
  return fastify({
    https: tls ?? null,
    trustProxy: trustProxy.length === 0 ? false : [...trustProxy],
    frameworkErrors: answerError(log),
    bodyLimit: BODY_LIMIT_BYTES,
    routerOptions: { maxParamLength: 256, ignoreTrailingSlash: true },
    requestTimeout: 30_000,
    forceCloseConnections: true,
    return503OnClosing: true,
  }).withTypeProvider<ZodTypeProvider>();
}
export type App = ReturnType<typeof createApp>;
