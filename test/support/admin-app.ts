import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { AccessBook } from '../../services/admin-api/access/access-book.ts';
import { tokenKey, type UserRecord, userKey } from '../../services/admin-api/access/access-record.ts';
import { AccessStore } from '../../services/admin-api/access/access-store.ts';
import { newApiToken } from '../../services/admin-api/access/api-token.ts';
import { hashPassword } from '../../services/admin-api/access/password.ts';
import { type Role, roleSchema } from '../../services/admin-api/access/role.ts';
import { SetupToken } from '../../services/admin-api/access/setup-token.ts';
import { AlarmDesk } from '../../services/admin-api/alarms/alarm-desk.ts';
import { Notifier } from '../../services/admin-api/alarms/notifier.ts';
import { AuditLog } from '../../services/admin-api/audit-log.ts';
import { ChannelStore } from '../../services/admin-api/channel-store.ts';
import { readConfig } from '../../services/admin-api/config.ts';
import { DatabaseStore } from '../../services/admin-api/database-store.ts';
import { DdlDesk } from '../../services/admin-api/ddl-desk.ts';
import { EventHub } from '../../services/admin-api/observe/event-hub.ts';
import { Observatory } from '../../services/admin-api/observe/observatory.ts';
import { QuarantineDesk } from '../../services/admin-api/quarantine-desk.ts';
import { RevisionBook } from '../../services/admin-api/revision-book.ts';
import { type App, createServer } from '../../services/admin-api/server.ts';
import { StatusView } from '../../services/admin-api/status-view.ts';
import { createLogger } from '../../shared/runtime/log.ts';

/** Its Kafka is nowhere. */
export const ADMIN_ENV = {
  LUTRA_SITE: 'sh',
  LUTRA_KAFKA: '127.0.0.1:1',
  LUTRA_SITES: '{"sh":{"kafka":"127.0.0.1:1"}}',
  LUTRA_SETUP_TOKEN: 'the set-up token',
  LUTRA_SECRET_KEY: 'a secret key of thirty-two letters',
};
export const PASSWORD = 'a password of tests';

/** An admin API whose Kafka was never reached, but which knows users: one for each role, of the role's name. */
export class AdminApp implements AsyncDisposable {
  readonly app: App;
  readonly book: AccessBook;
  /** API tokens of the users. */
  readonly tokens: Readonly<Record<Role, string>>;

  private constructor(app: App, book: AccessBook, tokens: Readonly<Record<Role, string>>) {
    this.app = app;
    this.book = book;
    this.tokens = tokens;
  }

  /** `isKnown` false: the users have not been read either; `env`: further settings. */
  static async open({ isKnown = true, env = {} }: { isKnown?: boolean; env?: object } = {}): Promise<AdminApp> {
    const config = readConfig({ ...ADMIN_ENV, ...env });
    const log = createLogger('test', 'silent');
    const options = { brokers: config.brokers, clientId: 'test', log };
    const book = new AccessBook();
    const app = await createServer({
      config,
      channels: new ChannelStore(options),
      databases: new DatabaseStore(options),
      revisions: new RevisionBook(options),
      statuses: new StatusView(options, []),
      ddl: new DdlDesk(options, []),
      audit: new AuditLog(options),
      quarantine: new QuarantineDesk(options, []),
      observatory: new Observatory(options, config),
      alarms: new AlarmDesk({
        kafka: options,
        notifier: new Notifier(undefined),
        world: () => undefined,
        duty: { isMine: true },
      }),
      events: new EventHub(),
      access: new AccessStore(options, isKnown ? book : undefined),
      setup: new SetupToken(config.setupToken),
      log,
    });
    const passwordHash = await hashPassword(PASSWORD);
    const tokens = roleSchema.options.map((role) => {
      const admin = new AdminApp(app, book, { viewer: '', operator: '', admin: '' });
      admin.putUser({ name: role, role, passwordHash });
      return [role, admin.putToken(role, role)];
    });
    return new AdminApp(app, book, Object.fromEntries(tokens));
  }

  putUser(user: Pick<UserRecord, 'name' | 'role' | 'passwordHash'> & Partial<UserRecord>): void {
    const whole = { mustChangePassword: false, isDisabled: false, epoch: 1, createdAt: 1, ...user };
    this.book.accept(userKey(user.name), Buffer.from(JSON.stringify(whole)));
  }

  /** Resolves to the text of a new token. */
  putToken(owner: string, role: Role, more: object = {}): string {
    const { id, text, secretHash } = newApiToken();
    const record = { id, name: 'of a test', owner, role, secretHash, createdAt: 2, ...more };
    this.book.accept(tokenKey(id), Buffer.from(JSON.stringify(record)));
    return text;
  }

  /** A request by a token; undefined: by nobody. */
  call(request: InjectOptions, token?: string): Promise<LightMyRequestResponse> {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return this.app.inject({ ...request, headers: { ...authorization, ...request.headers } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app.close();
  }
}
