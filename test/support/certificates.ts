import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Files of an authority of its own and of a certificate for localhost that it has signed, made with openssl; disposal deletes them. */
export class Certificates implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'lutra-tls-'));
  readonly ca = join(this.folder, 'ca.pem');
  readonly cert = join(this.folder, 'server.pem');
  readonly key = join(this.folder, 'server-key.pem');

  /** `days` below 0: it has expired. */
  constructor(days = 2) {
    const caKey = join(this.folder, 'ca-key.pem');
    const request = join(this.folder, 'server.csr');
    const extensions = join(this.folder, 'extensions');
    writeFileSync(extensions, 'subjectAltName=DNS:localhost\n');
    const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    openssl('req', '-x509', ...ec, '-keyout', caKey, '-out', this.ca, '-subj', '/CN=Authority of a test', '-days', '2');
    openssl('req', ...ec, '-keyout', this.key, '-out', request, '-subj', '/CN=localhost');
    const signed = ['-CA', this.ca, '-CAkey', caKey, '-CAcreateserial', '-extfile', extensions];
    openssl('x509', '-req', '-in', request, ...signed, '-out', this.cert, '-days', String(days));
  }

  get material(): { cert: string; key: string } {
    return { cert: readFileSync(this.cert, 'utf8'), key: readFileSync(this.key, 'utf8') };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}
