import { connect, createServer, type Server, type Socket } from 'node:net';
import { CLEAR, RelayPump, type Weather } from './relay-pump.ts';

/** Springs once, when a client sends bytes that match; then the connection is broken. */
export type Trap = {
  readonly matches: (bytes: Buffer) => boolean;
  /** before: what matches is not carried. after: it is, and the server has answered; the answer is not carried. */
  readonly when: 'before' | 'after';
  /** Called while client and server still wait. */
  readonly spring: () => void;
};

type Pair = { readonly client: Socket; readonly server: Socket; readonly pumps: RelayPump[]; trap: Trap | undefined };

/** A link between one client and one server: a port of this machine that leads to another one, whose weather can be made. */
export class Relay implements AsyncDisposable {
  private readonly server: Server;
  private readonly pairs = new Set<Pair>();
  private toServer: Weather = CLEAR;
  private toClient: Weather = CLEAR;
  private climate: Weather = CLEAR;
  private isRefusing = false;
  private readonly traps = new Set<Trap>();
  /** Connections made so far. */
  connections = 0;

  private constructor(targetPort: number) {
    // NOTE an end travels in its own time: a client that has closed leaves its session at the server as long as the link is held.
    this.server = createServer({ allowHalfOpen: true }, (client) => this.join(client, targetPort));
  }

  /** Listens at a port of 127.0.0.1; 0: any. */
  static async open(targetPort: number, port = 0): Promise<Relay> {
    const relay = new Relay(targetPort);
    await new Promise<void>((resolve, reject) => {
      relay.server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    return relay;
  }

  get port(): number {
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Nothing passes in either direction, or only answers are kept back; connections stay open. */
  hold(what: 'everything' | 'answers' = 'everything'): void {
    this.toClient = { ...this.toClient, isHeld: true };
    if (what === 'everything') this.toServer = { ...this.toServer, isHeld: true };
  }

  /** Breaks all connections and refuses new ones. */
  refuse(): void {
    this.isRefusing = true;
    this.break();
  }

  /** ms each way, and stalls. */
  slow(delayMs: number, stallsPerMille: number): void {
    this.toServer = { ...this.toServer, delayMs, stallsPerMille };
    this.toClient = { ...this.toClient, delayMs, stallsPerMille };
  }

  /** The delay that the link has for good, ms each way. */
  settle(delayMs: number): void {
    this.climate = { ...CLEAR, delayMs };
    this.clear();
  }

  /** As if nothing had been; what was kept back is carried. */
  clear(): void {
    this.toServer = this.climate;
    this.toClient = this.climate;
    this.isRefusing = false;
    for (const { pumps } of this.pairs) for (const pump of pumps) pump.carry();
  }

  /** Resets all connections; what was under way is lost. */
  break(): void {
    for (const { client, server } of this.pairs) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  }

  arm(trap: Trap): void {
    this.traps.add(trap);
  }

  disarm(trap: Trap): void {
    this.traps.delete(trap);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.break();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private join(client: Socket, targetPort: number): void {
    client.on('error', () => {});
    if (this.isRefusing) {
      client.resetAndDestroy();
      return;
    }
    this.connections++;
    const server = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true });
    const pair: Pair = { client, server, pumps: [], trap: undefined };
    pair.pumps.push(
      new RelayPump(
        client,
        server,
        () => this.toServer,
        (bytes) => this.asked(pair, bytes),
      ),
      new RelayPump(
        server,
        client,
        () => this.toClient,
        () => this.answered(pair),
      ),
    );
    this.pairs.add(pair);
    for (const socket of [client, server]) socket.setNoDelay(true);
    server.on('error', () => client.resetAndDestroy());
    client.on('error', () => server.resetAndDestroy());
    const isOver = (): void => {
      if (client.destroyed && server.destroyed) this.pairs.delete(pair);
    };
    client.on('close', isOver);
    server.on('close', isOver);
  }

  private asked(pair: Pair, bytes: Buffer): boolean {
    const trap = [...this.traps].find(({ matches }) => matches(bytes));
    if (trap === undefined) return true;
    this.traps.delete(trap);
    if (trap.when === 'after') {
      pair.trap = trap;
      return true;
    }
    this.spring(pair, trap);
    return false;
  }

  private answered(pair: Pair): boolean {
    if (pair.trap === undefined) return true;
    this.spring(pair, pair.trap);
    return false;
  }

  private spring({ client, server }: Pair, trap: Trap): void {
    trap.spring();
    client.resetAndDestroy();
    server.resetAndDestroy();
  }
}
