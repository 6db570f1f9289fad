/** Numbers with units and two significant digits, as people on call read them. */

const two = (value) => (value >= 10 ? String(Math.round(value)) : String(Number(value.toPrecision(2))));

/** A duration of seconds: "85 ms", "2.8 s". */
export function seconds(value) {
  if (!Number.isFinite(value)) return '–';
  return value < 0.9995 ? `${two(Math.round(value * 100_000) / 100)} ms` : `${two(value)} s`;
}

/** A ratio as per cent: "0.1 %", "18 %". */
export function percent(value) {
  if (!Number.isFinite(value)) return '–';
  return `${two(Math.round(value * 10_000) / 100)} %`;
}

/** Requests a second: "212/s". */
export function perSecond(value) {
  return Number.isFinite(value) ? `${two(value)}/s` : '–';
}

/** The last path segment of an image: "payment-api:2.3.0". */
export const shortImage = (image) => image.split('/').at(-1);

export const HEALTH = {
  ok: { sign: '●', words: 'healthy' },
  degraded: { sign: '▲', words: 'degraded' },
  down: { sign: '■', words: 'down' },
};

/** One sentence on a service, for screen readers. */
export function serviceWords(service) {
  return `${service.name}: ${HEALTH[service.health].words}, ${service.ready} of ${service.replicas} ready, ${perSecond(service.requestsPerSecond)}, ${percent(service.errorRatio)} errors, p99 ${seconds(service.p99Seconds)}`;
}
