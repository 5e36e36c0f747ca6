/** Headers that keep browsers from doing harm with answers, and cross-origin access for those origins that are named. */
import cors from "cors";
import { type RequestHandler } from "express";
import helmet from "helmet";

/** Scripts come from the service alone, so that /docs works and nothing else does. TLS ends elsewhere: no HSTS. */
export function securityHeaders(): RequestHandler {
  return helmet({
    strictTransportSecurity: false,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        // Swagger UI sets style attributes.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", "data:"],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
  });
}

/** Answers preflights and names the origin, for `origins` alone; with none, no CORS header is ever sent. */
export function crossOrigin(origins: readonly string[]): RequestHandler[] {
  if (origins.length === 0) return [];
  return [
    cors({
      origin: origins.includes("*") ? "*" : [...origins],
      exposedHeaders: ["Location", "ETag", "X-Request-Id", "Retry-After"],
      maxAge: 600,
    }),
  ];
}
