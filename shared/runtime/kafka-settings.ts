import { readSettingFile, type TlsMaterial, tlsMaterialFault } from './tls.ts';

/** How Kafka is spoken to: encrypted or not, as which user. */
export type KafkaSecurity = {
  readonly ssl?: TlsMaterial;
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
};

type Environment = Readonly<Record<string, string | undefined>>;

const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

/** Reads LUTRA_KAFKA_TLS…, LUTRA_KAFKA_SASL, …_USER, …_PASSWORD; what is wrong is added to `faults`, never a secret. */
export function readKafkaSecurity(env: Environment, faults: string[]): KafkaSecurity {
  const ssl = readSsl(env, faults);
  const sasl = readSasl(env, faults);
  return { ...(ssl === undefined ? {} : { ssl }), ...(sasl === undefined ? {} : { sasl }) };
}

function readSsl(env: Environment, faults: string[]): TlsMaterial | undefined {
  const tls = env.LUTRA_KAFKA_TLS?.trim() ?? '';
  const certFile = env.LUTRA_KAFKA_TLS_CERT?.trim() ?? '';
  const keyFile = env.LUTRA_KAFKA_TLS_KEY?.trim() ?? '';
  if (tls === '' || tls === 'false') {
    if (`${certFile}${keyFile}` !== '')
      faults.push('LUTRA_KAFKA_TLS_CERT and LUTRA_KAFKA_TLS_KEY need LUTRA_KAFKA_TLS: write true, or the file of a CA');
    return undefined;
  }
  const before = faults.length;
  const read = (name: string, file: string): string | undefined =>
    file === '' ? undefined : readSettingFile(name, file, faults);
  const material = {
    ca: tls === 'true' ? undefined : read('LUTRA_KAFKA_TLS', tls),
    cert: read('LUTRA_KAFKA_TLS_CERT', certFile),
    key: read('LUTRA_KAFKA_TLS_KEY', keyFile),
  };
  const fault = faults.length > before ? undefined : tlsMaterialFault(material);
  if (fault !== undefined) faults.push(`LUTRA_KAFKA_TLS, LUTRA_KAFKA_TLS_CERT, LUTRA_KAFKA_TLS_KEY: ${fault}`);
  return material;
}

function readSasl(env: Environment, faults: string[]): KafkaSecurity['sasl'] {
  const text = env.LUTRA_KAFKA_SASL?.trim().toLowerCase() ?? '';
  if (text === '') return undefined;
  const mechanism = MECHANISMS.find((known) => known === text);
  if (mechanism === undefined) faults.push(`LUTRA_KAFKA_SASL is "${text}": write one of ${MECHANISMS.join(', ')}`);
  const username = env.LUTRA_KAFKA_USER ?? '';
  const password = env.LUTRA_KAFKA_PASSWORD || readPassword(env.LUTRA_KAFKA_PASSWORD_FILE ?? '', faults);
  if (username === '' || password === '')
    faults.push(
      'LUTRA_KAFKA_SASL needs LUTRA_KAFKA_USER and LUTRA_KAFKA_PASSWORD (or LUTRA_KAFKA_PASSWORD_FILE): write both',
    );
  return { mechanism: mechanism ?? 'plain', username, password };
}

function readPassword(file: string, faults: string[]): string {
  if (file === '') return '';
  return readSettingFile('LUTRA_KAFKA_PASSWORD_FILE', file, faults)?.replace(/\r?\n$/, '') ?? '';
}
