import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP link to a server that can fall silent: what is sent over it is lost, and no side is told. */
export class SilentLink implements AsyncDisposable {
  private readonly server: Server;
  private readonly open = new Set<[Socket, Socket]>();

  private constructor(server: Server) {
    this.server = server;
  }

  static async to(host: string, port: number): Promise<SilentLink> {
    const server = createServer((near) => {
      const far = connect(port, host);
      const ends: [Socket, Socket] = [near, far];
      link.open.add(ends);
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
    for (const [near, far] of [...this.open].slice(sparing)) {
      near.unpipe(far).resume();
      far.unpipe(near).resume();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.server.listening) return;
    for (const end of [...this.open].flat()) end.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}
