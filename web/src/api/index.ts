export { api, data, ifMatch, type Schemas, type Tagged, tagged } from "./client";
export { ApiError, isPassing, isStatus, NetworkError } from "./errors";
export { type LiveState, live } from "./live";
export { type Me, meQuery, queryClient, setupQuery, versionQuery } from "./queries";
