/** Reads the value of a geo operator, in the form that Qdrant's own clause has. Pure. */
import { isRecord } from "../documents/json-rules";
import { indexPath } from "../schema/paths";
import { type FilterFaults } from "./faults";
import { type GeoPoint, type GeoShape } from "./geo";

const MAX_RING_POINTS = 1_000;
const MAX_INTERIORS = 100;

export function readShape(
  operator: "geo_radius" | "geo_bounding_box" | "geo_polygon",
  value: unknown,
  at: string,
  faults: FilterFaults,
): GeoShape | undefined {
  if (!isRecord(value)) return faults.add(at, "must be an object, as Qdrant's own clause of that name has it");
  switch (operator) {
    case "geo_radius": {
      const center = point(value["center"], `${at}.center`, faults);
      const { radius } = value;
      if (typeof radius !== "number" || !Number.isFinite(radius) || radius <= 0) {
        return faults.add(`${at}.radius`, "must be a number of metres above 0");
      }
      return center && { kind: "radius", center, radius };
    }
    case "geo_bounding_box": {
      const from = point(value["top_left"], `${at}.top_left`, faults);
      const to = point(value["bottom_right"], `${at}.bottom_right`, faults);
      if (from === undefined || to === undefined) return undefined;
      if (from.lat < to.lat) return faults.add(`${at}.top_left.lat`, "must not lie south of bottom_right.lat");
      return { kind: "box", top_left: from, bottom_right: to };
    }
    case "geo_polygon": {
      const exterior = ring(value["exterior"], `${at}.exterior`, faults);
      const { interiors = [] } = value;
      if (interiors !== null && (!Array.isArray(interiors) || interiors.length > MAX_INTERIORS)) {
        return faults.add(`${at}.interiors`, `must be a list of at most ${MAX_INTERIORS} rings`);
      }
      const holes = (interiors ?? []).map((hole: unknown, index: number) =>
        ring(hole, indexPath(`${at}.interiors`, index), faults),
      );
      if (exterior === undefined) return undefined;
      return { kind: "polygon", exterior, interiors: holes.filter((hole) => hole !== undefined) };
    }
  }
}

function ring(value: unknown, at: string, faults: FilterFaults): GeoPoint[] | undefined {
  const points = isRecord(value) ? value["points"] : undefined;
  if (!Array.isArray(points)) return faults.add(`${at}.points`, "must be a list of points");
  if (points.length < 4 || points.length > MAX_RING_POINTS) {
    return faults.add(`${at}.points`, `must have 4 to ${MAX_RING_POINTS} points`);
  }
  const read = points.flatMap((each: unknown, index) => point(each, indexPath(`${at}.points`, index), faults) ?? []);
  if (read.length < points.length) return undefined;
  const [first] = read;
  const last = read.at(-1);
  if (first?.lon !== last?.lon || first?.lat !== last?.lat) {
    return faults.add(`${at}.points`, "must end with the point that it starts with");
  }
  return read;
}

function point(value: unknown, at: string, faults: FilterFaults): GeoPoint | undefined {
  if (!isRecord(value)) return faults.add(at, "must be a point, {lat, lon}");
  const { lon, lat } = value;
  if (typeof lon !== "number" || !(Math.abs(lon) <= 180)) {
    return faults.add(`${at}.lon`, "must be a number from -180 to 180");
  }
  if (typeof lat !== "number" || !(Math.abs(lat) <= 90)) {
    return faults.add(`${at}.lat`, "must be a number from -90 to 90");
  }
  return { lon, lat };
}
