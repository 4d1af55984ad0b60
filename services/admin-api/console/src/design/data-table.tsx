import type { ReactNode } from 'react';
import { Skeleton } from './feedback.tsx';

export type Column<T> = {
  readonly key: string;
  readonly head: string;
  readonly isNumber?: boolean;
  readonly width?: number | string;
  readonly cell: (item: T) => ReactNode;
};

const COMING = ['a', 'b', 'c', 'd', 'e', 'f'];

/**
 * A table; on a phone each row is a card. `items` undefined: they are on their way, and grey rows keep their place.
 * `below`: more of a row, in the whole width under it; undefined for a row that has no more.
 */
export function DataTable<T>({
  label,
  columns,
  items,
  keyOf,
  empty,
  below,
}: {
  label: string;
  columns: readonly Column<T>[];
  items: readonly T[] | undefined;
  keyOf: (item: T) => string;
  empty: ReactNode;
  below?: (item: T) => ReactNode | undefined;
}): ReactNode {
  if (items?.length === 0) return empty;
  return (
    <div className="table-wrap">
      <table className="table cards" aria-label={label} aria-busy={items === undefined}>
        <thead>
          <tr>
            {columns.map(({ key, head, isNumber, width }) => (
              <th key={key} scope="col" className={isNumber === true ? 'num' : undefined} style={{ width }}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items === undefined
            ? COMING.map((row) => (
                <tr key={row}>
                  {columns.map(({ key }) => (
                    <td key={key}>
                      <Skeleton width="70%" />
                    </td>
                  ))}
                </tr>
              ))
            : items.map((item) => <Row key={keyOf(item)} item={item} columns={columns} more={below?.(item)} />)}
        </tbody>
      </table>
    </div>
  );
}

function Row<T>({ item, columns, more }: { item: T; columns: readonly Column<T>[]; more: ReactNode }): ReactNode {
  return (
    <>
      <tr>
        {columns.map(({ key, head, isNumber, cell }, index) => (
          <td key={key} className={isNumber === true ? 'num' : undefined} data-head={index === 0 ? undefined : head}>
            {cell(item)}
          </td>
        ))}
      </tr>
      {more !== undefined && (
        <tr className="below">
          <td colSpan={columns.length}>{more}</td>
        </tr>
      )}
    </>
  );
}
