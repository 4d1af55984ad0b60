/** Where the demo speaks: lines, and on a terminal one line at the bottom that is drawn anew. */
export class Screen {
  private readonly out: NodeJS.WriteStream;
  private live = '';

  constructor(out: NodeJS.WriteStream) {
    this.out = out;
  }

  line(text: string): void {
    this.erase();
    this.out.write(`${text}\n`);
    this.draw();
  }

  /** Says what begins and, when it is done, how long it took. */
  async step(name: string, work: () => Promise<void>): Promise<void> {
    const start = performance.now();
    await work();
    this.line(`${name}  ${((performance.now() - start) / 1000).toFixed(1)} s`);
  }

  /** Shows the text in place of the one before; without a terminal it is a line. */
  show(text: string): void {
    if (!this.out.isTTY) {
      this.out.write(`${text}\n`);
      return;
    }
    this.erase();
    this.live = text.slice(0, Math.max(20, this.out.columns - 1));
    this.draw();
  }

  /** Ends the bottom line. */
  clear(): void {
    this.erase();
    this.live = '';
  }

  private erase(): void {
    if (this.live !== '') this.out.write('\r\u001b[K');
  }

  private draw(): void {
    this.out.write(this.live);
  }
}
