import type { Socket } from 'node:net';

/** How one direction of a link is at the moment. */
export type Weather = {
  /** Nothing passes, nothing is lost: as when packets are dropped and sent again by TCP until the way is free. */
  readonly isHeld: boolean;
  /** ms that every chunk is late. */
  readonly delayMs: number;
  /** Of 1,000 chunks, so many are late by `STALL_MS` more, and all behind them: what a lost packet looks like above TCP. */
  readonly stallsPerMille: number;
};

export const CLEAR: Weather = { isHeld: false, delayMs: 0, stallsPerMille: 0 };

const STALL_MS = 300;
/** More than a socket's own buffers hold; above, the sender is held. */
const HIGH_BYTES = 1 << 20;

/** Carries bytes from one socket to another, in order, through the weather. The end of the stream travels like a byte. */
export class RelayPump {
  private readonly from: Socket;
  private readonly to: Socket;
  private readonly weather: () => Weather;
  private readonly queue: { readonly bytes: Buffer | undefined; readonly dueAt: number }[] = [];
  private bytes = 0;
  private timer: NodeJS.Timeout | undefined;

  /** `inspect` sees every chunk before it is carried, and says whether it is. */
  constructor(from: Socket, to: Socket, weather: () => Weather, inspect: (bytes: Buffer) => boolean) {
    this.from = from;
    this.to = to;
    this.weather = weather;
    from.on('data', (bytes: Buffer) => inspect(bytes) && this.take(bytes));
    from.on('end', () => this.take(undefined));
    to.on('drain', () => this.carry());
    to.on('close', () => clearTimeout(this.timer));
  }

  /** Looks at the weather again. */
  carry(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (let first = this.queue[0]; first !== undefined; first = this.queue[0]) {
      if (this.weather().isHeld || this.to.writableNeedDrain) return;
      const early = first.dueAt - performance.now();
      if (early > 0.5) {
        this.timer = setTimeout(() => this.carry(), early);
        return;
      }
      this.queue.shift();
      this.bytes -= first.bytes?.length ?? 0;
      if (first.bytes === undefined) this.to.end();
      else if (!this.to.destroyed) this.to.write(first.bytes);
    }
    if (this.bytes < HIGH_BYTES) this.from.resume();
  }

  private take(bytes: Buffer | undefined): void {
    const { delayMs, stallsPerMille } = this.weather();
    const stall = Math.random() * 1_000 < stallsPerMille ? STALL_MS : 0;
    const dueAt = Math.max(performance.now() + delayMs + stall, this.queue.at(-1)?.dueAt ?? 0);
    this.queue.push({ bytes, dueAt });
    this.bytes += bytes?.length ?? 0;
    if (this.bytes > HIGH_BYTES) this.from.pause();
    this.carry();
  }
}
