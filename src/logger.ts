import {
  type DestinationStream,
  type Logger as PinoLogger,
  pino,
  stdSerializers,
  stdTimeFunctions,
} from 'pino';

/** The levels of the log, from nothing to everything. */
export const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof logLevels)[number];
export type Logger = PinoLogger;

const censor = '[redacted]';
const secretKeys = ['token', 'password', 'secret', 'authorization', 'X-Consul-Token'];
// pino's wildcards stand for one level each.
const secretPaths = ['', '*.', '*.*.', '*.*.*.'].flatMap((prefix) =>
  secretKeys.map((key) => (/^\w+$/.test(key) ? `${prefix}${key}` : `${prefix.replace(/\.$/, '')}["${key}"]`)),
);

const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;
// A user name alone is no secret for ssh, but it may be a token for the other schemes.
const urlPassword = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/"'\\@:]*:[^\s/"'\\]*@/gi;
const urlToken = /\b(https?:\/\/)[^\s/"'\\@]+@/gi;
const bearer = /\b(Bearer|Basic|X-Consul-Token:?)\s+[A-Za-z0-9+/=._~-]+/gi;

/** The text without what must not be shown: credentials in URLs, private keys, tokens of HTTP headers. */
export function redactText(text: string): string {
  return text
    .replace(privateKey, censor)
    .replace(urlPassword, `$1${censor}@`)
    .replace(urlToken, `$1${censor}@`)
    .replace(bearer, `$1 ${censor}`);
}

/** The structured log: one JSON object a line on standard output (or `destination`), without secrets. */
export function createLogger(
  options: { level: LogLevel; name?: string },
  destination: DestinationStream = pino.destination(1),
): Logger {
  return pino(
    {
      level: options.level,
      base: options.name === undefined ? {} : { node: options.name },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.err, error: stdSerializers.err },
      redact: { paths: secretPaths, censor },
      // On the finished line, so that no field, message or child's binding gets past it.
      hooks: { streamWrite: redactText },
    },
    destination,
  );
}
