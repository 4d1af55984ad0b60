import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Lets the first user be made. Its worth ends with that user. */
export class SetupToken {
  private readonly text: string;
  private readonly isGiven: boolean;

  /** `given`: LUTRA_SETUP_TOKEN; left out, one is made up. */
  constructor(given: string | undefined) {
    this.isGiven = given !== undefined;
    this.text = given ?? randomBytes(24).toString('base64url');
  }

  isRight(text: string): boolean {
    return timingSafeEqual(digest(text), digest(this.text));
  }

  /** For the log of the first start, and nowhere else. */
  announcement(): string {
    return this.isGiven
      ? 'there is no user yet: make the first one with the set-up token of LUTRA_SETUP_TOKEN (lutra setup, or the console)'
      : `there is no user yet: make the first one with the set-up token ${this.text} (lutra setup, or the console); it is worth nothing afterwards`;
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
