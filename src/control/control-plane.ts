/** Puts the control plane together: who may ask, what there is, and how it is made. */
import { CollectionDirectory } from "../collections/directory";
import { type IdMaker } from "../ids";
import { Bootstrap } from "../keys/bootstrap";
import { FLUSH_AFTER_MS, LastUse } from "../keys/last-use";
import { ControlKeyLookup } from "../keys/lookup";
import { KeyService } from "../keys/service";
import { NamespaceDirectory } from "../namespaces/directory";
import { NamespaceProvisioner } from "../namespaces/provision";
import { NamespaceRemover } from "../namespaces/remove";
import { NamespaceRenamer } from "../namespaces/rename";
import { NamespaceService } from "../namespaces/service";
import { OrganisationService } from "../organisations/service";
import { type Qdrant } from "../qdrant/gateway";
import { NamedVectors } from "../qdrant/named-vectors";
import { ControlStore } from "./store";

export interface ControlPlaneOptions {
  qdrant: Qdrant;
  ids: IdMaker;
  now: () => Date;
  /** `INLET_ROOT_KEY` */
  rootKey: string | undefined;
  /** `INLET_AUTO_PROVISION` */
  autoProvision: boolean;
  /** Told the operator's secret once, when it has just been made. */
  onNewOperatorKey(secret: string): void;
  /** Told why the times at which keys were used could not be written. */
  onLastUseFailure(error: unknown): void;
}

export interface ControlPlane {
  control: ControlStore;
  /** Call `ready` at the start; where it fails, the requests try again. */
  bootstrap: Bootstrap;
  keys: ControlKeyLookup;
  /** What documents ask for. */
  resolver: NamespaceDirectory;
  /** The collections of a namespace. */
  collectionDirectory: CollectionDirectory;
  namedVectors: NamedVectors;
  namespaces: NamespaceService;
  apiKeys: KeyService;
  organisations: OrganisationService;
  /** To be told by the gateway which collection Qdrant does not have. */
  onMissingCollection(name: string): void;
  /** Writes what it has kept back, for as long as `signal` lets it. */
  close(signal: AbortSignal): Promise<void>;
}

export function createControlPlane(options: ControlPlaneOptions): ControlPlane {
  const { qdrant, ids, now, autoProvision } = options;
  const control = new ControlStore(qdrant);
  const bootstrap = new Bootstrap({ ...options, control });
  const collectionDirectory = new CollectionDirectory({ control, ids, now });
  const namedVectors = new NamedVectors(qdrant);
  const provisioner = new NamespaceProvisioner({ control, qdrant, bootstrap, ids, now });
  const onFailure = options.onLastUseFailure;
  const lastUse = new LastUse({ control, now, flushAfterMs: FLUSH_AFTER_MS, onFailure });
  const keys = new ControlKeyLookup({ control, bootstrap, lastUse, now });
  const resolver = new NamespaceDirectory({
    control,
    bootstrap,
    provisioner,
    collections: collectionDirectory,
    namedVectors,
    autoProvision,
  });
  const namespaces = new NamespaceService({
    control,
    qdrant,
    directory: resolver,
    provisioner,
    renamer: new NamespaceRenamer({ control, qdrant, bootstrap, now }),
    remover: new NamespaceRemover({ control, qdrant, now }),
    now,
  });
  const apiKeys = new KeyService({ control, lookup: keys, lastUse, now });
  const organisations = new OrganisationService({ control, keys: apiKeys, ids, now });
  const onMissingCollection = (name: string): void => resolver.forgetMissing(name);
  return {
    control,
    bootstrap,
    keys,
    resolver,
    collectionDirectory,
    namedVectors,
    namespaces,
    apiKeys,
    organisations,
    onMissingCollection,
    close: (signal) => lastUse.close(signal),
  };
}
