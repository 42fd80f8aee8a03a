/**
 * Where one is in a list is in the address, so that it can be sent to a colleague and the back button works:
 *
 *   const schema = listPlace.extend({ open: z.string().optional(), state: z.enum(["on", "off"]).optional().catch(undefined) });
 *   const [place, setPlace] = useListPlace(schema);
 *   setPlace({ open: user.id });
 *
 * Every field needs a default or `.catch`: an address is typed by people, and a wrong part of it is no error.
 */
import { useLocation, useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { z } from "zod";
import { type Search, stringifySearch } from "@/search";

export const listPlace = z.object({
  q: z.string().catch(""),
  /** A column's id, with a minus before it for descending. */
  sort: z.string().optional().catch(undefined),
  page: z.coerce.number().int().min(1).catch(1),
});

export type ListPlace = z.infer<typeof listPlace>;
export type SetPlace<P> = (change: Partial<P>, how?: { replace?: boolean }) => void;

export function useListPlace<S extends z.ZodType<ListPlace>>(schema: S): [z.infer<S>, SetPlace<z.infer<S>>] {
  const search: Search = useLocation().search;
  const key = stringifySearch(search);
  const navigate = useNavigate();

  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` is the search as a text
  const place = useMemo(() => schema.parse(search) as z.infer<S>, [key, schema]);

  const setPlace = useCallback<SetPlace<z.infer<S>>>(
    (change, how) => {
      // Another search or order begins on the first page again.
      const moved = Object.keys(change).some((name) => name !== "page" && name !== "open");
      const next = { ...(moved ? { page: undefined } : {}), ...change };
      void navigate({
        to: ".",
        search: (before: Search) => clean({ ...before, ...next }),
        replace: how?.replace ?? false,
        resetScroll: false,
      });
    },
    [navigate],
  );

  return [place, setPlace];
}

/** Leaves out what is not set, and the page when it is the first. */
function clean(search: Readonly<Record<string, unknown>>): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(search)
      .filter(([name, value]) => value !== undefined && value !== "" && !(name === "page" && value === 1))
      .map(([name, value]) => [name, String(value)]),
  );
}
