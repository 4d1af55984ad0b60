import { type StackHandle, type UpOptions, upStack } from '../stack/api.ts';
import { StackError } from '../stack/errors.ts';

const TRIES = 3;

/** `upStack`, which waits for what is still starting again when a crowded machine takes longer than that allows. */
export async function bootStack(options: UpOptions): Promise<StackHandle> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await upStack(options);
    } catch (error) {
      if (!(error instanceof StackError) || attempt === TRIES) throw error;
      options.report?.line(`${error.message.slice(0, 120)}; once more`);
    }
  }
}
