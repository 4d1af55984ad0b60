import { type ReactNode, useId, useMemo } from 'react';
import type { CounterList } from '../../../api/operation-types.ts';
import { useApi } from '../../../api/queries.ts';

const OFFERED = 300;

/** A table of the source by name; those with most rows are offered. */
export function PickTable({
  channel,
  label,
  value,
  onChange,
}: {
  channel: string;
  label: string;
  value: string;
  onChange: (table: string) => void;
}): ReactNode {
  const id = useId();
  const { data } = useApi<CounterList>(`/channels/${channel}/counters`);
  const offered = useMemo(
    () =>
      (data?.items ?? [])
        .filter(({ table }) => table.includes(value))
        .toSorted((a, b) => b.inserts + b.updates + b.deletes - (a.inserts + a.updates + a.deletes))
        .slice(0, OFFERED)
        .map(({ table }) => table),
    [data, value],
  );
  return (
    <>
      <input
        className="input"
        style={{ minWidth: 260 }}
        list={id}
        aria-label={label}
        placeholder={label}
        value={value}
        onChange={(event) => onChange(event.target.value.trim())}
      />
      <datalist id={id}>
        {[...new Set(offered)].map((table) => (
          <option key={table} value={table} />
        ))}
      </datalist>
    </>
  );
}
