import type { ColumnFacts } from './table-facts.ts';

const GEOMETRY = /^(point|linestring|polygon|multi(point|linestring|polygon)|geom(etry)?collection)$/;
const WITHOUT_SIZE = /^((tiny|small|medium|big)?int|integer|float|double|year|enum|set|vector)$/;

/** A column's type as the log of its server tells it: `int unsigned` for `int(11) unsigned zerofill`, `enum` without its members, `geometry` for every shape. */
export function loggedType({ dataType, columnType }: ColumnFacts): string {
  if (GEOMETRY.test(dataType)) return 'geometry';
  const unsigned = /\bunsigned\b/i.test(columnType) ? ' unsigned' : '';
  if (WITHOUT_SIZE.test(dataType)) return `${dataType}${unsigned}`;
  const size = /^[a-z0-9_]+(\([\d,]+\))/i.exec(columnType)?.[1] ?? '';
  return `${dataType}${size}${unsigned}`;
}
