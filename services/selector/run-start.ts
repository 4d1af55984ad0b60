import type { LogPosition, SelectorPosition } from '../../shared/model/position.ts';
import { type DesiredSource, parseSelection, selectionText } from './desired-sources.ts';
import { joinedBy } from './selection-switch.ts';
import { earliestStart } from './start-position.ts';

/** The earliest of the starts that running pipelines ask for. Errors: those of `earliestStart`. */
export function chooseStart(desired: DesiredSource): ReturnType<typeof earliestStart> {
  return earliestStart(
    desired.id,
    desired.pipelines.filter((pipeline) => pipeline.running).map((pipeline) => pipeline.start),
  );
}

/** Whether a pipeline of today counts on the saved position. One that only deleted channels knew is nobody's: what came since is not to be read. */
export function isFollowed(desired: DesiredSource, saved: SelectorPosition | undefined): boolean {
  return saved !== undefined && desired.pipelines.some(({ uid }) => uid in saved.joined);
}

/**
 * What was wished when the saved position was written: rows behind it that were published already have to be published under the same numbers once more,
 * before a new epoch begins. Undefined when the wish is the same, or the old one is not known any more.
 */
export function formerWish(desired: DesiredSource, saved: SelectorPosition | undefined): DesiredSource | undefined {
  if (saved === undefined || saved.selection === selectionText(desired)) return undefined;
  const tables = parseSelection(saved.selection);
  if (tables === undefined) return undefined;
  const pipelines = desired.pipelines.filter(({ uid }) => uid in saved.joined);
  return { ...desired, tables, revisions: {}, pipelines };
}

/**
 * The position to go on from: a new epoch at a first start or when what is published changes; running pipelines that are new join here.
 * `numbers`: of the last records of the rows topic, on which a new epoch goes on numbering.
 */
export function beginning(
  desired: DesiredSource,
  saved: SelectorPosition | undefined,
  numbers: Pick<SelectorPosition, 'epoch' | 'serials'> | undefined,
  first: LogPosition | undefined,
  server: string,
  published: number[],
): SelectorPosition {
  const { partitions } = desired.database;
  const selection = selectionText(desired);
  const serials = numbers?.serials.length === partitions ? numbers.serials : new Array<number>(partitions).fill(0);
  const same = first === undefined && saved?.selection === selection && saved.serials.length === partitions;
  const epoch = same ? saved.epoch : (numbers?.epoch ?? 0) + 1;
  const log = first ?? logAt(server, saved);
  return {
    source: desired.id,
    epoch,
    transaction: same ? saved.transaction : 0,
    serials,
    ...(same ? { published } : {}),
    log,
    server,
    selection,
    joined: joinedBy(desired, saved?.joined ?? {}, { epoch, serials }),
    at: Date.now(),
  };
}

/** The saved place as a server knows it: file and position are of one server only. */
function logAt(server: string, saved: SelectorPosition | undefined): LogPosition {
  const { gtidSet, file, position } = saved?.log ?? { gtidSet: '', file: '', position: 0 };
  return saved?.server === server ? { gtidSet, file, position } : { gtidSet, file: '', position: 0 };
}
