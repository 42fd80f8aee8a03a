import type { ReactNode } from "react";
import {
  type Control,
  type ControllerRenderProps,
  type FieldPath,
  type FieldValues,
  useController,
  useFormContext,
} from "react-hook-form";
import { useTexts } from "@/i18n";
import { type ControlProps, Field, type FieldProps } from "@/ui/field";
import { texts } from "./texts";

type Bound<V extends FieldValues, N extends FieldPath<V>> = ControlProps & ControllerRenderProps<V, N>;

interface FormFieldProps<V extends FieldValues, N extends FieldPath<V>> extends Omit<FieldProps, "children" | "error"> {
  form: { fields: { control: Control<V> } };
  name: N;
  optional?: boolean;
  children: (field: Bound<V, N>) => ReactNode;
}

/**
 * A field of a form, typed by the form's values:
 *
 *   <FormField form={form} name="email" label={t("email")}>{(field) => <Input {...field} type="email" />}</FormField>
 */
export function FormField<V extends FieldValues, N extends FieldPath<V>>({
  form,
  name,
  optional,
  aside,
  children,
  ...rest
}: FormFieldProps<V, N>) {
  const t = useTexts(texts);
  const { field, fieldState } = useController({ control: form.fields.control, name });
  return (
    <Field {...rest} aside={aside ?? (optional ? t("optional") : undefined)} error={fieldState.error?.message}>
      {(control) => children({ ...field, ...control })}
    </Field>
  );
}

/** For parts of a form that are files of their own: the form around them. */
export function useFormFields<V extends FieldValues>() {
  return { fields: useFormContext<V>() };
}
