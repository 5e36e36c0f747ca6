/** The Express application: middleware in the order in which a request meets it. */
import express, { type Express } from "express";

import { type KeyLookup } from "../auth/key-lookup";
import { type Logger } from "../observability/logger";
import { type RequestObserver } from "../observability/metrics";
import { type AnyOperation } from "../operations";
import { authenticate } from "./authenticate";
import { DOCS_PATHS, mountDocs } from "./docs";
import { errorMiddleware } from "./error-middleware";
import { HEALTH_PATHS, type MetricsText, mountHealth, type Readiness } from "./health";
import { mountOperations, refuseOtherMethods, refuseUnknownRoute, type ServicesFor } from "./mount";
import { rateLimit, requestCounter } from "./rate-limit";
import { requestFrame, requestLog } from "./request-frame";
import { crossOrigin, securityHeaders } from "./security";

export interface AppParts {
  operations: readonly AnyOperation[];
  servicesFor: ServicesFor;
  keys: KeyLookup;
  readiness: Readiness;
  requests: RequestObserver;
  metrics: MetricsText;
  /** Makes the OpenAPI document. */
  describe: () => unknown;
  logger: Logger;
  settings: { bodyLimitBytes: number; corsOrigins: readonly string[]; requestsPerMinute: number | undefined };
}

export function createApp(parts: AppParts): Express {
  const { settings, logger } = parts;
  const app = express();
  app.disable("x-powered-by");
  // Documents carry ETags of their own.
  app.set("etag", false);
  app.set("trust proxy", false);
  app.use(requestFrame(parts.requests), requestLog(logger), securityHeaders(), ...crossOrigin(settings.corsOrigins));
  mountHealth(app, parts.readiness, parts.metrics);
  mountDocs(app, parts.describe);
  for (const path of [...HEALTH_PATHS, ...DOCS_PATHS]) refuseOtherMethods(app, path, ["GET", "HEAD"]);
  app.use("/v1", authenticate(parts.keys), rateLimit(requestCounter(settings.requestsPerMinute)));
  mountOperations(app, parts.operations, parts.servicesFor, { bodyBytes: settings.bodyLimitBytes });
  app.use(refuseUnknownRoute, errorMiddleware(logger));
  return app;
}
