/** What must be there before the first request: `inlet_control`, the default organisation, the operator's key. Replicas that
 *  start at once agree on all three. Where Qdrant is away the service starts all the same, and the next request tries again. */
import { untilAborted } from "../control/cache";
import { type ControlStore } from "../control/store";
import { type IdMaker } from "../ids";
import { type CallOptions } from "../qdrant/gateway";
import { hashOf, newSecret, prefixOf } from "./secret";

export interface Bootstrapped {
  /** `org_…`, the operator's own. */
  defaultOrganisationId: string;
  /** SHA-256 of the operator's key. */
  operatorKeyHash: string;
}

export interface BootstrapOptions {
  control: ControlStore;
  ids: Pick<IdMaker, "organisation">;
  now: () => Date;
  /** `INLET_ROOT_KEY`; undefined: a key is made at the first start. */
  rootKey: string | undefined;
  /** Told the secret of a key that was made just now: the only time that it can be shown. */
  onNewOperatorKey(secret: string): void;
}

const TIMEOUT_MS = 60_000;

export class Bootstrap {
  private done: Promise<Bootstrapped> | undefined;

  constructor(private readonly options: BootstrapOptions) {}

  /** Makes what is missing; once it has succeeded, gives the same answer at once. @throws InletError 503 where Qdrant is
   *  away or refuses Inlet's key. */
  async ready(options: CallOptions): Promise<Bootstrapped> {
    this.done ??= this.run().catch((error: unknown) => {
      this.done = undefined;
      throw error;
    });
    return await untilAborted(this.done, options.signal);
  }

  private async run(): Promise<Bootstrapped> {
    const options = { signal: AbortSignal.timeout(TIMEOUT_MS) };
    await this.options.control.prepare(options);
    const defaultOrganisationId = await this.defaultOrganisation(options);
    return { defaultOrganisationId, operatorKeyHash: await this.operatorKeyHash(options) };
  }

  private async defaultOrganisation(options: CallOptions): Promise<string> {
    const { control, ids, now } = this.options;
    const known = await control.get("default_organisation", [], options);
    const { record } =
      known ?? (await control.claim("default_organisation", [], { organisation_id: ids.organisation() }, options));
    const id = record.organisation_id;
    if ((await control.get("organisation", [id], options)) === undefined) {
      const at = now().toISOString();
      await control.claim(
        "organisation",
        [id],
        { organisation_id: id, name: "default", created_at: at, updated_at: at },
        options,
      );
    }
    return id;
  }

  private async operatorKeyHash(options: CallOptions): Promise<string> {
    const { control, now, rootKey, onNewOperatorKey } = this.options;
    if (rootKey !== undefined) return hashOf(rootKey);
    const known = await control.get("operator_key", [], options);
    if (known !== undefined) return known.record.hash;
    const secret = newSecret();
    const made = { hash: hashOf(secret), prefix: prefixOf(secret), created_at: now().toISOString() };
    const { record, won } = await control.claim("operator_key", [], made, options);
    if (won) onNewOperatorKey(secret);
    return record.hash;
  }
}
