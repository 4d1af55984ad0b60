import type { TableMap } from './column.ts';
import type { EventErrors } from './event-errors.ts';
import type { EventHeader } from './event-header.ts';
import type { EventReader } from './event-reader.ts';
import type { RowPlan } from './row-plan.ts';
import { isSystemSchema } from './system-schemas.ts';
import { type Charsets, parseTableMap } from './table-map.ts';

export type TableParts = {
  readonly charsets: Charsets;
  /** The plan of a table with its schema registered, or undefined when nobody wants the table. */
  readonly planFor: (map: TableMap) => Promise<RowPlan> | undefined;
};

/** `plan` is undefined for a table that nobody wants. */
export type KnownTable = { readonly bytes: Buffer; readonly plan: RowPlan | undefined };

/** Tables by the ids that the log gives them, from TABLE_MAP events. */
export class KnownTables {
  private readonly tables = new Map<number, KnownTable>();
  private readonly parts: TableParts;
  private readonly errors: EventErrors;

  constructor(parts: TableParts, errors: EventErrors) {
    this.parts = parts;
    this.errors = errors;
  }

  find(id: number): KnownTable | undefined {
    return this.tables.get(id);
  }

  /** Asks for the plan of every table again. */
  clear(): void {
    this.tables.clear();
  }

  /** Takes the body of a TABLE_MAP event; a promise until the plan of a table that is new or has changed is there. */
  learn(body: EventReader, header: EventHeader, isInsideTransaction: boolean): Promise<void> | undefined {
    const id = body.uint(6);
    body.skip(2);
    const bytes = body.bytes.subarray(body.at, body.end);
    if (this.tables.get(id)?.bytes.equals(bytes)) return undefined;
    const map = parseTableMap(body, this.parts.charsets);
    const kept = Buffer.from(bytes);
    const plan = isSystemSchema(map.schema) ? undefined : this.parts.planFor(map);
    if (plan === undefined) {
      this.tables.set(id, { bytes: kept, plan: undefined });
      return undefined;
    }
    if (!isInsideTransaction) {
      throw this.errors.unsupported(
        header,
        'a table map came outside of a transaction; start at a transaction boundary',
      );
    }
    return plan.then((ready) => {
      this.tables.set(id, { bytes: kept, plan: ready });
    });
  }
}
