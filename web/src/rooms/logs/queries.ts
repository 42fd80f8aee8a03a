/** What the room asks. */
import { queryOptions } from "@tanstack/react-query";
import { ApiError, api, data, type Schemas } from "@/api";
import { pagedList, wholeList } from "@/list";
import { asked, type Question } from "./place";

export type Call = Schemas["CallBody"];
export type Attempt = Schemas["AttemptBody"];

const PAGE = 100;

export const fetchCalls = (question: Question, page: { limit: number; cursor?: string }, signal: AbortSignal) =>
  data(api.GET("/api/gateway/logs", { params: { query: { ...asked(question, new Date()), ...page } }, signal }));

/** Pages of the log. What is being read does not change by itself: new calls come when asked for, or live. */
export const callsQuery = (question: Question) => ({
  ...pagedList(["logs", question], (page, signal) => fetchCalls(question, page, signal), PAGE),
  staleTime: Number.POSITIVE_INFINITY,
  refetchOnWindowFocus: false,
  refetchOnReconnect: false,
});

export const latestCalls = (question: Question, signal: AbortSignal) => fetchCalls(question, { limit: PAGE }, signal);

/** A call is in the log within a second of its end: one that is younger than this may still be on its way. */
const YOUNG_MS = 10_000;

/** A request id begins with the time it was made at: 48 bits of milliseconds. */
const isYoung = (id: string) =>
  Math.abs(Date.now() - Number.parseInt(id.replace("req_", "").slice(0, 12), 16)) < YOUNG_MS;

/** One call; a record never changes. */
export const callQuery = (id: string) =>
  queryOptions({
    queryKey: ["logs", "call", id],
    queryFn: ({ signal }) =>
      data(api.GET("/api/gateway/logs/{request_id}", { params: { path: { request_id: id } }, signal })),
    retry: (failures, error) => failures < 4 && error instanceof ApiError && error.status === 404 && isYoung(id),
    retryDelay: 400,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The log holds the ids of keys; people know them by their names. */
export const keysQuery = wholeList(["keys", "names"], (page, signal) =>
  data(api.GET("/api/keys", { params: { query: page }, signal })),
);
