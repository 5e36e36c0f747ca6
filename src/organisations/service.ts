/** Organisations: who data and keys belong to. */
import { type Principal } from "../auth/principal";
import { type OrganisationRecord } from "../control/records";
import { type ControlStore } from "../control/store";
import { notFound } from "../errors";
import { type IdMaker } from "../ids";
import { type KeyService } from "../keys/service";
import { type CallOptions } from "../qdrant/gateway";

const FIRST_KEY = "admin";

export class OrganisationService {
  constructor(
    private readonly deps: {
      control: ControlStore;
      keys: KeyService;
      ids: Pick<IdMaker, "organisation">;
      now: () => Date;
    },
  ) {}

  /** Also makes the key without which nobody could use it. */
  async create(by: Principal, name: string, email: string, options: CallOptions) {
    const { control, keys, ids, now } = this.deps;
    const id = ids.organisation();
    const at = now().toISOString();
    const made = { organisation_id: id, name, created_at: at, updated_at: at };
    const { record } = await control.claim("organisation", [id], made, options);
    const owner = { organisationId: id, user: email.toLowerCase() };
    const key = await keys.create(owner, by, { name: FIRST_KEY, permissions: ["admin"] }, options);
    return { ...shown(record), api_key: key };
  }

  async read(who: Principal, options: CallOptions) {
    const all: OrganisationRecord[] = [];
    for await (const { record } of this.deps.control.list("organisation", {}, options)) all.push(record);
    all.sort((a, b) => (a.created_at < b.created_at ? -1 : 1));
    const own = all.find(({ organisation_id: id }) => id === who.organisationId);
    if (own === undefined) throw notFound("Organisation", { organization_id: who.organisationId });
    return { ...shown(own), organizations: all.map(shown) };
  }
}

const shown = (record: OrganisationRecord) => ({
  organization_id: record.organisation_id,
  organization_name: record.name,
  account_type: "enterprise" as const,
  credit_count: 0 as const,
  rate_limits: {},
  created_at: record.created_at,
  updated_at: record.updated_at,
});
