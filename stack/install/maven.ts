/** Kafka and the schema registry from Maven Central, through the host's Maven. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../config.ts';
import type { Report } from '../report.ts';
import { type KafkaVersion, REGISTRY_VERSION } from '../versions.ts';
import { ensureFolder } from './cache.ts';
import { requireTool, runTool } from './tool.ts';

const POM = join(PROJECT_ROOT, 'stack', 'pom.xml');

/** The class path of one Kafka with MirrorMaker and its tools. */
export function kafkaClassPath(cache: string, version: KafkaVersion): string {
  return join(cache, `kafka-${version}`, '*');
}

/** The registry's folder, in which `quarkus-run.jar` stands. */
export function registryFolder(cache: string): string {
  return join(cache, `registry-${REGISTRY_VERSION}`);
}

/** Installs the jars of one Kafka when they are not there. */
export async function installKafka(cache: string, version: KafkaVersion, report: Report): Promise<void> {
  const profile = version.startsWith('3.') ? [] : ['-Plog4j2'];
  await ensureFolder(join(cache, `kafka-${version}`), report, (part) =>
    maven(cache, `Kafka ${version}`, [
      ...profile,
      `-Dkafka.version=${version}`,
      'dependency:copy-dependencies',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${part}`,
    ]),
  );
}

/** Installs the registry when it is not there. */
export async function installRegistry(cache: string, report: Report): Promise<void> {
  const purpose = `the schema registry ${REGISTRY_VERSION}`;
  await ensureFolder(registryFolder(cache), report, async (part) => {
    const artifact = `io.apicurio:apicurio-registry-app:${REGISTRY_VERSION}:tar.gz:all`;
    await maven(cache, purpose, ['dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${part}`]);
    const archive = readdirSync(part).find((file) => file.endsWith('.tar.gz'));
    await runTool('tar', ['xzf', join(part, archive ?? ''), '-C', part], { purpose });
    rmSync(join(part, archive ?? ''));
  });
}

/** Maven with a repository of its own, so that the user's home stays as it is and a broken download can be resumed. */
async function maven(cache: string, purpose: string, args: readonly string[]): Promise<void> {
  requireTool('java', purpose);
  await runTool('mvn', ['-q', '-B', '-f', POM, `-Dmaven.repo.local=${join(cache, 'maven')}`, ...args], { purpose });
}
