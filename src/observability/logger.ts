/** The service's log: JSON lines on standard output. No line may hold a key, whichever object brings it along. */
import pino, { type DestinationStream, type Logger as PinoLogger } from "pino";

import { type LogLevel } from "../config";

export type Logger = PinoLogger;

const SECRET_KEYS = ["authorization", "apiKey", "api_key", '["api-key"]', "rootKey", "secret", "secretAccessKey"];

/** `destination` is for tests; standard output otherwise. */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const nested = (prefix: string): string[] =>
    SECRET_KEYS.map((key) => (key.startsWith("[") ? prefix + key : `${prefix}.${key}`));
  const options = {
    level,
    base: { service: "inlet" },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: [...SECRET_KEYS, ...nested("*"), ...nested("*.headers"), ...nested("headers")],
      censor: "[redacted]",
    },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
