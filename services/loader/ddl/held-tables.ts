import type { TableName } from '../../../shared/model/table-pattern.ts';
import { keyOf } from '../../../shared/mysql/table-facts.ts';

/** Tables of the target whose rows are parked, and the queue of each: the id of the statement that holds them. */
export class HeldTables {
  private readonly queues = new Map<string, string>();

  get isEmpty(): boolean {
    return this.queues.size === 0;
  }

  /** The queue of a table, undefined when its rows flow. */
  queueOf(name: TableName): string | undefined {
    return this.queues.get(keyOf(name)) ?? this.queues.get(keyOf({ schema: name.schema, table: '*' }));
  }

  /** The queues of some tables, each once, the oldest first. */
  queuesOf(names: readonly TableName[]): string[] {
    const found = new Set(names.flatMap((name) => this.queueOf(name) ?? []));
    return this.all().filter((queue) => found.has(queue));
  }

  hold(names: readonly TableName[], queue: string): void {
    for (const name of names) this.queues.set(keyOf(name), queue);
  }

  move(other: string, queue: string): void {
    for (const [name, current] of this.queues) if (current === other) this.queues.set(name, queue);
  }

  release(queue: string): void {
    for (const [name, current] of this.queues) if (current === queue) this.queues.delete(name);
  }

  /** Every queue, the oldest first. */
  all(): string[] {
    return [...new Set(this.queues.values())].sort(bySource);
  }
}

/** `<epoch>-<transaction>`, as numbers. */
function bySource(a: string, b: string): number {
  const [epochA = 0, transactionA = 0] = a.split('-').map(Number);
  const [epochB = 0, transactionB = 0] = b.split('-').map(Number);
  return epochA - epochB || transactionA - transactionB;
}
