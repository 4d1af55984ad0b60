import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP link to a server that can fall silent: what is sent over it is lost, and no side is told. */
export class SilentLink implements AsyncDisposable {
  private readonly server: Server;
  private readonly open = new Set<[Socket, Socket]>();
  private awaited: { readonly matches: (bytes: Buffer) => boolean; readonly resolve: () => void } | undefined;

  private constructor(server: Server) {
    this.server = server;
  }

  static async to(host: string, port: number): Promise<SilentLink> {
    const server = createServer((near) => {
      const far = connect(port, host);
      const ends: [Socket, Socket] = [near, far];
      link.open.add(ends);
      near.on('data', (bytes: Buffer) => link.look(ends, bytes));
      near.pipe(far);
      far.pipe(near);
      const forgetClosed = (): void => {
        if (near.closed && far.closed) link.open.delete(ends);
      };
      for (const end of ends) end.on('error', () => {}).on('close', forgetClosed);
    });
    const link = new SilentLink(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return link;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** All connections of this moment, except the first `sparing`, carry nothing from now on; new ones do. */
  fallSilent(sparing: number): void {
    for (const ends of [...this.open].slice(sparing)) silence(ends);
  }

  /** The next connection whose client sends bytes that match carries nothing from then on; resolves when it has. */
  fallSilentAt(matches: (bytes: Buffer) => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.awaited = { matches, resolve };
    });
  }

  private look(ends: readonly [Socket, Socket], bytes: Buffer): void {
    const { awaited } = this;
    if (awaited?.matches(bytes) !== true) return;
    this.awaited = undefined;
    silence(ends);
    awaited.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.server.listening) return;
    for (const end of [...this.open].flat()) end.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}

function silence([near, far]: readonly [Socket, Socket]): void {
  near.unpipe(far).resume();
  far.unpipe(near).resume();
}
