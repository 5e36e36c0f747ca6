/** The API's description, for programs and for people. No key needed: it holds nothing of anyone. */
import { join } from "node:path";

import { type Request, type Response, type Router } from "express";

import { DOCS_ASSETS, DOCS_HTML, DOCS_SCRIPT, docsFolder } from "../openapi/docs-page";
import { stateOf } from "./context";

export const DOCS_PATHS = ["/openapi.json", "/docs"] as const;

/** `describe` is called once, at the first request: the document takes a while to make and is seldom asked for. */
export function mountDocs(router: Router, describe: () => unknown): void {
  let document: string | undefined;
  router.get("/openapi.json", (request: Request, response: Response) => {
    stateOf(request).operationId = "openapi";
    document ??= JSON.stringify(describe());
    response.type("application/json").send(document);
  });
  router.get("/docs", (request: Request, response: Response) => {
    stateOf(request).operationId = "docs";
    // The page's own addresses are relative to the folder.
    if (!request.path.endsWith("/")) response.redirect(301, "docs/");
    else response.type("html").send(DOCS_HTML);
  });
  router.get("/docs/start.js", (request: Request, response: Response) => {
    stateOf(request).operationId = "docs";
    response.type("text/javascript").send(DOCS_SCRIPT);
  });
  router.get(
    DOCS_ASSETS.map((name) => `/docs/${name}`),
    (request: Request, response: Response) => {
      stateOf(request).operationId = "docs";
      response.sendFile(join(docsFolder(), request.path.slice("/docs/".length)), { maxAge: "1d" });
    },
  );
}
