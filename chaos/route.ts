import type { Server } from '../demo/servers.ts';

/** A schema of a source, its copy, and the pipeline between them. */
export type ChaosRoute = {
  readonly channel: string;
  /** `order (MySQL, sh) -> otter (MySQL, us)` */
  readonly title: string;
  readonly from: { readonly server: Server; readonly schema: string };
  readonly to: { readonly server: Server; readonly schema: string };
  /** With one partition the target is consistent in every snapshot. */
  readonly partitions: number;
};
