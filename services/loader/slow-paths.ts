import type { TablePlan } from '../../shared/rows/table-plan.ts';

const LINKED = 'linked';

/** What a lane has learned to do in a slower way, because the fast one did not fit the target; outlives its sessions. */
export class SlowPaths {
  private readonly notLoaded = new Set<string>();
  private readonly inOrder = new Set<string>();

  mayLoad = ({ target }: TablePlan): boolean => !this.notLoaded.has(target.quoted);

  /** False for tables whose rows are applied one by one, in source order. */
  mayMerge = ({ kind, target }: TablePlan): boolean =>
    kind === LINKED ? !this.inOrder.has(LINKED) : !this.inOrder.has(target.quoted);

  stopLoading({ target }: TablePlan): void {
    this.notLoaded.add(target.quoted);
  }

  /** Tables that foreign keys connect keep their order together. */
  keepOrder({ kind, target }: TablePlan): void {
    this.inOrder.add(kind === LINKED ? LINKED : target.quoted);
  }
}
