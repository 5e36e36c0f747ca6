/** Places on the globe: circles, boxes and polygons, tested as Qdrant tests them without an index. Degrees and metres. Pure.
 *
 *  With a geo index Qdrant 1.18 misses the poles, and everything in a box that reaches latitude 90 or longitude 180; so
 *  `plain` tells which shapes it can be asked for whatever is indexed. */
import { isRecord } from "../documents/json-rules";

export interface GeoPoint {
  lon: number;
  lat: number;
}
export type GeoShape =
  /** Strictly nearer than `radius` metres. */
  | { kind: "radius"; center: GeoPoint; radius: number }
  /** Strictly inside; where the left edge lies east of the right one, across the antimeridian. */
  | { kind: "box"; top_left: GeoPoint; bottom_right: GeoPoint }
  /** In the outer ring, in no hole, on no border; the plane of degrees. */
  | { kind: "polygon"; exterior: readonly GeoPoint[]; interiors: readonly (readonly GeoPoint[])[] };

/** The mean radius in metres (IUGG) that Qdrant counts with. */
const EARTH_RADIUS = 6_371_008.8;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** The haversine formula. */
function metresBetween(a: GeoPoint, b: GeoPoint): number {
  const latitude = Math.sin(radians(b.lat - a.lat) / 2);
  const longitude = Math.sin(radians(b.lon - a.lon) / 2);
  const h = latitude ** 2 + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * longitude ** 2;
  return 2 * EARTH_RADIUS * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** The point that a payload's value stands for. */
export function geoPointOf(value: unknown): GeoPoint | undefined {
  if (!isRecord(value)) return undefined;
  const { lon, lat } = value;
  if (typeof lon !== "number" || typeof lat !== "number") return undefined;
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? { lon, lat } : undefined;
}

export function contains(shape: GeoShape, point: GeoPoint): boolean {
  switch (shape.kind) {
    case "radius":
      return metresBetween(shape.center, point) < shape.radius;
    case "box": {
      const { top_left: from, bottom_right: to } = shape;
      const within =
        from.lon > to.lon ? point.lon > from.lon || point.lon < to.lon : from.lon < point.lon && point.lon < to.lon;
      return within && to.lat < point.lat && point.lat < from.lat;
    }
    case "polygon":
      return (
        sideOf(shape.exterior, point) === "inside" && shape.interiors.every((hole) => sideOf(hole, point) === "outside")
      );
  }
}

/** By the winding number (Sunday, 2001), with the border told apart. */
function sideOf(ring: readonly GeoPoint[], point: GeoPoint): "inside" | "outside" | "border" {
  let winding = 0;
  for (const [at, to] of ring.entries()) {
    const from = ring[at - 1];
    if (from === undefined) continue;
    const turn = (to.lon - from.lon) * (point.lat - from.lat) - (point.lon - from.lon) * (to.lat - from.lat);
    const besideLat = Math.min(from.lat, to.lat) <= point.lat && point.lat <= Math.max(from.lat, to.lat);
    const besideLon = Math.min(from.lon, to.lon) <= point.lon && point.lon <= Math.max(from.lon, to.lon);
    if (turn === 0 && besideLat && besideLon) return "border";
    if (from.lat <= point.lat && to.lat > point.lat && turn > 0) winding += 1;
    if (from.lat > point.lat && to.lat <= point.lat && turn < 0) winding -= 1;
  }
  return winding === 0 ? "outside" : "inside";
}

/** A hair from the edges of the map, for what rounding and index cells take away. */
const MARGIN = 0.01;
const offTheEdges = ({ lon, lat }: GeoPoint): boolean => Math.abs(lon) < 180 - MARGIN && Math.abs(lat) < 90 - MARGIN;

/** True where Qdrant answers right with an index and without: the shape keeps off the poles and the antimeridian. */
export function isPlain(shape: GeoShape): boolean {
  switch (shape.kind) {
    case "radius": {
      const { center, radius } = shape;
      const reach = (radius / EARTH_RADIUS) * (180 / Math.PI);
      const lat = Math.abs(center.lat) + reach;
      if (lat >= 90 - MARGIN) return false;
      // The widest a circle gets, seen from the pole.
      const width = (Math.asin(Math.sin(radians(reach)) / Math.cos(radians(center.lat))) * 180) / Math.PI;
      return Math.abs(center.lon) + width < 180 - MARGIN;
    }
    case "box":
      return shape.top_left.lon <= shape.bottom_right.lon && [shape.top_left, shape.bottom_right].every(offTheEdges);
    case "polygon":
      return shape.exterior.every(offTheEdges);
  }
}

/** The shape as Qdrant's clause. */
export function geoClause(shape: GeoShape): Record<string, unknown> {
  switch (shape.kind) {
    case "radius":
      return { geo_radius: { center: shape.center, radius: shape.radius } };
    case "box":
      return { geo_bounding_box: { top_left: shape.top_left, bottom_right: shape.bottom_right } };
    case "polygon": {
      const interiors = shape.interiors.map((points) => ({ points }));
      return { geo_polygon: { exterior: { points: shape.exterior }, ...(interiors.length > 0 && { interiors }) } };
    }
  }
}
