/** The stack of docker-compose.yml on an engine of our own. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parse } from 'yaml';
import { PROJECT_ROOT } from '../../stack/config.ts';
import { StackError } from '../../stack/errors.ts';
import { DEFAULT_DATABASES, layout, type Place, parseDatabases } from '../../stack/layout.ts';
import { type CommandResult, runCommand, tryCommand } from './command.ts';
import type { Engine } from './engine.ts';

const PROJECT = 'lutra-compose-test';
const HEALTH_LIMIT_MS = 300_000;
const POLL_MS = 500;

/** Every place of the compose file: those of the native stack. */
export const PLACES: readonly Place[] = layout(parseDatabases(DEFAULT_DATABASES));

/** The variable that holds a place's published port. */
export function portVariable(name: string): string {
  return `LUTRA_PORT_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** A state of a container, as the engine tells it. */
export type ContainerState = { readonly id: string; readonly status: string; readonly health: string };

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
    const services = (await this.compose(['config', '--services'])).output.trim().split('\n');
    const states = new Map<string, ContainerState>();
    for (const service of services) states.set(service, await this.#stateOf(service));
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

  /** The end of a service's log. */
  async log(service: string, lines = 20): Promise<string> {
    return (await this.compose(['logs', '--no-color', '--tail', String(lines), service])).output.trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await runCommand(this.#line(['down', '--volumes', '--remove-orphans']), { env: this.#env() });
  }

  async #stateOf(service: string): Promise<ContainerState> {
    const id = (await this.compose(['ps', '-q', service])).output.trim();
    if (id === '') return { id, status: 'absent', health: 'none' };
    const said = await this.#engine.docker(['inspect', '--format', '{{json .State}}', id]);
    const state: { Status?: string; Health?: { Status?: string } } = parse(said);
    return { id, status: state.Status ?? 'unknown', health: state.Health?.Status ?? 'none' };
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
