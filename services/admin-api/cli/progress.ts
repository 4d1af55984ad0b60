const DRAW_MS = 200;

/** Says on standard error that long work goes on: on a terminal one line with the seconds, drawn anew and taken away at the end; elsewhere a line each time the words change. */
export class Progress implements Disposable {
  private readonly begin = Date.now();
  private readonly timer: NodeJS.Timeout | undefined;
  private words: string;

  constructor(words: string) {
    this.words = words;
    if (process.stderr.isTTY) this.timer = setInterval(() => this.draw(), DRAW_MS).unref();
  }

  say(words: string): void {
    if (words === this.words) return;
    this.words = words;
    if (process.stderr.isTTY) this.draw();
    else console.error(words);
  }

  [Symbol.dispose](): void {
    clearInterval(this.timer);
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  }

  private draw(): void {
    const seconds = Math.floor((Date.now() - this.begin) / 1000);
    const line = `${this.words} ${seconds} s`.slice(0, Math.max(20, (process.stderr.columns ?? 80) - 1));
    process.stderr.write(`\r\u001b[K${line}`);
  }
}
