/** The organisation calls as operations: the operator's key alone may use them. */
import { type Static, Type } from "@sinclair/typebox";

import { type Principal } from "../auth/principal";
import { InletError } from "../errors";
import { KeyCreated } from "../keys/schemas";
import { ok, operation } from "../operation";
import { Nothing } from "../schema/common";
import { type OrganisationService } from "./service";

/** What the handlers need of the composed service. */
export interface OrganisationServices {
  organisations: OrganisationService;
}

export const OrganisationCreate = Type.Object(
  {
    organization_name: Type.String({ minLength: 1, maxLength: 128 }),
    user_email: Type.String({
      pattern: "^[^\\s@/]{1,64}@[^\\s@/]{1,189}$",
      wanted: "an email address",
      description: "Whose the organisation's first API key is; it may do everything in it",
    }),
  },
  { additionalProperties: false, examples: [{ organization_name: "Example", user_email: "ada@example.com" }] },
);

const fields = {
  organization_id: Type.String(),
  organization_name: Type.String(),
  account_type: Type.Literal("enterprise", { description: "Inlet has one kind" }),
  credit_count: Type.Literal(0, { description: "Inlet counts no credits" }),
  rate_limits: Type.Object({}, { description: "None" }),
  created_at: Type.String(),
  updated_at: Type.String(),
};
export const OrganisationRead = Type.Object(fields, { title: "Organization" });
export type OrganisationRead = Static<typeof OrganisationRead>;
const OrganisationCreated = Type.Object({ ...fields, api_key: KeyCreated }, { title: "OrganizationCreated" });
const OrganisationsRead = Type.Object(
  { ...fields, organizations: Type.Array(OrganisationRead, { description: "All there are" }) },
  { title: "Organizations" },
);

/** @throws InletError 403 */
function requireOperator(principal: Principal): void {
  if (principal.operator) return;
  throw new InletError(403, "permission_error", "Only the operator's key may do this.", { code: "operator_only" });
}

const common = {
  path: "/v1/organizations",
  permission: "admin",
  namespaced: false,
  params: Nothing,
  query: Nothing,
} as const;

export const createOrganisation = operation({
  ...common,
  id: "createOrganization",
  method: "post",
  summary: "Create an organisation and its first API key, which is shown this once",
  body: OrganisationCreate,
  answer: OrganisationCreated,
  handle: async ({ body }, { organisations }: OrganisationServices, { principal, signal }) => {
    requireOperator(principal);
    return ok(await organisations.create(principal, body.organization_name, body.user_email, { signal }));
  },
});

export const readOrganisations = operation({
  ...common,
  id: "readOrganizations",
  method: "get",
  summary: "Read the operator's organisation, and the list of all",
  answer: OrganisationsRead,
  handle: async (_input, { organisations }: OrganisationServices, { principal, signal }) => {
    requireOperator(principal);
    return ok(await organisations.read(principal, { signal }));
  },
});

export const organisationOperations = [createOrganisation, readOrganisations];
