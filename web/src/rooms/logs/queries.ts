/** What the room asks. */
import { queryOptions } from "@tanstack/react-query";
import { api, data, type Schemas } from "@/api";
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

/** One call; a record never changes. */
export const callQuery = (id: string) =>
  queryOptions({
    queryKey: ["logs", "call", id],
    queryFn: ({ signal }) =>
      data(api.GET("/api/gateway/logs/{request_id}", { params: { path: { request_id: id } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The log holds the ids of keys; people know them by their names. */
export const keysQuery = wholeList(["keys", "names"], (page, signal) =>
  data(api.GET("/api/keys", { params: { query: page }, signal })),
);
