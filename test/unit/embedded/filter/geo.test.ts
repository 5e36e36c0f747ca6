import { haversineMetres, inBox, inCircle, inPolygon, latitudesOf } from "../../../../src/embedded/filter/geo";

const p = (lon: number, lat: number) => ({ lon, lat });

it("measures along the globe", () => {
  expect(haversineMetres(p(0, 0), p(0.5, 0.5))).toBeCloseTo(78626.29627999048, 3);
  expect(haversineMetres(p(0, 90), p(123, 90))).toBeCloseTo(0, 6);
  expect(haversineMetres(p(180, 0), p(-180, 0))).toBeCloseTo(0, 3);
  expect(haversineMetres(p(0, 0), p(180, 0))).toBeCloseTo(Math.PI * 6_371_008.8, 3);
});

it("leaves the edges of a box and of a circle out", () => {
  const box = { topLeft: p(0, 10), bottomRight: p(10, 0) };
  expect(inBox(box, p(5, 5))).toBe(true);
  expect([p(0, 5), p(10, 5), p(5, 0), p(5, 10), p(-5, 5)].some((point) => inBox(box, point))).toBe(false);
  expect(inCircle({ center: p(0, 0), radius: 0 }, p(0, 0))).toBe(false);
});

it("takes a box with its left edge in the east for one across the antimeridian", () => {
  const box = { topLeft: p(170, 10), bottomRight: p(-170, -10) };
  expect(inBox(box, p(175, 0))).toBe(true);
  expect(inBox(box, p(-175, 0))).toBe(true);
  expect(inBox(box, p(0, 0))).toBe(false);
});

it("keeps holes and borders out of a polygon", () => {
  const square = (low: number, high: number) => [p(low, low), p(high, low), p(high, high), p(low, high), p(low, low)];
  const polygon = { exterior: square(0, 10), interiors: [square(4, 6)] };
  expect(inPolygon(polygon, p(1, 1))).toBe(true);
  expect([p(5, 5), p(4, 5), p(0, 5), p(0, 0), p(11, 5), p(-1, 0)].some((point) => inPolygon(polygon, point))).toBe(
    false,
  );
});

it("bounds a circle by latitudes that hold all of it", () => {
  const circle = { center: p(13, 52), radius: 50_000 };
  const { from, to } = latitudesOf(circle);
  expect(inCircle(circle, p(13, to))).toBe(false);
  expect(inCircle(circle, p(13, from))).toBe(false);
  expect(inCircle(circle, p(13, 52 + 0.449))).toBe(true);
  expect(to).toBeGreaterThan(52.449);
});
