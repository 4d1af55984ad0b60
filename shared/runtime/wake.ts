/** A wait that several sources may end. A notice given while nobody waits is kept, so none is lost between two looks. One waiter at a time. */
export class Wake {
  private pending = false;
  private resolve: (() => void) | undefined;

  notify = (): void => {
    this.pending = true;
    this.resolve?.();
    this.resolve = undefined;
  };

  async wait(): Promise<void> {
    if (!this.pending) {
      await new Promise<void>((resolve) => {
        this.resolve = resolve;
      });
    }
    this.pending = false;
  }
}
