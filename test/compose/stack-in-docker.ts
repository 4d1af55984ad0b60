/** The stack of docker-compose.yml on an engine of our own. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { adminToken } from '../../stack/access.ts';
import { PROJECT_ROOT } from '../../stack/config.ts';
import { StackError } from '../../stack/errors.ts';
import { DEFAULT_DATABASES, layout, type Place, parseDatabases } from '../../stack/layout.ts';
import { type CommandResult, runCommand, tryCommand } from './command.ts';
import type { Engine } from './engine.ts';

const PROJECT = 'lutra-compose-test';
const FIRST_USER = { user: 'admin', password: 'lutra-compose', setupToken: 'lutra-set-up' } as const;
const HEALTH_LIMIT_MS = 300_000;
const POLL_MS = 1000;

/** Every place of the compose file: those of the native stack. */
export const PLACES: readonly Place[] = layout(parseDatabases(DEFAULT_DATABASES));

/** The variable that holds a place's published port. */
export function portVariable(name: string): string {
  return `LUTRA_PORT_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** A state of a container, as the engine tells it. */
export type ContainerState = { readonly id: string; readonly status: string; readonly health: string };

const ABSENT: ContainerState = { id: '', status: 'absent', health: 'none' };
/** Service, id, status, health. */
const STATE =
  '{{index .Config.Labels "com.docker.compose.service"}} {{.Id}} {{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}}';

/** The containers of the file, up between `up` and the end of the block that owns this. */
export class StackInDocker {
  readonly #engine: Engine;
  readonly #basePort: number;
  readonly #image: string;

  constructor(engine: Engine, basePort: number, image: string) {
    this.#engine = engine;
    this.#basePort = basePort;
    this.#image = image;
  }

  /** Runs `docker-compose` to its end on the project's file; `from` is a command line whose output it reads. */
  compose(args: readonly string[], from: readonly string[] = []): Promise<CommandResult> {
    return tryCommand(this.#line(args), { env: this.#env(), from });
  }

  /** `up -d`; what runs already stays as it is. Throws with the log of a container that is not healthy. */
  async up(): Promise<void> {
    const { code, said } = await this.compose(['up', '-d', '--no-build']);
    if (code === 0) return;
    const sick = [...(await this.states())].find(([, { id, health }]) => id !== '' && health !== 'healthy');
    if (sick) throw await this.#sickness(...sick);
    throw new StackError(`"docker-compose up" failed (${code}). It said:\n${said.trim()}`);
  }

  /** `host:port` at which the machine reaches a service. */
  address(name: string): string {
    const offset = PLACES.find((place) => place.name === name)?.offsets[0];
    if (offset === undefined) throw new StackError(`${name} publishes no port.`);
    return `127.0.0.1:${this.#basePort + offset}`;
  }

  /** Every service with its container's state. */
  async states(): Promise<ReadonlyMap<string, ContainerState>> {
    const states = new Map(PLACES.map(({ name }): [string, ContainerState] => [name, ABSENT]));
    const filter = `label=com.docker.compose.project=${PROJECT}`;
    const ids = (await this.#engine.docker(['ps', '-aq', '--no-trunc', '--filter', filter])).trim();
    if (ids === '') return states;
    for (const line of (await this.#engine.docker(['inspect', '--format', STATE, ...ids.split('\n')]))
      .trim()
      .split('\n')) {
      const [service = '', id = '', status = '', health = ''] = line.split(' ');
      states.set(service, { id, status, health });
    }
    return states;
  }

  /** Resolves when every container is healthy; throws with the log of one that is not in time. */
  async waitHealthy(): Promise<void> {
    const deadline = performance.now() + HEALTH_LIMIT_MS;
    for (;;) {
      const sick = [...(await this.states())].filter(([, { health }]) => health !== 'healthy');
      const [first] = sick;
      if (!first) return;
      if (performance.now() > deadline) throw await this.#sickness(first[0], first[1]);
      await delay(POLL_MS);
    }
  }

  /** `kill -9` of a service's container, which the engine does not start again by itself; then it is started. */
  async killAndStart(service: string): Promise<void> {
    await runCommand(this.#line(['kill', '-s', 'SIGKILL', service]), { env: this.#env() });
    await runCommand(this.#line(['start', service]), { env: this.#env() });
  }

  /** Writes the logs of every container to a file. */
  async writeLogs(file: string): Promise<void> {
    writeFileSync(file, (await this.compose(['logs', '--no-color', '--timestamps'])).output);
  }

  /** What the command line in the image says of every channel. */
  async channelStatus(): Promise<string> {
    const token = `LUTRA_TOKEN=${await this.adminToken()}`;
    return (await this.compose(['exec', '-T', '-e', token, 'admin-api', 'node', 'bin/lutra.js', 'status'])).said.trim();
  }

  /** A token of the first user, who is made with the file's set-up token. */
  adminToken(): Promise<string> {
    return adminToken(`http://${this.address('admin-api')}`, FIRST_USER);
  }

  /** The end of a service's log. */
  async log(service: string, lines = 20): Promise<string> {
    return (await this.compose(['logs', '--no-color', '--tail', String(lines), service])).output.trim();
  }

  /** Takes away containers, network and data, also those that a run left which was killed. */
  async clear(): Promise<void> {
    await runCommand(this.#line(['down', '--timeout', '5', '--volumes', '--remove-orphans']), { env: this.#env() });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.clear();
  }

  async #sickness(service: string, { id, status, health }: ContainerState): Promise<StackError> {
    const log = await this.log(service);
    const check = (await this.#engine.docker(['inspect', '--format', '{{json .State.Health.Log}}', id])).slice(-500);
    return new StackError(`${service} is ${status} and ${health}; its check: ${check}. Its log ends with:\n${log}`);
  }

  #line(args: readonly string[]): readonly string[] {
    const file = join(PROJECT_ROOT, 'docker-compose.yml');
    return ['docker-compose', '--project-name', PROJECT, '--file', file, ...args];
  }

  #env(): NodeJS.ProcessEnv {
    const ports = PLACES.flatMap(({ name, offsets: [offset] }) =>
      offset === undefined ? [] : [[portVariable(name), String(this.#basePort + offset)]],
    );
    return { ...this.#engine.env, LUTRA_IMAGE: this.#image, ...Object.fromEntries(ports) };
  }
}
