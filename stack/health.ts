/** Health checks: each asks in the process's own protocol, and rejects unless the answer is right. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { connect } from 'node:net';
import { createConnection } from 'mysql2/promise';
import { ROOT } from './processes/database-users.ts';
import { CHECK_LIMIT_MS } from './processes/spec.ts';

/** Answers 200 to a GET. */
export async function checkHttp(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(CHECK_LIMIT_MS) });
  await response.arrayBuffer();
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
}

/** Runs a query as root. */
export async function checkDatabase(port: number): Promise<void> {
  const connection = await createConnection({ host: '127.0.0.1', port, ...ROOT, connectTimeout: CHECK_LIMIT_MS });
  connection.on('error', () => {}); // a server that dies in the middle rejects the query as well
  try {
    await connection.query({ sql: 'SELECT 1', timeout: CHECK_LIMIT_MS });
    await connection.end(); // a connection that is merely closed fills the server's log with warnings
  } finally {
    connection.destroy();
  }
}

/** Answers PING with PONG. */
export async function checkRedis(port: number): Promise<void> {
  const answer = await ask(port, Buffer.from('PING\r\n'), (bytes) => bytes.includes('\r\n'));
  if (!answer.toString().startsWith('+PONG')) throw new Error('no PONG');
}

/** Metadata request, version 1, for no topic (https://kafka.apache.org/protocol#The_Messages_Metadata). */
const METADATA_REQUEST = Buffer.from([
  ...[0, 0, 0, 14], // size of what follows
  ...[0, 3, 0, 1, 0, 0, 0, 7], // api key, version, correlation id
  ...[255, 255], // no client id
  ...[0, 0, 0, 0], // no topics
]);

/** Answers a metadata request with at least one broker: it has joined its own cluster. */
export async function checkBroker(port: number): Promise<void> {
  const answer = await ask(
    port,
    METADATA_REQUEST,
    (bytes) => bytes.length >= 4 && bytes.length >= 4 + bytes.readInt32BE(0),
  );
  const brokers = answer.length >= 12 ? answer.readInt32BE(8) : 0;
  if (brokers < 1) throw new Error('the broker has not joined its cluster yet');
}

/** Its log, from where this run began, says that the copying connector runs. */
export async function checkMirror(log: string, logStart: number): Promise<void> {
  if (!readFrom(log, logStart).includes('Started MirrorSourceConnector')) {
    throw new Error('MirrorMaker does not copy yet');
  }
}

function readFrom(file: string, start: number): string {
  const handle = openSync(file, 'r');
  try {
    const length = Math.min(Math.max(0, fstatSync(handle).size - start), 1 << 20);
    const bytes = Buffer.alloc(length);
    readSync(handle, bytes, 0, length, start);
    return bytes.toString();
  } finally {
    closeSync(handle);
  }
}

/** Sends bytes, collects the answer until it is complete. */
function ask(port: number, request: Buffer, isComplete: (bytes: Buffer) => boolean): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    const socket = connect({ host: '127.0.0.1', port });
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(CHECK_LIMIT_MS, () => fail(new Error(`port ${port} did not answer in ${CHECK_LIMIT_MS} ms`)));
    socket.on('error', fail);
    socket.on('close', () => reject(new Error(`port ${port} closed the connection`)));
    socket.on('connect', () => socket.write(request));
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (!isComplete(bytes)) return;
      socket.destroy();
      resolve(bytes);
    });
  });
}
