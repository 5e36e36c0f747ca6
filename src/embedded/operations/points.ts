import { type Route } from "../http/route";
import { countRoutes } from "./count";
import { pointWriteRoutes } from "./point-writes";
import { readRoutes } from "./read";
import { scrollRoutes } from "./scroll";

/** All calls on points but the queries. */
export const pointRoutes: Route[] = [...pointWriteRoutes, ...readRoutes, ...scrollRoutes, ...countRoutes];
