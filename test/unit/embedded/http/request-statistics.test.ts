/** Figures by call: names, averages, and what is forgotten. */
import { AnswerTimes, RequestStatistics, endpointOf } from "../../../../src/embedded/http/request-statistics";

it("names parameters as Qdrant does", () => {
  expect(endpointOf({ method: "PUT", path: "/collections/:collection/vectors/:vector" })).toBe(
    "PUT /collections/{collection_name}/vectors/{vector_name}",
  );
  expect(endpointOf({ method: "GET", path: "/collections/:collection/points/:id" })).toBe(
    "GET /collections/{collection_name}/points/{id}",
  );
  expect(endpointOf({ method: "GET", path: "/" })).toBe("GET /");
});

it("averages the latest 128 times, and keeps the least and the most of all", () => {
  const times = new AnswerTimes();
  const now = new Date(0);
  times.add(1000, now);
  times.add(1, now);
  for (let i = 0; i < 128; i++) times.add(10, now);
  expect(times).toMatchObject({ count: 130, averageMicros: 10, minMicros: 1, maxMicros: 1000, totalMicros: 2281 });
});

it("forgets collections that are gone, in the histogram too", async () => {
  const statistics = new RequestStatistics();
  const endpoint = "PUT /collections/{collection_name}/points";
  statistics.add(endpoint, 200, 0.01, "kept");
  statistics.add(endpoint, 200, 0.01, "gone");
  statistics.add("GET /", 200, 0.01);
  statistics.prune((collection) => collection === "kept");
  expect([...statistics.byCollection.keys()]).toEqual(["kept"]);
  const { values } = await statistics.histogram(true).get();
  expect(new Set(values.map(({ labels }) => labels["collection"]))).toEqual(new Set(["kept"]));
  expect(statistics.byEndpoint.get(endpoint)?.get(200)?.count).toBe(2);
});
