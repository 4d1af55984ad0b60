import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { askBrokers } from '../../shared/kafka/ask-brokers.ts';
import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import type { KafkaSecurity } from '../../shared/runtime/kafka-settings.ts';
import { createLogger } from '../../shared/runtime/log.ts';
import type { StackHandle } from '../../stack/api.ts';
import { readConfig, type StackConfig } from '../../stack/config.ts';
import { javaCommand } from '../../stack/install/java.ts';
import { brokerProperties } from '../../stack/processes/broker.ts';
import { kafkaArguments, properties } from '../../stack/processes/jvm.ts';
import type { Certificates } from './certificates.ts';
import { eventually } from './eventually.ts';

const HEAP_MB = 384;
const MODULES = 'org.apache.kafka.common.security';
const log = createLogger('test', 'silent');

export type Ports = {
  /** SASL over TLS: SCRAM-SHA-256 and PLAIN. */
  readonly sasl: number;
  /** TLS that asks for a certificate of the client. */
  readonly mutual: number;
  /** Neither TLS nor a user. */
  readonly plain: number;
  readonly controller: number;
};

/**
 * A broker, a cluster of its own, whose certificate is of `localhost`. `root` may do everything, `lutra` what its ACLs say (SCRAM-SHA-256, passwords as
 * given), `plain` (PLAIN, password of lutra) nothing at all. Disposal ends it and deletes its data.
 */
export class SecureBroker implements AsyncDisposable {
  readonly ports: Ports;
  private readonly child: ChildProcess;
  private readonly exited: Promise<void>;
  private readonly folder: string;

  private constructor(child: ChildProcess, ports: Ports, folder: string) {
    this.child = child;
    this.ports = ports;
    this.folder = folder;
    this.exited = new Promise((resolve) => child.once('exit', () => resolve()));
  }

  static async open(
    stack: StackHandle,
    certificates: Certificates,
    passwords: { readonly root: string; readonly lutra: string },
  ): Promise<SecureBroker> {
    const config = readConfig(stack.dir);
    if (config === undefined) throw new Error(`no stack is in ${stack.dir}`);
    const folder = mkdtempSync(join(tmpdir(), 'lutra-secure-'));
    const ports = portsIn(config);
    const file = join(folder, 'broker.properties');
    mkdirSync(join(folder, 'data'));
    writeFileSync(
      join(folder, 'store.pem'),
      readFileSync(certificates.key, 'utf8') + readFileSync(certificates.cert, 'utf8'),
    );
    writeFileSync(file, properties(settings(ports, folder, certificates, passwords.lutra)));
    await format(config, file, passwords);
    const args = kafkaArguments(config, { heap: HEAP_MB, main: 'kafka.Kafka', args: [file] });
    const child = spawn(javaCommand(config.cache), args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const out = createWriteStream(join(stack.dir, 'logs', 'kafka-secure.log'));
    child.stdout.pipe(out);
    child.stderr.pipe(out, { end: false });
    const broker = new SecureBroker(child, ports, folder);
    const ca = readFileSync(certificates.ca, 'utf8');
    const sasl = { mechanism: 'scram-sha-256', username: 'root', password: passwords.root } as const;
    const answers = (): Promise<true> => askBrokers(broker.address({ ssl: { ca }, sasl })).then(() => true);
    await eventually('the secure broker answers', answers, { limitMs: 90_000 });
    return broker;
  }

  /** As a client of this port reaches it, with these settings. */
  address(security: KafkaSecurity, port = this.ports.sasl, host = 'localhost'): KafkaAddress {
    return { brokers: [`${host}:${port}`], clientId: 'secure-broker', log, security };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function settings(
  ports: Ports,
  folder: string,
  certificates: Certificates,
  password: string,
): Record<string, string | number | boolean> {
  const own = brokerProperties(ports.plain, ports.controller, join(folder, 'data'));
  const scram = `${MODULES}.scram.ScramLoginModule required;`;
  const plain = `${MODULES}.plain.PlainLoginModule required user_plain="${password}";`;
  return {
    ...own,
    listeners: `${own.listeners},SECURE://127.0.0.1:${ports.sasl},MUTUAL://127.0.0.1:${ports.mutual}`,
    'advertised.listeners': `${own['advertised.listeners']},SECURE://localhost:${ports.sasl},MUTUAL://localhost:${ports.mutual}`,
    'listener.security.protocol.map': `${own['listener.security.protocol.map']},SECURE:SASL_SSL,MUTUAL:SSL`,
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': join(folder, 'store.pem'),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': certificates.ca,
    'listener.name.mutual.ssl.client.auth': 'required',
    'listener.name.secure.sasl.enabled.mechanisms': 'SCRAM-SHA-256,PLAIN',
    'listener.name.secure.scram-sha-256.sasl.jaas.config': scram,
    'listener.name.secure.plain.sasl.jaas.config': plain,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:root;User:ANONYMOUS;User:CN=localhost',
  };
}

async function format(
  config: StackConfig,
  file: string,
  passwords: { readonly root: string; readonly lutra: string },
): Promise<void> {
  const users = Object.entries(passwords).flatMap(([name, password]) => [
    '--add-scram',
    `SCRAM-SHA-256=[name=${name},password=${password}]`,
  ]);
  const cluster = randomBytes(16).toString('base64url').replace(/^-/, 'A');
  const args = ['format', '-t', cluster, '-c', file, ...users];
  const tool = kafkaArguments(config, { heap: 128, main: 'kafka.tools.StorageTool', args });
  await promisify(execFile)(javaCommand(config.cache), [...tool]);
}

/** Of the stack's own block, where no place stands. */
function portsIn({ basePort }: StackConfig): Ports {
  return { sasl: basePort + 90, mutual: basePort + 91, plain: basePort + 92, controller: basePort + 93 };
}
