/** Where points on the globe lie: boxes, circles and polygons as Qdrant tests them. Longitudes and latitudes in degrees. */
import { type GeoBox, type GeoCircle, type GeoPoint, type GeoPolygon } from "../model/filter";
import { type JsonValue, asDouble, isObject } from "../model/json";

/** The mean radius of the Earth in metres (IUGG), which Qdrant counts with. */
export const EARTH_RADIUS_METRES = 6_371_008.8;

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** The great-circle distance in metres, by the haversine formula. */
export function haversineMetres(a: GeoPoint, b: GeoPoint): number {
  const latitude = Math.sin(radians(b.lat - a.lat) / 2);
  const longitude = Math.sin(radians(b.lon - a.lon) / 2);
  const h = latitude ** 2 + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * longitude ** 2;
  return 2 * EARTH_RADIUS_METRES * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Strictly inside; a box whose left edge lies east of its right one crosses the antimeridian. */
export function inBox(box: GeoBox, point: GeoPoint): boolean {
  const { topLeft, bottomRight } = box;
  const across =
    topLeft.lon > bottomRight.lon
      ? point.lon > topLeft.lon || point.lon < bottomRight.lon
      : topLeft.lon < point.lon && point.lon < bottomRight.lon;
  return across && bottomRight.lat < point.lat && point.lat < topLeft.lat;
}

/** Strictly nearer than the radius. */
export const inCircle = (circle: GeoCircle, point: GeoPoint): boolean =>
  haversineMetres(circle.center, point) < circle.radius;

/** Inside the outer ring and in no hole; points on any border are out. The plane of degrees, without the antimeridian. */
export function inPolygon(polygon: GeoPolygon, point: GeoPoint): boolean {
  return (
    sideOf(polygon.exterior, point) === "inside" && polygon.interiors.every((hole) => sideOf(hole, point) === "outside")
  );
}

/** By the winding number, as the border must be told from the inside. */
function sideOf(ring: GeoPoint[], point: GeoPoint): "inside" | "outside" | "border" {
  let winding = 0;
  for (let at = 1; at < ring.length; at++) {
    const from = ring[at - 1];
    const to = ring[at];
    if (from === undefined || to === undefined) continue;
    const turn = (to.lon - from.lon) * (point.lat - from.lat) - (point.lon - from.lon) * (to.lat - from.lat);
    const withinLat = Math.min(from.lat, to.lat) <= point.lat && point.lat <= Math.max(from.lat, to.lat);
    const withinLon = Math.min(from.lon, to.lon) <= point.lon && point.lon <= Math.max(from.lon, to.lon);
    if (turn === 0 && withinLat && withinLon) return "border";
    if (from.lat <= point.lat) {
      if (to.lat > point.lat && turn > 0) winding++;
    } else if (to.lat <= point.lat && turn < 0) winding--;
  }
  return winding === 0 ? "outside" : "inside";
}

/** The point that a payload value stands for: an object with numbers as `lon` and `lat`. */
export function geoPointOf(value: JsonValue): GeoPoint | undefined {
  if (!isObject(value)) return undefined;
  const lon = asDouble(value.get("lon"));
  const lat = asDouble(value.get("lat"));
  return lon === undefined || lat === undefined ? undefined : { lon, lat };
}

/** False for coordinates that no place has; a geo index leaves them out and a request with them is refused. */
export const isOnGlobe = ({ lon, lat }: GeoPoint): boolean => Math.abs(lon) <= 180 && Math.abs(lat) <= 90;

/** The latitudes between which all points of a circle lie. */
export function latitudesOf(circle: GeoCircle): { from: number; to: number } {
  const reach = (circle.radius / EARTH_RADIUS_METRES) * (180 / Math.PI);
  // A hair more, for what rounding takes away.
  const margin = reach * 1e-9 + 1e-9;
  return { from: circle.center.lat - reach - margin, to: circle.center.lat + reach + margin };
}
