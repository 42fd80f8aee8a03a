import { ListRestart, PencilLine, Undo2 } from "lucide-react";
import { FormField, useFormFields } from "@/form";
import { compactNumber, Money, Time } from "@/format";
import { locale, type PlainKey, useLanguage, useTexts } from "@/i18n";
import { useBlocked } from "@/shell/access";
import { Button } from "@/ui/button";
import { Input } from "@/ui/input";
import { Note } from "@/ui/note";
import { CLASSES, type InForce, inForce, listed, type PriceBook, type PriceClass } from "./price-book";
import type { Provider } from "./queries";
import { texts } from "./texts";
import { filled, type ModelValues, NO_PRICES } from "./values";

const WORDS: Record<PriceClass, { name: PlainKey<typeof texts>; without: PlainKey<typeof texts> | undefined }> = {
  input: { name: "input", without: undefined },
  output: { name: "output", without: undefined },
  cache_read: { name: "cacheRead", without: "asInput" },
  cache_write_5m: { name: "cacheWrite5m", without: "asInput" },
  cache_write_1h: { name: "cacheWrite1h", without: "asCacheWrite5m" },
  reasoning: { name: "reasoning", without: "asOutput" },
  audio_input: { name: "audioInput", without: "asInput" },
  audio_output: { name: "audioOutput", without: "asOutput" },
  image: { name: "perImage", without: undefined },
  request: { name: "perCall", without: undefined },
};

/** What the routes cost now and where that is from; and new prices, written for all of them, if somebody wants to. */
export function PriceFields({ providers, book }: { providers: readonly Provider[]; book: PriceBook | undefined }) {
  const t = useTexts(texts);
  const form = useFormFields<ModelValues>();
  const { watch, setValue, clearErrors, formState } = form.fields;
  const notWrite = useBlocked("prices:write");
  const values = watch();
  const now = Date.now();

  const places = values.routes.map((route) => {
    const provider = providers.find((one) => one.id === route.provider);
    const upstream = route.upstream_model.trim() || values.model_id.trim();
    return {
      provider,
      upstream,
      known: book && inForce(book, provider, upstream, now),
      list: book && listed(book, provider, upstream, now),
    };
  });
  const fromList = places.find((place) => place.list)?.list;
  const inUse = places.find((place) => place.known)?.known;
  const tiered = places.some((place) => (place.known?.price.tiers.length ?? 0) > 0);
  const error = formState.errors.prices?.message;

  function set(on: boolean, from: InForce | undefined) {
    setValue("setsPrices", on, { shouldDirty: true });
    setValue("prices", on && from ? filled(from.rates) : NO_PRICES, { shouldDirty: true });
    clearErrors("prices");
  }

  return (
    <fieldset className="grid gap-3">
      <legend className="mb-1.5 font-semibold text-base">{t("prices")}</legend>
      <p className="-mt-2 text-muted text-xs">{t("pricesHint")}</p>
      {values.setsPrices ? (
        <>
          {error ? (
            <p role="alert" className="text-bad-text text-xs">
              {error}
            </p>
          ) : null}
          <div className="grid grid-cols-2 gap-3 sm:grid-cols-3">
            {CLASSES.map((name) => (
              <FormField key={name} form={form} name={`prices.${name}`} label={t(WORDS[name].name)}>
                {(field) => (
                  <span className="relative">
                    <span aria-hidden="true" className="pointer-events-none absolute top-1.5 left-2.5 text-muted">
                      $
                    </span>
                    <Input
                      {...field}
                      inputMode="decimal"
                      autoComplete="off"
                      placeholder={WORDS[name].without ? t(WORDS[name].without) : "0.00"}
                      className="figures pl-6"
                    />
                  </span>
                )}
              </FormField>
            ))}
          </div>
          <p className="text-muted text-xs">
            {fromList && CLASSES.every((name) => (fromList.rates[name] ?? "") === values.prices[name])
              ? `${t("asListed")} `
              : null}
            {t("writes", { n: values.routes.length })}
          </p>
          {tiered ? (
            <Note tone="warn">
              <p>{t("tiersEnd")}</p>
            </Note>
          ) : null}
          <div className="flex flex-wrap gap-2">
            {fromList ? (
              <Button size="sm" onClick={() => set(true, fromList)}>
                <ListRestart />
                {t("fillFromList")}
              </Button>
            ) : null}
            <Button size="sm" look="quiet" onClick={() => set(false, undefined)}>
              <Undo2 />
              {t("keepPrices")}
            </Button>
          </div>
        </>
      ) : (
        <>
          <ul className="grid divide-y rounded-lg border">
            {places.map((place, at) => (
              <li key={at} className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5 px-3 py-2">
                <span className="min-w-0 truncate">
                  {place.provider?.name ?? t("choose")} <code className="text-muted">{place.upstream}</code>
                </span>
                {book === undefined ? (
                  <span className="text-muted text-xs">{t("loading")}</span>
                ) : place.known ? (
                  <Known known={place.known} />
                ) : (
                  <span className="text-warn-text text-xs">{t("noPriceText")}</span>
                )}
              </li>
            ))}
          </ul>
          <Button size="sm" className="w-fit" blocked={notWrite} onClick={() => set(true, inUse ?? fromList)}>
            <PencilLine />
            {inUse ? t("changePrices") : t("setPrices")}
          </Button>
        </>
      )}
    </fieldset>
  );
}

/** A price in force, with where it is from. */
function Known({ known: { rates, price, own } }: { known: InForce }) {
  const t = useTexts(texts);
  const at = locale(useLanguage());
  const tiers = price.tiers.map((tier) => compactNumber(tier.above_input_tokens, at)).join(", ");
  return (
    <span className="grid justify-items-end gap-0.5">
      <span className="font-medium">
        <Money value={rates.input} /> / <Money value={rates.output} />
      </span>
      <span className="text-muted text-xs">
        <span title={price.source}>{own ? t("setHere") : t("fromList")}</span>, <Time at={price.effective_from} />
        {tiers ? ` · ${t("tiers", { tiers })}` : null}
      </span>
    </span>
  );
}
