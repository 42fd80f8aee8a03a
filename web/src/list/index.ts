export type { Column, RowAction } from "./column";
export { List, type ListProps } from "./list";
export { type ListPlace, listPlace, type SetPlace, useListPlace } from "./place";
export { pagedList, type Source, usePaged, useWhole, wholeList } from "./source";
