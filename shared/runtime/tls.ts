import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { Trouble } from './unreachable.ts';

/** Certificates and keys as PEM texts. */
export type TlsMaterial = {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
};

/** What is wrong with certificates and keys, as the end of a sentence; undefined: nothing. Never tells what they hold. */
export function tlsMaterialFault({ ca, cert, key }: TlsMaterial): string | undefined {
  if (ca !== undefined && !isCertificate(ca)) return 'the CA is not a certificate in PEM form';
  if ((cert === undefined) !== (key === undefined)) return 'a certificate and its key come only together';
  if (cert === undefined || key === undefined) return undefined;
  if (!isCertificate(cert)) return 'the certificate is not one in PEM form';
  try {
    createSecureContext({ cert, key });
    return undefined;
  } catch {
    return 'the key is not one in PEM form without a password, or not the key of the certificate';
  }
}

/** Reads the file that a setting names; what is wrong is added to `faults`. */
export function readSettingFile(name: string, file: string, faults: string[]): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    faults.push(`${name} names ${file}, which cannot be read`);
    return undefined;
  }
}

/** Reads LUTRA_CA: certificates of further authorities, as a PEM text. */
export function readTrustedCa(env: Readonly<Record<string, string | undefined>>, faults: string[]): string | undefined {
  const file = env.LUTRA_CA?.trim() ?? '';
  if (file === '') return undefined;
  const ca = readSettingFile('LUTRA_CA', file, faults);
  if (ca === undefined || isCertificate(ca)) return ca;
  faults.push(`LUTRA_CA names ${file}, which is not a certificate in PEM form`);
  return undefined;
}

/** From here on every TLS connection of this process that names no CA of its own trusts these authorities beside the usual ones. */
export function trustCa(ca: string | undefined): void {
  if (ca !== undefined) setDefaultCACertificates([...getCACertificates('default'), ca]);
}

/** Why TLS could not be agreed on, and what to do; undefined when an error is about something else. `caPlace`: where the CA is named. */
export function tlsTrouble(error: unknown, caPlace: string): Trouble | undefined {
  const text = textOf(error);
  const found = TROUBLES.find(({ sign }) => sign.test(text));
  return found === undefined ? undefined : { reason: found.reason, remedy: found.remedy(caPlace) };
}

const TROUBLES: readonly { sign: RegExp; reason: string; remedy: (caPlace: string) => string }[] = [
  {
    sign: /self[- ]signed certificate|unable to (get (local )?issuer|verify the first)|certificate not trusted/i,
    reason: 'its certificate is not of an authority that is trusted here',
    remedy: (caPlace) => `name the certificate of its authority in ${caPlace}; it is tried again by itself`,
  },
  {
    sign: /certificate has expired|certificate is not yet valid/i,
    reason: 'its certificate has expired or is not valid yet',
    remedy: () => 'renew the certificate of the server, and look at the clocks; it is tried again by itself',
  },
  {
    sign: /altnames|Hostname\/IP does not match/i,
    reason: 'its certificate is of another host',
    remedy: (caPlace) =>
      `address the server by a name that its certificate bears, or give it another certificate${caPlace.startsWith('LUTRA_') ? '' : `; an IP address is not looked for in certificates of databases: with a CA of its own ${caPlace} may say verify: ca`}`,
  },
  {
    sign: /wrong version number|packet length too long|does not support secure connection|server does not support SSL|NO_SSL_SUPPORT/i,
    reason: 'it does not speak TLS at this port',
    remedy: () => 'turn TLS on at the server, or address its TLS port; it is tried again by itself',
  },
  {
    sign: /certificate required|bad certificate|unknown ca\b|handshake failure|tlsv1 alert|sslv3 alert|HANDSHAKE_SSL_ERROR|Client network socket disconnected before secure TLS/i,
    reason: 'the TLS handshake fails',
    remedy: (caPlace) =>
      `look at the log of the server: it may ask for a certificate of the client, which ${caPlace} has to name, for another version of TLS, or speak no TLS at this port`,
  },
];

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== '';
  } catch {
    return false;
  }
}

/** With what caused it: fetch says only "fetch failed". */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  return `${error.message} ${code} ${error.cause === undefined ? '' : textOf(error.cause)}`;
}
