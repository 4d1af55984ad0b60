/** The process of a place. */
import type { StackConfig } from '../config.ts';
import type { Place } from '../layout.ts';
import { brokerSpec } from './broker.ts';
import { databaseSpec } from './database.ts';
import { mirrorSpec } from './mirror.ts';
import { redisSpec } from './redis.ts';
import { registrySpec } from './registry.ts';
import { serviceSpec } from './service.ts';
import type { ProcessSpec } from './spec.ts';

export function specOf(config: StackConfig, place: Place): ProcessSpec {
  const spec = ownSpec(config, place);
  return { ...spec, env: { ...spec.env, ...config.environments?.[place.name] } };
}

function ownSpec(config: StackConfig, place: Place): ProcessSpec {
  switch (place.role) {
    case 'broker':
      return brokerSpec(config, place);
    case 'mirror':
      return mirrorSpec(config, place);
    case 'registry':
      return registrySpec(config, place);
    case 'database':
      return databaseSpec(config, place);
    case 'redis':
      return redisSpec(config, place);
    case 'selector':
    case 'loader':
    case 'admin-api':
      return serviceSpec(config, place);
  }
}
