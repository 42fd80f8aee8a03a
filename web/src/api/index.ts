export { api, data, ifMatch, type Schemas, type Tagged, tagged } from "./client";
export { ApiError, isPassing, isStatus, NetworkError } from "./errors";
export { type FreshKey, freshKey, keepFreshKey } from "./fresh-key";
export { type LiveState, live } from "./live";
export { type Call, type CallFilter, type LiveCalls, useLiveCalls } from "./live-calls";
export { type Me, meQuery, queryClient, setupQuery, versionQuery } from "./queries";
