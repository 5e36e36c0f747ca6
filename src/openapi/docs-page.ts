/** /docs: Swagger UI from its npm package, served by this service alone, so that it works offline and under a policy that
 *  allows no inline script. */
import { dirname } from "node:path";

/** Everything is addressed relative to /docs/, so that a path prefix of a proxy does no harm. */
export const DOCS_HTML = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Inlet API</title>
    <link rel="icon" href="./favicon-32x32.png" />
    <link rel="stylesheet" href="./swagger-ui.css" />
  </head>
  <body>
    <div id="docs"></div>
    <script src="./swagger-ui-bundle.js"></script>
    <script src="./start.js"></script>
  </body>
</html>
`;

export const DOCS_SCRIPT = `SwaggerUIBundle({
  url: "../openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  persistAuthorization: false,
  tryItOutEnabled: true,
  validatorUrl: null,
});
`;

/** The files of Swagger UI that the page asks for. */
export const DOCS_ASSETS: readonly string[] = ["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"];

/** Where Swagger UI's files lie. @throws Error where its package is not installed */
export const docsFolder = (): string => dirname(require.resolve("swagger-ui-dist/package.json"));
