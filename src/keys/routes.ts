/** The API key calls as operations, within the caller's own organisation. All of them need the permission admin. */
import { Type } from "@sinclair/typebox";

import { type Principal } from "../auth/principal";
import { requireUnscoped } from "../auth/scopes";
import { ok, operation } from "../operation";
import { Nothing } from "../schema/common";
import { inspectScopes } from "./inspect";
import { Done, KeyCreate, KeyCreated, KeyList, KeyPath, KeyRead, KeyUpdate, UserPath } from "./schemas";
import { type KeyOwner } from "./key-record";
import { type KeyService } from "./service";

/** What the handlers need of the composed service. */
export interface KeyServices {
  apiKeys: KeyService;
}

/** Addresses differ by more than their case in theory alone. @throws InletError 403 for a key that has scopes itself */
function ownerOf(principal: Principal, email: string): KeyOwner {
  requireUnscoped(principal);
  return { organisationId: principal.organisationId, user: email.toLowerCase() };
}

const common = { permission: "admin", namespaced: false, params: KeyPath, query: Nothing } as const;
const ALL = "/v1/organizations/users/:user_email/api-keys";
const ONE = `${ALL}/:key_name`;

export const createApiKey = operation({
  ...common,
  id: "createApiKey",
  method: "post",
  path: ALL,
  summary: "Create an API key; its secret is shown this once",
  params: UserPath,
  body: KeyCreate,
  errors: [409],
  answer: KeyCreated,
  inspect: inspectScopes,
  handle: async ({ params, body }, { apiKeys }: KeyServices, { principal, signal }) =>
    ok(await apiKeys.create(ownerOf(principal, params.user_email), principal, body, { signal })),
});

export const listApiKeys = operation({
  ...common,
  id: "listApiKeys",
  method: "get",
  path: ALL,
  summary: "List a user's API keys",
  params: UserPath,
  query: Type.Object({
    include_revoked: Type.Optional(Type.Boolean()),
    include_session_keys: Type.Optional(Type.Boolean()),
  }),
  answer: KeyList,
  handle: async ({ params, query }, { apiKeys }: KeyServices, { principal, signal }) => {
    const owner = ownerOf(principal, params.user_email);
    return ok(await apiKeys.list(owner, query.include_revoked ?? false, { signal }));
  },
});

export const patchApiKey = operation({
  ...common,
  id: "patchApiKey",
  method: "patch",
  path: ONE,
  summary: "Change an API key: what is sent is set, null removes it, the rest stays",
  body: KeyUpdate,
  errors: [409],
  answer: KeyRead,
  inspect: inspectScopes,
  handle: async ({ params, body }, { apiKeys }: KeyServices, { principal, signal }) => {
    const owner = ownerOf(principal, params.user_email);
    return ok(await apiKeys.update(owner, principal, params.key_name, body, { signal }));
  },
});

export const revokeApiKey = operation({
  ...common,
  id: "revokeApiKey",
  method: "delete",
  path: ONE,
  summary: "Revoke an API key, on every replica within 5 s",
  query: Type.Object({ force: Type.Optional(Type.Boolean()) }),
  answer: Done,
  handle: async ({ params }, { apiKeys }: KeyServices, { principal, signal }) => {
    await apiKeys.revoke(ownerOf(principal, params.user_email), principal, params.key_name, { signal });
    return ok({ message: `API key ${params.key_name} was revoked.`, success: true });
  },
});

const MAX_GRACE_SECONDS = 30 * 24 * 3600;

export const rotateApiKey = operation({
  ...common,
  id: "rotateApiKey",
  method: "post",
  path: `${ONE}/rotate`,
  summary: "Give an API key a new secret; the old one goes on for the grace time",
  query: Type.Object({
    grace_seconds: Type.Integer({
      minimum: 0,
      maximum: MAX_GRACE_SECONDS,
      default: 0,
      description: "How long the old secret goes on being valid",
    }),
  }),
  errors: [409],
  answer: KeyCreated,
  handle: async ({ params, query }, { apiKeys }: KeyServices, { principal, signal }) => {
    const owner = ownerOf(principal, params.user_email);
    return ok(await apiKeys.rotate(owner, principal, params.key_name, query.grace_seconds, { signal }));
  },
});

export const keyOperations = [createApiKey, listApiKeys, patchApiKey, revokeApiKey, rotateApiKey];
