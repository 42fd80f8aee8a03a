/** Who called, with what, and the ids under which others know the call. */
import { Bytes } from "@/format";
import { useTexts } from "@/i18n";
import { Badge } from "@/ui/badge";
import type { FilterBy } from "../columns";
import type { Names } from "../names";
import type { Call } from "../queries";
import { Fact, Facts, Section } from "./section";
import { texts } from "./texts";

export function Caller({ call, names, filterBy }: { call: Call; names: Names; filterBy: FilterBy }) {
  const t = useTexts(texts);
  const tags = Object.entries(call.tags);
  return (
    <Section title={t("caller")}>
      <Facts>
        <Fact name={t("user")} value={call.user_email} onFilter={() => filterBy("user_id", call.user_id)} />
        <Fact name={t("key")} value={call.key_id} onFilter={() => filterBy("key_id", call.key_id)}>
          <KeyName id={call.key_id} name={call.key_name ?? names.key_id?.get(call.key_id)} />
        </Fact>
        <Fact
          name={t("lineage")}
          value={call.key_lineage_id}
          copy
          onFilter={() => filterBy("key_lineage_id", call.key_lineage_id)}
        />
        <Fact name={t("team")} value={call.team_id} copy />
        <Fact name={t("client")} value={call.client} onFilter={() => filterBy("client", call.client)} />
        <Fact name={t("userAgent")} value={call.user_agent} />
        <Fact name={t("address")} value={call.ip_address} copy />
        <Fact name={t("costCenter")} value={call.cost_center} />
        <Fact name={t("tags")} value={tags.length > 0 ? "tags" : ""}>
          <span className="flex flex-wrap gap-1">
            {tags.map(([name, value]) => (
              <Badge key={name} className="max-w-full whitespace-normal break-all">
                {name}: {value}
              </Badge>
            ))}
          </span>
        </Fact>
      </Facts>
    </Section>
  );
}

function KeyName({ id, name }: { id: string; name: string | undefined }) {
  return name ? (
    <span className="min-w-0 truncate" title={id}>
      {name}
    </span>
  ) : (
    <code className="min-w-0 truncate" title={id}>
      {id}
    </code>
  );
}

export function Request({ call, filterBy }: { call: Call; filterBy: FilterBy }) {
  const t = useTexts(texts);
  return (
    <Section title={t("request")}>
      <Facts>
        <Fact name={t("endpoint")} value={call.endpoint} />
        <Fact name={t("dialect")} value={call.dialect} />
        <Fact name={t("model")} value={call.model} onFilter={() => filterBy("model", call.model)} />
        <Fact name={t("provider")} value={call.provider} onFilter={() => filterBy("provider", call.provider)} />
        <Fact name={t("upstreamModel")} value={call.upstream_model} />
        <Fact name={t("route")} value={call.route_id} copy />
        <Fact name={t("sizes")} value="sizes">
          <span>
            <Bytes value={call.request_bytes} /> → <Bytes value={call.response_bytes} />
          </span>
        </Fact>
        <Fact name={t("droppedFields")} value={call.dropped_fields.join(", ")}>
          <span className="flex flex-wrap items-center gap-1" title={t("droppedWhy")}>
            {call.dropped_fields.map((field) => (
              <Badge key={field} tone="warn" className="max-w-full whitespace-normal break-all">
                {field}
              </Badge>
            ))}
          </span>
        </Fact>
      </Facts>
    </Section>
  );
}

export function Ids({ call, filterBy }: { call: Call; filterBy: FilterBy }) {
  const t = useTexts(texts);
  return (
    <Section title={t("ids")}>
      <Facts>
        <Fact name={t("requestId")} value={call.request_id} copy />
        <Fact name={t("trace")} value={call.trace_id} copy onFilter={() => filterBy("trace_id", call.trace_id)} />
        <Fact
          name={t("session")}
          value={call.session_id}
          copy
          onFilter={() => filterBy("session_id", call.session_id)}
        />
        <Fact name={t("upstreamRequestId")} value={call.upstream_request_id} copy />
      </Facts>
    </Section>
  );
}
