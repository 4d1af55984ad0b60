import { asKafkaError, type KafkaAddress, openCluster } from './cluster.ts';

/** Resolves when one of the brokers answers over a new connection. Errors: KAFKA_UNREACHABLE. */
export async function askBrokers(address: KafkaAddress): Promise<void> {
  const cluster = await openCluster(address);
  try {
    await cluster.refreshMetadata();
  } catch (error) {
    throw asKafkaError(address.brokers, error);
  } finally {
    await cluster.disconnect().catch(() => {});
  }
}
