/** Whether and how spans leave, of the variables that OpenTelemetry names; the exporter itself reads headers, certificates and time-outs from them. */
export type TraceSettings = {
  /** `host:port` of the receiver, for the log. */
  readonly receiver: string;
  /** Share of the source transactions that are traced, 0 to 1. */
  readonly ratio: number;
};

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_RATIO = 0.01;
/** The samplers that OpenTelemetry names, as shares; undefined: the share is OTEL_TRACES_SAMPLER_ARG. */
const SAMPLERS: Readonly<Record<string, number | undefined>> = {
  always_on: 1,
  always_off: 0,
  traceidratio: undefined,
  parentbased_always_on: 1,
  parentbased_always_off: 0,
  parentbased_traceidratio: undefined,
};

/** Undefined: no traces, which is so unless an endpoint is set. What is wrong is added to `faults`, never an address with its user. */
export function readTraceSettings(env: Environment, faults: string[]): TraceSettings | undefined {
  const name = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'].find((each) => textOf(env, each));
  const isOff = textOf(env, 'OTEL_SDK_DISABLED') === 'true' || textOf(env, 'OTEL_TRACES_EXPORTER') === 'none';
  if (name === undefined || isOff) return undefined;
  refuseGrpc(env, faults);
  return { receiver: readReceiver(name, textOf(env, name), faults), ratio: readRatio(env, faults) };
}

function readReceiver(name: string, text: string, faults: string[]): string {
  const address = URL.canParse(text) ? new URL(text) : undefined;
  if (address === undefined || !/^https?:$/.test(address.protocol)) {
    faults.push(`${name} is not an address: write that of a receiver of OTLP over HTTP, such as http://collector:4318`);
    return '';
  }
  if (`${address.username}${address.password}` !== '')
    faults.push(
      `${name} holds a user: write the address without one, and what proves who asks as OTEL_EXPORTER_OTLP_HEADERS`,
    );
  return address.host;
}

function refuseGrpc(env: Environment, faults: string[]): void {
  const name = ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'].find((each) => textOf(env, each));
  if (name !== undefined && textOf(env, name) === 'grpc')
    faults.push(
      `${name} is "grpc": traces leave as JSON over HTTP; leave it out, and write the endpoint of the receiver's HTTP, usually port 4318`,
    );
}

function readRatio(env: Environment, faults: string[]): number {
  const sampler = textOf(env, 'OTEL_TRACES_SAMPLER') || 'traceidratio';
  if (!Object.hasOwn(SAMPLERS, sampler))
    faults.push(`OTEL_TRACES_SAMPLER is "${sampler}": write one of ${Object.keys(SAMPLERS).join(', ')}`);
  const text = textOf(env, 'OTEL_TRACES_SAMPLER_ARG');
  const ratio = SAMPLERS[sampler] ?? (text === '' ? DEFAULT_RATIO : Number(text));
  if (!(ratio >= 0 && ratio <= 1))
    faults.push(`OTEL_TRACES_SAMPLER_ARG is "${text}": write the share of transactions to trace, a number from 0 to 1`);
  return ratio;
}

function textOf(env: Environment, name: string): string {
  return env[name]?.trim() ?? '';
}
