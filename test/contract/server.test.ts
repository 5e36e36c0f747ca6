/** The suites for any Qdrant address, at the backend of this run: the server at QDRANT_URL, a container, or else the embedded
 *  engine that the run shares. */
import { backend } from "../support/backend";
import { collectionsSuite } from "./suite/collections";
import { filtersSuite } from "./suite/filters";
import { pointsSuite } from "./suite/points";
import { querySuite } from "./suite/query";
import { refusalsSuite } from "./suite/refusals";
import { serviceSuite } from "./suite/service";
import { snapshotsSuite } from "./suite/snapshots";
import { transportSuite } from "./suite/transport";

describe(`Qdrant's REST API, at the backend of this run (${backend().kind})`, () => {
  collectionsSuite(backend);
  filtersSuite(backend);
  pointsSuite(backend);
  querySuite(backend);
  refusalsSuite(backend);
  serviceSuite(backend);
  snapshotsSuite(backend);
  transportSuite(backend);
});
