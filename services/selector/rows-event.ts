import { AvroWriter } from '../../shared/codec/avro-writer.ts';
import type { Operation } from '../../shared/codec/envelope.ts';
import { KeyWriter } from '../../shared/codec/key-writer.ts';
import { unpackRecord } from './compressed-record.ts';
import { EventReader } from './event-reader.ts';
import { Event } from './event-types.ts';
import type { RowPlan } from './row-plan.ts';

/** Takes one record: the key, and the Avro bytes of `before` and `after`. Both are reused after the call. */
export type RowSink = (plan: RowPlan, op: Operation, key: KeyWriter, images: AvroWriter) => void;

export type RowsEvent = {
  readonly kind: 'insert' | 'update' | 'delete';
  /** Extra data behind the flags: all but the first version of MySQL's and MariaDB's events. */
  readonly hasExtra: boolean;
  /** The rows are compressed (MariaDB, log_bin_compress). */
  readonly isPacked: boolean;
};

const ROWS_EVENTS = new Map<number, RowsEvent>();
for (const [first, hasExtra, isPacked] of [
  [Event.WRITE_ROWS_V1, false, false],
  [Event.WRITE_ROWS, true, false],
  [Event.MARIADB_WRITE_ROWS_COMPRESSED_V1, false, true],
  [Event.MARIADB_WRITE_ROWS_COMPRESSED, true, true],
] as const) {
  for (const [i, kind] of (['insert', 'update', 'delete'] as const).entries()) {
    ROWS_EVENTS.set(first + i, { kind, hasExtra, isPacked });
  }
}

/** What kind of row event a type code stands for; undefined for other events. */
export function rowsEvent(type: number): RowsEvent | undefined {
  return ROWS_EVENTS.get(type);
}

const NULL = 0;
const PRESENT = 2;

/** Walks the rows of WRITE, UPDATE and DELETE events. A change of the record key leaves as a delete of the old key and an insert of the new one, each with both images. */
export class RowsWalker {
  private readonly images = new AvroWriter();
  private readonly key = new KeyWriter();
  private readonly oldKey = new KeyWriter();
  private readonly unpacked = new EventReader();
  private readonly sink: RowSink;

  constructor(sink: RowSink) {
    this.sink = sink;
  }

  /** `event.at` stands behind table id, flags and extra data. Resolves nothing; throws what the plan throws. */
  walk(plan: RowPlan, { kind, isPacked }: RowsEvent, event: EventReader): void {
    const columns = event.lenenc();
    plan.expectFullImage(columns, event.slice((columns + 7) >> 3));
    if (kind === 'update') plan.expectFullImage(columns, event.slice((columns + 7) >> 3));
    const rows = isPacked ? this.unpack(event) : event;
    while (rows.left > 0) {
      if (kind === 'update') this.update(plan, rows);
      else this.single(plan, kind === 'insert' ? 'c' : 'd', rows);
    }
  }

  private unpack(event: EventReader): EventReader {
    const rows = unpackRecord(event);
    return this.unpacked.open(rows, 0, rows.length);
  }

  private single(plan: RowPlan, op: 'c' | 'd', event: EventReader): void {
    const { images, key } = this;
    images.at = 0;
    if (op === 'c') images.bytes[images.at++] = NULL;
    images.bytes[images.at++] = PRESENT;
    plan.image(event, images);
    plan.writeKey(key, images);
    if (op === 'd') {
      images.reserve(1);
      images.bytes[images.at++] = NULL;
      plan.counts.deletes++;
    } else {
      plan.counts.inserts++;
    }
    this.sink(plan, op, key, images);
  }

  private update(plan: RowPlan, event: EventReader): void {
    const { images, key, oldKey } = this;
    images.at = 0;
    images.bytes[images.at++] = PRESENT;
    plan.image(event, images);
    plan.writeKey(oldKey, images);
    images.reserve(1);
    images.bytes[images.at++] = PRESENT;
    plan.image(event, images);
    plan.writeKey(key, images);
    if (sameKey(oldKey, key)) {
      plan.counts.updates++;
      this.sink(plan, 'u', key, images);
      return;
    }
    plan.counts.deletes++;
    plan.counts.inserts++;
    this.sink(plan, 'd', oldKey, images);
    this.sink(plan, 'c', key, images);
  }
}

function sameKey(a: KeyWriter, b: KeyWriter): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a.bytes[i] !== b.bytes[i]) return false;
  return true;
}
