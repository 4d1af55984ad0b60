import type { ColumnFacts } from './table-facts.ts';

const TYPE = /^([a-z0-9_]+)(?:\((\d+)(?:,(\d+))?\))?/i;
const DIGITS_OF_SECOND = /^(time|datetime|timestamp)$/;
const SIZED = /^(char|varchar|binary|varbinary)$/;

/** What a type text says, as far as the log tells it (`varchar(64)`, `decimal(10,2) unsigned`), in the words of information_schema. */
export function columnFacts(column: {
  readonly name: string;
  readonly type: string;
  readonly charset?: string | undefined;
}): ColumnFacts {
  const [, word = '', first, second] = TYPE.exec(column.type) ?? [];
  const dataType = word.toLowerCase();
  const size = first === undefined ? undefined : Number(first);
  const isSized = SIZED.test(dataType);
  const isTime = DIGITS_OF_SECOND.test(dataType);
  return {
    name: column.name,
    dataType,
    columnType: column.type,
    charset: column.charset === 'binary' ? undefined : column.charset,
    isNullable: true,
    isGenerated: false,
    hasDefault: false,
    length: isSized ? size : undefined,
    precision: isSized || isTime ? undefined : size,
    scale: dataType === 'decimal' ? Number(second ?? 0) : undefined,
    fraction: isTime ? (size ?? 0) : undefined,
  };
}
