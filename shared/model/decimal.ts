/** An exact decimal number: `coefficient` / 10^`scale`. */
export class Decimal {
  readonly coefficient: bigint;
  readonly scale: number;

  constructor(coefficient: bigint, scale: number) {
    this.coefficient = coefficient;
    this.scale = scale;
  }

  /** `12`, `-0.50`, `.5`, `1e3`. Undefined for text that is no number. */
  static parse(text: string): Decimal | undefined {
    const [, sign, whole = '', fraction = '', exponent = '0'] =
      /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text) ?? [];
    if (sign === undefined || whole + fraction === '') return undefined;
    const digits = BigInt(whole + fraction);
    const scale = fraction.length - Number(exponent);
    const coefficient = sign === '-' ? -digits : digits;
    return scale < 0 ? new Decimal(coefficient * 10n ** BigInt(-scale), 0) : new Decimal(coefficient, scale);
  }

  /** A DOUBLE is the shortest decimal number that reads as the same DOUBLE: what a person wrote. Errors: RangeError when it is not finite. */
  static from(value: Decimal | bigint | number): Decimal {
    if (value instanceof Decimal) return value;
    if (typeof value === 'bigint') return new Decimal(value, 0);
    const found = Decimal.parse(String(value));
    if (found === undefined) throw new RangeError('not a finite number');
    return found;
  }

  plus(other: Decimal): Decimal {
    const [a, b, scale] = aligned(this, other);
    return new Decimal(a + b, scale);
  }

  minus(other: Decimal): Decimal {
    return this.plus(other.negated());
  }

  times(other: Decimal): Decimal {
    return new Decimal(this.coefficient * other.coefficient, this.scale + other.scale);
  }

  /** Four more digits than the dividend has, rounded half away from zero, as MySQL divides. Errors: RangeError for zero. */
  dividedBy(other: Decimal): Decimal {
    if (other.coefficient === 0n) throw new RangeError('division by zero');
    const scale = this.scale + 4;
    const up = this.coefficient * 10n ** BigInt(4 + other.scale);
    const quotient = up / other.coefficient;
    const rest = up % other.coefficient;
    const away = absolute(rest) * 2n >= absolute(other.coefficient);
    const step = up < 0n === other.coefficient < 0n ? 1n : -1n;
    return new Decimal(away ? quotient + step : quotient, scale);
  }

  negated(): Decimal {
    return new Decimal(-this.coefficient, this.scale);
  }

  /** Below 0, 0, above 0. */
  compare(other: Decimal): number {
    const [a, b] = aligned(this, other);
    return a < b ? -1 : a > b ? 1 : 0;
  }

  /** Towards zero. */
  toInteger(): bigint {
    return this.coefficient / 10n ** BigInt(this.scale);
  }

  /** Plain digits, as many behind the point as the scale says. */
  toString(): string {
    const digits = String(absolute(this.coefficient)).padStart(this.scale + 1, '0');
    const whole = digits.slice(0, digits.length - this.scale);
    const sign = this.coefficient < 0n ? '-' : '';
    return this.scale === 0 ? sign + whole : `${sign}${whole}.${digits.slice(-this.scale)}`;
  }
}

function aligned(a: Decimal, b: Decimal): [bigint, bigint, number] {
  const scale = Math.max(a.scale, b.scale);
  const raise = (of: Decimal): bigint => of.coefficient * 10n ** BigInt(scale - of.scale);
  return [raise(a), raise(b), scale];
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}
