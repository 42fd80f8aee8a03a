export { FormError } from "./form-error";
export { FormField, useFormFields } from "./form-field";
export { FormShell } from "./form-shell";
export { useCountdown } from "./use-countdown";
export { type ServerForm, type ServerFormOptions, useServerForm } from "./use-server-form";
