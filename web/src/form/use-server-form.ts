/**
 * A form is defaults, a schema and one mutation; what the server has against it lands where it belongs.
 *
 *   const form = useServerForm({
 *     schema, defaults: { email: "" },
 *     submit: (values, etag) => data(api.PATCH("/api/admin/users/{id}", { params: { path: { id } }, body: values, ...ifMatch(etag) })),
 *     etag: user.etag,
 *     onDone: (saved) => close(),
 *   });
 *   return <FormShell form={form} submit={t("save")}> … </FormShell>;
 */
import { zodResolver } from "@hookform/resolvers/zod";
import { useRef, useState } from "react";
import { type DefaultValues, type FieldPath, type FieldValues, type UseFormReturn, useForm } from "react-hook-form";
import type { z } from "zod";
import { ApiError, isStatus } from "@/api";
import { useCountdown } from "./use-countdown";

export interface ServerFormOptions<V extends FieldValues, R> {
  /** May translate texts to what the API wants (`transform`): `submit` gets its output. */
  schema: z.ZodType<unknown, V>;
  defaults: DefaultValues<V>;
  submit: (values: V, etag: string | undefined) => Promise<R>;
  onDone: (result: R) => void;
  /** The version that is edited. With it an edit of something changed meanwhile is stopped, and the person is told. */
  etag?: string | undefined;
  /** Fetches the newest version after a conflict and mounts the form anew with it: change its `key` when it is there. */
  onReload?: (() => void) | undefined;
  /** Where the API names a field differently: `{ "admin.email": "email" }`. */
  fieldNames?: Readonly<Record<string, FieldPath<V>>>;
}

export interface ServerForm<V extends FieldValues> {
  fields: UseFormReturn<V>;
  send: (event?: React.BaseSyntheticEvent) => Promise<void>;
  /** What is wrong and belongs to no field. */
  error: Error | undefined;
  /** Somebody else changed it since it was opened. */
  stale: boolean;
  reload: (() => void) | undefined;
  busy: boolean;
  /** Seconds until the server takes it again, after too many attempts; 0 when it would take it now. */
  waits: number;
  /** Whether leaving would lose something typed. A function: it is asked at the moment of leaving. */
  unsaved: () => boolean;
}

export function useServerForm<V extends FieldValues, R>(options: ServerFormOptions<V, R>): ServerForm<V> {
  const fields = useForm<V>({
    resolver: zodResolver(options.schema as never) as never,
    defaultValues: options.defaults,
    // Errors of a field appear when it is left, and go as soon as it is mended.
    mode: "onTouched",
  });
  const [error, setError] = useState<Error>();
  const [waits, wait] = useCountdown();
  const saved = useRef(false);
  // As it was when the form was filled: a background refresh must not make an old form look new.
  const [etag] = useState(options.etag);
  const { isSubmitting, isDirty } = fields.formState;

  const send = fields.handleSubmit(async (values) => {
    setError(undefined);
    saved.current = false;
    try {
      const result = await options.submit(values as V, etag);
      saved.current = true;
      options.onDone(result);
    } catch (cause) {
      if (isStatus(cause, 429)) {
        wait(cause.retryAfterSecs ?? 30);
        return;
      }
      const field = cause instanceof ApiError ? fieldOf(cause, values as V, options.fieldNames) : undefined;
      if (field) fields.setError(field, { type: "server", message: (cause as Error).message }, { shouldFocus: true });
      else setError(cause as Error);
    }
  });

  return {
    fields,
    send: async (event) => {
      event?.preventDefault();
      // A form inside a dialog over another form: React would bubble the event to both.
      event?.stopPropagation();
      if (!isSubmitting && waits <= 0) await send();
    },
    error,
    stale: isStatus(error, 412),
    reload: options.onReload,
    busy: isSubmitting,
    waits,
    unsaved: () => isDirty && !saved.current,
  };
}

/** The field of the form that the server means, if the form has it. */
function fieldOf<V extends FieldValues>(
  error: ApiError,
  values: V,
  names: Readonly<Record<string, FieldPath<V>>> = {},
): FieldPath<V> | undefined {
  if (!error.field) return undefined;
  // `routes[0].provider` and `routes.0.provider` are the same place.
  const path = error.field.replace(/\[(\d+)\]/g, ".$1");
  const named = names[path];
  if (named) return named;
  const known = path.split(".")[0] ?? "";
  return known in values ? (path as FieldPath<V>) : undefined;
}
