import type { ColumnFacts } from './table-facts.ts';

/** How a target column takes what a source column may hold. `narrower`: not every value fits. `other`: a value of another kind. */
export type ColumnFit = 'fits' | 'narrower' | 'other';

const INTEGER_BITS: Readonly<Record<string, number>> = {
  tinyint: 8,
  smallint: 16,
  mediumint: 24,
  int: 32,
  integer: 32,
  bigint: 64,
};
const TEXT_ROOM: Readonly<Record<string, number>> = {
  tinytext: 255,
  text: 65_535,
  mediumtext: 2 ** 24,
  longtext: 2 ** 32,
};
const BLOB_ROOM: Readonly<Record<string, number>> = {
  tinyblob: 255,
  blob: 65_535,
  mediumblob: 2 ** 24,
  longblob: 2 ** 32,
};
const UNICODE = new Set(['utf8mb4', 'utf8mb3', 'utf8']);

/** Compares by kind, range, length, precision, members and character set. */
export function columnFit(source: ColumnFacts, target: ColumnFacts): ColumnFit {
  if (source.columnType === target.columnType && source.charset === target.charset) return 'fits';
  return (
    integerFit(source, target) ??
    decimalFit(source, target) ??
    floatFit(source, target) ??
    textFit(source, target) ??
    bytesFit(source, target) ??
    membersFit(source, target) ??
    temporalFit(source, target) ??
    geometryFit(source, target) ??
    documentFit(source, target) ??
    (source.dataType === target.dataType ? lengthFit(source.precision, target.precision) : intoText(target))
  );
}

const FAMILIES =
  /^(tinyint|smallint|mediumint|int|integer|bigint|decimal|float|double|char|varchar|(tiny|medium|long)?(text|blob)|binary|varbinary|date|datetime|timestamp|time|bit)$/;

/** Whether the kind of a type is known well enough to refuse a pair of them. */
export function isKnownKind({ dataType }: ColumnFacts): boolean {
  return FAMILIES.test(dataType);
}

function fit(fits: boolean): ColumnFit {
  return fits ? 'fits' : 'narrower';
}

function lengthFit(source: number | undefined, target: number | undefined): ColumnFit {
  return fit((target ?? Number.POSITIVE_INFINITY) >= (source ?? 0));
}

/** Anything can be written as text; whether it can be compared there is the operator's. */
function intoText(target: ColumnFacts): ColumnFit {
  return isText(target) ? 'narrower' : 'other';
}

function range({ dataType, columnType }: ColumnFacts): [low: bigint, high: bigint] | undefined {
  const bits = INTEGER_BITS[dataType];
  if (bits === undefined) return undefined;
  if (/unsigned/i.test(columnType)) return [0n, 2n ** BigInt(bits) - 1n];
  return [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n];
}

function integerFit(source: ColumnFacts, target: ColumnFacts): ColumnFit | undefined {
  const from = range(source);
  if (from === undefined) return undefined;
  const to = range(target);
  if (to !== undefined) return fit(to[0] <= from[0] && to[1] >= from[1]);
  if (target.dataType !== 'decimal') return undefined;
  const digits = String(from[1]).length;
  const isSigned = from[0] < 0n && /unsigned/i.test(target.columnType);
  return fit(!isSigned && (target.precision ?? 0) - (target.scale ?? 0) >= digits);
}

function decimalFit(source: ColumnFacts, target: ColumnFacts): ColumnFit | undefined {
  if (source.dataType !== 'decimal') return undefined;
  const isLoss =
    INTEGER_BITS[target.dataType] !== undefined || target.dataType === 'float' || target.dataType === 'double';
  if (isLoss) return 'narrower';
  if (target.dataType !== 'decimal') return undefined;
  const whole = ({ precision = 0, scale = 0 }: ColumnFacts): number => precision - scale;
  const losesSign = /unsigned/i.test(target.columnType) && !/unsigned/i.test(source.columnType);
  return fit(!losesSign && whole(target) >= whole(source) && (target.scale ?? 0) >= (source.scale ?? 0));
}

function floatFit(source: ColumnFacts, target: ColumnFacts): ColumnFit | undefined {
  if (source.dataType !== 'float' && source.dataType !== 'double') return undefined;
  if (target.dataType === 'double') return 'fits';
  if (target.dataType === 'float') return fit(source.dataType === 'float');
  return target.dataType === 'decimal' || INTEGER_BITS[target.dataType] !== undefined ? 'narrower' : undefined;
}

function isText({ dataType }: ColumnFacts): boolean {
  return dataType === 'char' || dataType === 'varchar' || dataType in TEXT_ROOM;
}

function textFit(source: ColumnFacts, target: ColumnFacts): ColumnFit | undefined {
  if (!isText(source) || !isText(target)) return undefined;
  const room = ({ dataType, length }: ColumnFacts): number => TEXT_ROOM[dataType] ?? length ?? 0;
  // NOTE CHAR loses spaces at the end of a value in silence.
  const keepsSpaces = target.dataType !== 'char' || source.dataType === 'char';
  return fit(keepsSpaces && room(target) >= room(source) && takesCharset(source.charset ?? '', target.charset ?? ''));
}

/** JSON is a type of MySQL and a text of MariaDB. */
function documentFit(source: ColumnFacts, target: ColumnFacts): ColumnFit | undefined {
  if (source.dataType === 'json' && target.dataType === 'longtext') return 'fits';
  if (target.dataType === 'json' && isText(source)) return 'narrower';
  return undefined;
}

function takesCharset(source: string, target: string): boolean {
  if (source === target || target === 'utf8mb4' || source === 'ascii') return true;
  return UNICODE.has(target) && source !== 'utf8mb4';
}

function bytesFit(source: ColumnFacts, target: ColumnFacts): ColumnFit | undefined {
  const room = ({ dataType, length }: ColumnFacts): number | undefined =>
    BLOB_ROOM[dataType] ?? (dataType === 'binary' || dataType === 'varbinary' ? (length ?? 0) : undefined);
  const from = room(source);
  const to = room(target);
  if (from === undefined || to === undefined) return undefined;
  // NOTE a longer BINARY pads what is written with zeros, so the value would not arrive equal.
  if (target.dataType === 'binary') return fit(source.dataType === 'binary' && from === to);
  return fit(to >= from);
}

/** ENUM and SET: every member of the source is one of the target. */
function membersFit(source: ColumnFacts, target: ColumnFacts): ColumnFit | undefined {
  if (source.dataType !== target.dataType || (source.dataType !== 'enum' && source.dataType !== 'set'))
    return undefined;
  const known = new Set(members(target.columnType));
  return fit(members(source.columnType).every((member) => known.has(member)));
}

/** The members of `enum('a','b')`. */
export function members(columnType: string): string[] {
  return [...columnType.matchAll(/'((?:[^']|'')*)'/g)].map(([, member = '']) => member.replaceAll("''", "'"));
}

function temporalFit(source: ColumnFacts, target: ColumnFacts): ColumnFit | undefined {
  const keepsFraction = (target.fraction ?? 0) >= (source.fraction ?? 0);
  if (source.dataType === target.dataType) return source.fraction === undefined ? undefined : fit(keepsFraction);
  if (source.dataType === 'date' && target.dataType === 'datetime') return 'fits';
  if (source.dataType === 'timestamp' && target.dataType === 'datetime') return fit(keepsFraction);
  const isPoint = (type: string): boolean => type === 'datetime' || type === 'timestamp' || type === 'date';
  return isPoint(source.dataType) && isPoint(target.dataType) ? 'narrower' : undefined;
}

const GEOMETRY = /^(geometry|point|linestring|polygon|multi(point|linestring|polygon)|geom(etry)?collection)$/;

/** The servers spell a collection differently; GEOMETRY takes every shape. */
function geometryFit(source: ColumnFacts, target: ColumnFacts): ColumnFit | undefined {
  if (!GEOMETRY.test(source.dataType) || !GEOMETRY.test(target.dataType)) return undefined;
  const name = ({ dataType }: ColumnFacts): string => dataType.replace('geometrycollection', 'geomcollection');
  return fit(target.dataType === 'geometry' || name(source) === name(target));
}
