/** The wire between a stack's supervisor and whoever commands it: one JSON line each way on a unix socket. */
import { rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { messageOf, StackError } from './errors.ts';

export type Command = {
  readonly verb: 'start' | 'stop' | 'kill' | 'restart' | 'down';
  readonly names: readonly string[];
};

type Answer = { readonly error?: string };

/** Listens for commands; `afterDown` runs once the answer to `down` has been sent. */
export async function serveCommands(
  path: string,
  obey: (command: Command) => Promise<void>,
  afterDown: () => Promise<void>,
): Promise<void> {
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    void readLine(socket).then(
      async (line) => {
        const command = JSON.parse(line) as Command;
        const answer: Answer = await obey(command).then(
          () => ({}),
          (error: unknown) => ({ error: messageOf(error) }),
        );
        socket.end(`${JSON.stringify(answer)}\n`, () => {
          if (command.verb === 'down') void afterDown();
        });
      },
      () => socket.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
}

/** Sends a command and waits until it is done; rejects with the supervisor's sentence, or when nobody listens. */
export async function sendCommand(path: string, command: Command): Promise<void> {
  const socket = connect(path);
  const failed = new Promise<never>((_resolve, reject) => socket.once('error', reject));
  socket.write(`${JSON.stringify(command)}\n`);
  const line = await Promise.race([readLine(socket), failed]).catch((cause: unknown) => {
    throw new StackError(`The supervisor at ${path} does not answer; run "stack up" or "stack down".`, { cause });
  });
  const answer = JSON.parse(line) as Answer;
  if (answer.error !== undefined) throw new StackError(answer.error);
}

function readLine(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
    });
    socket.once('close', () => reject(new Error('the connection was closed')));
  });
}
