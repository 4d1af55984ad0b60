/**
 * Hosts or brokers as people write them: a list, or one text divided by commas, semicolons or blanks; a trailing divider is dropped.
 * `"a:1;b:2;"`, `"a:1, b:2"` and `["a:1;", "b:2"]` are all `["a:1", "b:2"]`.
 */
export function splitHosts(written: string | readonly string[]): string[] {
  const texts = typeof written === 'string' ? [written] : written;
  return texts.flatMap((text) => text.split(/[;,\s]+/)).filter((host) => host !== '');
}

const HOST = /^(\[[0-9A-Fa-f:.]+\]|[^:\s[\]/@]+):(\d{1,5})$/;

/** Whether the text is `host:port` with a port of 1 to 65535; an IPv6 address stands in brackets. */
export function isHostPort(text: string): boolean {
  const port = Number(HOST.exec(text)?.[2]);
  return port >= 1 && port <= 65_535;
}
