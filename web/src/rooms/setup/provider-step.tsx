import { RadioGroup } from "radix-ui";
import { useWatch } from "react-hook-form";
import { useFormFields } from "@/form";
import { useTexts } from "@/i18n";
import { ProviderFields } from "./provider-fields";
import { PROVIDER_TYPES, type ProviderType, typeOf } from "./provider-types";
import type { Wish } from "./schema";
import { StepHeading } from "./step-heading";
import { texts } from "./texts";

export function ProviderStep() {
  const t = useTexts(texts);
  const { fields } = useFormFields<Wish>();
  const provider = useWatch({ control: fields.control, name: "provider" });

  function choose(next: string) {
    const before = typeOf(provider.provider_type);
    const after = typeOf(next);
    fields.setValue("provider.provider_type", next, { shouldDirty: true });
    // Only what we filled in is replaced, never what was typed.
    if (provider.name === before.name) fields.setValue("provider.name", after.name);
    if (provider.base_url === before.baseUrl) fields.setValue("provider.base_url", after.baseUrl);
    fields.clearErrors("provider");
  }

  return (
    <>
      <StepHeading title={t("providerTitle")} text={t("providerText")} />
      <RadioGroup.Root
        value={provider.provider_type}
        onValueChange={choose}
        aria-label={t("providerType")}
        className="grid gap-2 sm:grid-cols-3"
      >
        {PROVIDER_TYPES.map((type) => (
          <Type key={type.type} {...type} />
        ))}
      </RadioGroup.Root>
      <ProviderFields at="provider" type={provider.provider_type} />
    </>
  );
}

function Type({ type, icon: Icon, texts: ofType }: ProviderType) {
  const t = useTexts(ofType);
  return (
    <RadioGroup.Item
      value={type}
      className="flex items-start gap-3 rounded-lg border p-3 text-left transition-colors hover:bg-hover data-[state=checked]:border-accent data-[state=checked]:bg-accent-soft sm:flex-col sm:gap-2"
    >
      <Icon aria-hidden="true" className="size-5 shrink-0 text-accent-text" />
      <span className="grid gap-0.5">
        <span className="font-semibold">{t("name")}</span>
        <span className="text-muted text-xs">{t("about")}</span>
      </span>
    </RadioGroup.Item>
  );
}
