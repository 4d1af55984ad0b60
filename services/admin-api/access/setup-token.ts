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

  /** For the log of the first start; without the token, for the log goes to Kafka too. */
  announcement(): string {
    const where = this.isGiven ? 'of LUTRA_SETUP_TOKEN' : 'that this process has printed on its standard output';
    return `there is no user yet: make the first one with the set-up token ${where} (lutra setup, or the console)`;
  }

  /** For the standard output of the process, and nowhere else; undefined when the operator has given it. */
  printed(): string | undefined {
    return this.isGiven ? undefined : `set-up token ${this.text} (worth nothing once there is a user)`;
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
