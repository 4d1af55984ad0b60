/** What all Java processes share. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StackConfig } from '../config.ts';
import { kafkaClassPath } from '../install/maven.ts';
import { foldersOf } from './folders.ts';

const LOG4J2 = `rootLogger.level=info
rootLogger.appenderRef.out.ref=out
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d %p %m (%c)%n
`;

const LOG4J1 = `log4j.rootLogger=INFO,out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=%d %p %m (%c)%n
`;

/** Writes the logging settings that `kafkaArguments` names; Kafka 4 reads the first form, 3.9 the second. */
export function writeLogging(dir: string): void {
  const { etc } = foldersOf(dir);
  mkdirSync(etc, { recursive: true });
  writeFileSync(join(etc, 'log4j2.properties'), LOG4J2);
  writeFileSync(join(etc, 'log4j.properties'), LOG4J1);
}

/** Arguments of `java` for a main class of Kafka; `heap` in megabytes. */
export function kafkaArguments(
  config: StackConfig,
  { heap, main, args }: { heap: number; main: string; args: readonly string[] },
): readonly string[] {
  const { etc } = foldersOf(config.dir);
  return [
    '-Xms128m',
    `-Xmx${heap}m`,
    '-XX:+ExitOnOutOfMemoryError',
    `-Dlog4j2.configurationFile=file:${join(etc, 'log4j2.properties')}`,
    `-Dlog4j.configuration=file:${join(etc, 'log4j.properties')}`,
    '-cp',
    kafkaClassPath(config.cache, config.kafkaVersion),
    main,
    ...args,
  ];
}

/** Text of a Java properties file; backslashes are doubled, as the format wants. */
export function properties(entries: Readonly<Record<string, string | number | boolean>>): string {
  return Object.entries(entries)
    .map(([name, value]) => `${name}=${String(value).replaceAll('\\', '\\\\')}\n`)
    .join('');
}
