import { AvroWriter } from '../../shared/codec/avro-writer.ts';
import type { SelectorPosition } from '../../shared/model/position.ts';
import type { TableName } from '../../shared/model/table-pattern.ts';
import { compileTaken } from '../../shared/model/table-route.ts';
import type { Logger } from '../../shared/runtime/log.ts';
import { type DesiredSource, selectionText } from './desired-sources.ts';
import type { Progress, Publisher } from './publisher.ts';

export type SwitchParts = {
  readonly desired: DesiredSource;
  /** Where the run begins; saved already. */
  readonly from: SelectorPosition;
  readonly publisher: Publisher;
  /** Resolves when the position is stored, rejects when it cannot be. */
  readonly store: (position: SelectorPosition) => Promise<void>;
  /** Schema of the records that tell the selection. */
  readonly schemaId: number;
  readonly logPlace: () => { readonly file: string; readonly position: number };
  readonly isInsideTransaction: () => boolean;
  /** Whether an earlier run published more under this epoch than is read by now: until that has been published again, under the same numbers, no other epoch may begin. */
  readonly isRepeating: () => boolean;
  /** Called when tables may be wanted that were not, or the other way round. */
  readonly onOtherTables: () => void;
  readonly log: Logger;
};

/**
 * What is published of a running source. Another wish takes force between two transactions without a stop: other tables begin a new epoch, whose position is
 * stored before its first record is sent, so that a crash repeats nothing under numbers that were used. The epoch's first record in every partition tells the
 * revisions of the documents that chose the tables: a loader that knows older ones waits for them and cannot miss rows of a table it does not map yet.
 */
export class SelectionSwitch {
  private readonly parts: SwitchParts;
  private desired: DesiredSource;
  /** Names what is acknowledged. */
  private stored: SelectorPosition;
  /** Names what is published; stored when everything before it is acknowledged. */
  private latest: SelectorPosition;
  private waiting: DesiredSource | undefined;
  private isWantedNow: (table: TableName) => boolean;

  constructor(parts: SwitchParts) {
    this.parts = parts;
    this.desired = parts.desired;
    this.stored = parts.from;
    this.latest = parts.from;
    this.isWantedNow = compileWanted(parts.desired);
    this.announce();
  }

  isWanted(table: TableName): boolean {
    return this.isWantedNow(table);
  }

  /** The position to store for what is acknowledged. */
  positionOf(progress: Progress): SelectorPosition {
    return { ...this.stored, ...progress, serials: [...progress.serials], at: Date.now() };
  }

  /** Takes another wish for the same database: at once, or when the transaction ends that is being read. */
  adopt(desired: DesiredSource): void {
    this.waiting = desired;
    this.atBoundary();
  }

  /** To be called between transactions. */
  atBoundary(): void {
    const desired = this.waiting;
    if (desired === undefined || this.parts.isInsideTransaction() || this.parts.isRepeating()) return;
    this.waiting = undefined;
    this.desired = desired;
    const selection = selectionText(desired);
    if (selection === this.latest.selection) this.goOn(desired);
    else this.beginEpoch(desired, selection);
  }

  private goOn(desired: DesiredSource): void {
    const here = this.parts.publisher.boundary();
    this.store({
      ...this.latest,
      ...here,
      serials: [...here.serials],
      joined: joinedBy(desired, this.latest.joined, here),
    });
  }

  private beginEpoch(desired: DesiredSource, selection: string): void {
    const { publisher, log, onOtherTables } = this.parts;
    const { serials, log: place } = publisher.boundary();
    const first = { epoch: this.latest.epoch + 1, transaction: 0, serials: [...serials], published: [...serials] };
    const joined = joinedBy(desired, this.latest.joined, first);
    this.store({ ...this.latest, ...first, log: place, selection, joined });
    publisher.beginEpoch(first.epoch);
    this.isWantedNow = compileWanted(desired);
    onOtherTables();
    this.announce();
    log.info(
      { epoch: first.epoch, file: place.file, position: place.position },
      'other tables from here on: a new epoch',
    );
  }

  private store(position: SelectorPosition): void {
    this.latest = position;
    this.parts.publisher.inTurn(async () => {
      await this.parts.store({ ...position, at: Date.now() });
      this.stored = position;
    });
  }

  private announce(): void {
    const { publisher, schemaId, logPlace } = this.parts;
    publisher.announce(
      schemaId,
      { committed: Date.now() * 1_000, gtid: '', ...logPlace() },
      revisionsBody(this.desired.revisions),
    );
  }
}

/** Where each pipeline joined the stream; a running one that is new joins here. */
export function joinedBy(
  desired: DesiredSource,
  known: SelectorPosition['joined'],
  { epoch, serials }: Pick<Progress, 'epoch' | 'serials'>,
): SelectorPosition['joined'] {
  const joined: SelectorPosition['joined'] = {};
  for (const { uid, running } of desired.pipelines) {
    const place = known[uid] ?? (running ? { epoch, serials: [...serials], at: Date.now() } : undefined);
    if (place !== undefined) joined[uid] = place;
  }
  return joined;
}

function compileWanted({ tables }: DesiredSource): (table: TableName) => boolean {
  const taken = tables.map(compileTaken);
  return (table) => taken.some((takes) => takes(table));
}

/** An Avro map of longs. */
function revisionsBody(revisions: Readonly<Record<string, number>>): Buffer {
  const out = new AvroWriter(256);
  const entries = Object.entries(revisions);
  out.reserve(16);
  if (entries.length > 0) out.long(entries.length);
  for (const [uid, revision] of entries) {
    out.text(uid);
    out.reserve(16);
    out.long(revision);
  }
  out.reserve(16);
  out.long(0);
  return out.bytes.subarray(0, out.at);
}
