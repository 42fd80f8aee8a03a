//! Upstream providers.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use thinkwatch_control::providers::{self, NewProvider, Particulars, ProbeReport, Provider, ProviderEdit, Recent};
use utoipa::{IntoParams, ToSchema};

use crate::answer::{Seen, Tagged};
use crate::body::Body;
use crate::error::{Answer, ErrorBody};
use crate::keys::given;
use crate::prices::RatesBody;
use crate::query::Asked;
use crate::shown::{Page, maybe_time, time};
use crate::signed::Signed;
use crate::state::App;

/// A provider. Secrets are masked.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProviderBody {
    /// The provider.
    id: String,
    /// Its unique name.
    name: String,
    /// For people.
    display_name: String,
    /// `openai`, `anthropic`, `google`, `azure`, `bedrock`, `custom`.
    provider_type: &'static str,
    /// Where it is, without the version.
    base_url: String,
    /// Masked; `null` when there is none. Written back as shown, it changes nothing.
    api_key: Option<String>,
    /// Whether private and loopback addresses may be connected to.
    allow_private_network: bool,
    /// What has no field of its own.
    config: ProviderConfigShown,
    /// Lower is preferred for default prefixes.
    priority: i32,
    /// Whether it is used.
    enabled: bool,
    /// Made at.
    created_at: String,
    /// Last changed at.
    updated_at: String,
}

/// What has no field of its own.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProviderConfigShown {
    /// Extra headers, values masked.
    headers: BTreeMap<String, String>,
    /// What it speaks: `chat`, `messages`, `responses`, `embeddings`, `gemini`, `converse`, `completions`, `moderations`, `images`,
    /// `audio`, `rerank`.
    dialects: Vec<&'static str>,
    /// Whether it accepts being asked for usage.
    ask_usage: bool,
    /// Whether, where it speaks Responses, it keeps them, so that calls can go on from an earlier one.
    keeps_responses: bool,
    /// `azure`: the version of its API; `null` stands for the usual one.
    api_version: Option<String>,
    /// `bedrock`: the region.
    region: Option<String>,
    /// `bedrock`: where it is instead of the region's own address.
    endpoint: Option<String>,
    /// `bedrock`: which key signs.
    access_key_id: Option<String>,
    /// `bedrock`: masked; `null` when there is none. Written back as shown, it changes nothing.
    secret_access_key: Option<String>,
    /// `bedrock`: masked; `null` when there is none. Written back as shown, it changes nothing.
    session_token: Option<String>,
}

impl From<Provider> for ProviderBody {
    fn from(provider: Provider) -> Self {
        Self {
            id: provider.id.to_string(),
            name: provider.name,
            display_name: provider.display_name,
            provider_type: provider.kind.as_str(),
            base_url: provider.base_url,
            api_key: provider.masked_api_key,
            allow_private_network: provider.allow_private_network,
            config: ProviderConfigShown {
                headers: provider.masked_headers,
                dialects: provider.dialects.iter().map(|dialect| dialect.as_str()).collect(),
                ask_usage: provider.ask_usage,
                keeps_responses: provider.keeps_responses,
                api_version: provider.particulars.api_version,
                region: provider.particulars.region,
                endpoint: provider.particulars.endpoint,
                access_key_id: provider.particulars.access_key_id,
                secret_access_key: provider.particulars.masked_secret_access_key,
                session_token: provider.particulars.masked_session_token,
            },
            priority: provider.priority,
            enabled: provider.enabled,
            created_at: time(provider.created_at_us),
            updated_at: time(provider.updated_at_us),
        }
    }
}

/// A new provider.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewProviderBody {
    /// Its unique name.
    name: String,
    /// For people.
    display_name: Option<String>,
    /// `openai`, `anthropic`, `google`, `azure`, `bedrock`, `custom`.
    provider_type: String,
    /// With or without `/v1`; the public address of its type when absent.
    base_url: Option<String>,
    /// Kept encrypted, never shown again.
    #[schema(value_type = Option<String>)]
    api_key: Option<SecretString>,
    /// Needed for loopback and private addresses.
    #[serde(default)]
    allow_private_network: bool,
    /// What has no field of its own.
    #[serde(default)]
    config: ProviderConfigBody,
    /// Lower is preferred for default prefixes; 100 when absent.
    priority: Option<i32>,
    /// Whether it is used.
    enabled: Option<bool>,
}

/// What has no field of its own.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProviderConfigBody {
    /// Extra headers. Kept encrypted; a value as it was shown stays as it is.
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    headers: Option<BTreeMap<String, SecretString>>,
    /// What it speaks, of what its type can: `chat`, `responses`, `embeddings`, `completions`, `images`, `audio` (`openai`, `azure`,
    /// `custom`), `moderations` (`openai`, `custom`), `rerank` (`custom`), `messages` (`anthropic`, `custom`), `gemini` (`google`),
    /// `converse` (`bedrock`).
    dialects: Option<Vec<String>>,
    /// Whether it accepts being asked for usage.
    ask_usage: Option<bool>,
    /// Whether, where it speaks Responses, it keeps them; `false` for servers without `previous_response_id`, for which the gateway
    /// then keeps them.
    keeps_responses: Option<bool>,
    /// `azure`: the version of its API by date, or `v1` or `preview`; 2024-10-21 when there is none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    api_version: Option<Option<String>>,
    /// `bedrock`: the region, such as `us-east-1`. It or `endpoint` is needed.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    region: Option<Option<String>>,
    /// `bedrock`: where it is instead of the region's own address, such as a VPC endpoint.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    endpoint: Option<Option<String>>,
    /// `bedrock`: which key signs, with `secret_access_key`. Without it calls are sent with `api_key`, a Bedrock API key, or
    /// signed with the role of the machine.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    access_key_id: Option<Option<String>>,
    /// `bedrock`: kept encrypted, never shown again; `null` removes it, as it was shown it stays.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    secret_access_key: Option<Option<SecretString>>,
    /// `bedrock`: of temporary keys; kept encrypted, never shown again; `null` removes it, as it was shown it stays.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    session_token: Option<Option<SecretString>>,
}

impl ProviderConfigBody {
    /// What only some types have.
    fn particulars(&mut self) -> Particulars {
        Particulars {
            api_version: self.api_version.take(),
            region: self.region.take(),
            endpoint: self.endpoint.take(),
            access_key_id: self.access_key_id.take(),
            secret_access_key: self.secret_access_key.take(),
            session_token: self.session_token.take(),
        }
    }
}

impl NewProviderBody {
    /// As the use case takes it.
    pub(crate) fn into_wish(mut self) -> NewProvider {
        NewProvider {
            particulars: self.config.particulars(),
            name: self.name,
            display_name: self.display_name,
            provider_type: self.provider_type,
            base_url: self.base_url,
            api_key: self.api_key,
            allow_private_network: self.allow_private_network,
            headers: self.config.headers.unwrap_or_default(),
            dialects: self.config.dialects,
            ask_usage: self.config.ask_usage,
            keeps_responses: self.config.keeps_responses,
            priority: self.priority,
            enabled: self.enabled,
        }
    }
}

/// What is to change of a provider; absent fields stay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProviderEditBody {
    /// Its unique name.
    name: Option<String>,
    /// For people.
    display_name: Option<String>,
    /// `openai`, `anthropic`, `google`, `azure`, `bedrock`, `custom`.
    provider_type: Option<String>,
    /// With or without `/v1`.
    base_url: Option<String>,
    /// `null` removes it; as it was shown it stays.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    api_key: Option<Option<SecretString>>,
    /// Needed for loopback and private addresses.
    allow_private_network: Option<bool>,
    /// What has no field of its own; absent parts stay.
    config: Option<ProviderConfigBody>,
    /// Lower is preferred for default prefixes.
    priority: Option<i32>,
    /// Whether it is used.
    enabled: Option<bool>,
}

/// What a test of the connection found.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProbeBody {
    /// Whether the provider answered and took the credential.
    ok: bool,
    /// How long it took.
    latency_ms: u64,
    /// How many models it listed.
    models: Option<usize>,
    /// What is wrong: `dns`, `connect`, `connect_timeout`, `tls`, `proxy`, `private_address`, `upstream_auth`,
    /// `no_credential`, `not_found`,
    /// `redirect`, `total_timeout`, `protocol`, ... (the classes of failed attempts).
    error_class: Option<&'static str>,
    /// The status that the provider answered with, if it was not what was hoped for.
    status_code: Option<u16>,
    /// What to mend, with the provider's own words where it gave any.
    message: Option<String>,
    /// Of a provider that signs with the machine's role: whose credentials were found.
    credential_source: Option<String>,
}

impl From<ProbeReport> for ProbeBody {
    fn from(report: ProbeReport) -> Self {
        let failure = report.result.as_ref().err();
        Self {
            ok: failure.is_none(),
            latency_ms: u64::try_from(report.took.as_millis()).unwrap_or(u64::MAX),
            models: report.result.as_ref().ok().copied(),
            error_class: failure.map(|failure| failure.class),
            status_code: failure.and_then(|failure| failure.status),
            message: failure.map(|failure| failure.message.clone()),
            credential_source: report.credential_source,
        }
    }
}

/// A provider that may not be saved yet.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProviderTestBody {
    /// The saved provider that is being edited: what is absent here is as it is saved, and so are secrets that are sent as
    /// they were shown.
    id: Option<String>,
    /// `openai`, `anthropic`, `google`, `azure`, `bedrock`, `custom`; needed without `id`.
    provider_type: Option<String>,
    /// With or without `/v1`; the public address of its type when absent.
    base_url: Option<String>,
    /// The credential.
    #[schema(value_type = Option<String>)]
    api_key: Option<SecretString>,
    /// Needed for loopback and private addresses.
    allow_private_network: Option<bool>,
    /// What has no field of its own.
    #[serde(default)]
    config: ProviderConfigBody,
}

/// How a provider has done lately.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProviderHealthBody {
    /// The provider.
    id: String,
    /// Its name.
    name: String,
    /// Whether it is used.
    enabled: bool,
    /// `ok`, `failing` (more than half of its attempts failed), `degraded` (more than a twentieth did), `unused` (none was made).
    status: &'static str,
    /// Attempts that went to it.
    attempts: u64,
    /// Those that failed through its fault.
    failures: u64,
    /// Their share, 0 to 1; `null` without attempts.
    error_rate: Option<f64>,
    /// Class of the newest failure.
    last_error_class: Option<String>,
    /// When that was.
    last_error_at: Option<String>,
    /// The newest success.
    last_success_at: Option<String>,
}

impl From<Recent> for ProviderHealthBody {
    fn from(recent: Recent) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "a share for people")]
        let error_rate = (recent.attempts > 0).then(|| recent.failures as f64 / recent.attempts as f64);
        let (last_error_class, last_error_at) = recent.last_failure.unzip();
        Self {
            id: recent.id,
            name: recent.name,
            enabled: recent.enabled,
            status: match error_rate {
                None => "unused",
                Some(rate) if rate > 0.5 => "failing",
                Some(rate) if rate > 0.05 => "degraded",
                Some(_) => "ok",
            },
            attempts: recent.attempts,
            failures: recent.failures,
            error_rate,
            last_error_class,
            last_error_at: maybe_time(last_error_at),
            last_success_at: maybe_time(recent.last_success_us),
        }
    }
}

/// How providers have done lately.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProvidersHealthBody {
    /// Length of the time that was looked at, in seconds.
    window_secs: i64,
    /// Calls that were looked at: at most the newest 1000 of that time.
    calls: usize,
    /// Every provider, by name.
    items: Vec<ProviderHealthBody>,
}

/// How far back.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProvidersHealthQuery {
    /// So many minutes, at most 1440; 15 when absent.
    minutes: Option<i64>,
}

/// What deleting or disabling a provider would take away.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProviderImpact {
    /// Models with routes to it. While there are any, it is only deleted `with_routes`.
    models: Vec<DependentModelBody>,
}

/// A model with routes to a provider.
#[derive(Serialize, ToSchema)]
pub(crate) struct DependentModelBody {
    /// The model's row.
    id: String,
    /// The name clients use.
    model_id: String,
    /// Its routes to this provider.
    routes: usize,
    /// Its enabled routes to other providers that are enabled; with 0 the model would lead nowhere.
    other_routes: usize,
}

/// A model as the provider lists it.
#[derive(Serialize, ToSchema)]
pub(crate) struct RemoteModelBody {
    /// Its name there.
    id: String,
    /// Its name for people.
    display_name: Option<String>,
    /// What the price book says of it now; `null` when it knows no price.
    prices: Option<RatesBody>,
    /// Whether one of our models has a route to it.
    routed: bool,
    /// Whether one of our models has this name, so that another cannot be made under it.
    name_taken: bool,
}

fn tagged(status: StatusCode, provider: Provider) -> Tagged<ProviderBody> {
    Tagged { status, version: provider.version, body: provider.into() }
}

/// All providers.
#[utoipa::path(get, path = "/api/admin/providers", tag = "providers",
    responses((status = 200, body = Page<ProviderBody>), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn list(State(app): State<App>, Signed(caller): Signed) -> Answer<Json<Page<ProviderBody>>> {
    let providers = providers::list(&app.control, &caller).await?;
    Ok(Json(Page::whole(providers.into_iter().map(Into::into))))
}

/// Makes a provider.
#[utoipa::path(post, path = "/api/admin/providers", tag = "providers", request_body = NewProviderBody,
    responses((status = 201, body = ProviderBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn create(
    State(app): State<App>,
    Signed(caller): Signed,
    Body(body): Body<NewProviderBody>,
) -> Answer<Tagged<ProviderBody>> {
    Ok(tagged(StatusCode::CREATED, providers::create(&app.control, &caller, body.into_wish()).await?))
}

/// One provider.
#[utoipa::path(get, path = "/api/admin/providers/{id}", tag = "providers", params(("id" = String, Path)),
    responses((status = 200, body = ProviderBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn get(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Answer<Tagged<ProviderBody>> {
    Ok(tagged(StatusCode::OK, providers::get(&app.control, &caller, &id.into()).await?))
}

/// Edits a provider.
#[utoipa::path(patch, path = "/api/admin/providers/{id}", tag = "providers", params(("id" = String, Path)), request_body = ProviderEditBody,
    responses((status = 200, body = ProviderBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 412, body = ErrorBody)))]
pub(crate) async fn update(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Seen(seen): Seen,
    Body(body): Body<ProviderEditBody>,
) -> Answer<Tagged<ProviderBody>> {
    let mut config = body.config.unwrap_or_default();
    let edit = ProviderEdit {
        particulars: config.particulars(),
        name: body.name,
        display_name: body.display_name,
        provider_type: body.provider_type,
        base_url: body.base_url,
        api_key: body.api_key,
        allow_private_network: body.allow_private_network,
        headers: config.headers,
        dialects: config.dialects.map(Some),
        ask_usage: config.ask_usage,
        keeps_responses: config.keeps_responses,
        priority: body.priority,
        enabled: body.enabled,
    };
    Ok(tagged(StatusCode::OK, providers::update(&app.control, &caller, &id.into(), seen, edit).await?))
}

/// What goes with a provider.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeleteProviderQuery {
    /// Also delete the routes that lead to it, and the models that have no other. Refused (409) while there are any when absent.
    with_routes: Option<bool>,
}

/// Deletes a provider that no model leads to, or, when told so, what leads to it as well: all or nothing.
#[utoipa::path(delete, path = "/api/admin/providers/{id}", tag = "providers", params(("id" = String, Path), DeleteProviderQuery),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn delete(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Seen(seen): Seen,
    Asked(query): Asked<DeleteProviderQuery>,
) -> Answer<StatusCode> {
    providers::delete(&app.control, &caller, &id.into(), seen, query.with_routes.unwrap_or(false)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Tests connection and credential.
#[utoipa::path(post, path = "/api/admin/providers/{id}/test", tag = "providers", params(("id" = String, Path)),
    responses((status = 200, body = ProbeBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn test(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Answer<Json<ProbeBody>> {
    let report = providers::test(&app.control, &caller, &id.into()).await?;
    Ok(Json(report.into()))
}

/// Tests connection and credential of a provider that is not saved, or not as it is sent.
#[utoipa::path(post, path = "/api/admin/providers/test", tag = "providers", request_body = ProviderTestBody,
    responses((status = 200, body = ProbeBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn test_unsaved(
    State(app): State<App>,
    Signed(caller): Signed,
    Body(mut body): Body<ProviderTestBody>,
) -> Answer<Json<ProbeBody>> {
    let particulars = body.config.particulars();
    let report = match body.id {
        Some(id) => {
            let edit = ProviderEdit {
                particulars,
                provider_type: body.provider_type,
                base_url: body.base_url,
                api_key: body.api_key.map(Some),
                allow_private_network: body.allow_private_network,
                headers: body.config.headers,
                dialects: body.config.dialects.map(Some),
                ask_usage: body.config.ask_usage,
                keeps_responses: body.config.keeps_responses,
                ..ProviderEdit::default()
            };
            providers::test_edited(&app.control, &caller, &id.into(), edit).await?
        }
        None => {
            let new = NewProvider {
                particulars,
                // Nothing is saved, so nothing needs a name.
                name: "test".to_owned(),
                provider_type: body.provider_type.unwrap_or_default(),
                base_url: body.base_url,
                api_key: body.api_key,
                allow_private_network: body.allow_private_network.unwrap_or(false),
                headers: body.config.headers.unwrap_or_default(),
                dialects: body.config.dialects,
                ask_usage: body.config.ask_usage,
                keeps_responses: body.config.keeps_responses,
                ..NewProvider::default()
            };
            providers::test_new(&app.control, &caller, new).await?
        }
    };
    Ok(Json(report.into()))
}

/// How providers have done lately, from every attempt of the newest calls.
#[utoipa::path(get, path = "/api/admin/providers/health", tag = "providers", params(ProvidersHealthQuery),
    responses((status = 200, body = ProvidersHealthBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn recent(
    State(app): State<App>,
    Signed(caller): Signed,
    Asked(query): Asked<ProvidersHealthQuery>,
) -> Answer<Json<ProvidersHealthBody>> {
    let lately = providers::recent(&app.control, &caller, query.minutes.unwrap_or(15).clamp(1, 1440)).await?;
    Ok(Json(ProvidersHealthBody {
        window_secs: lately.window_us / 1_000_000,
        calls: lately.calls,
        items: lately.providers.into_iter().map(Into::into).collect(),
    }))
}

/// What deleting or disabling a provider would take away.
#[utoipa::path(get, path = "/api/admin/providers/{id}/impact", tag = "providers", params(("id" = String, Path)),
    responses((status = 200, body = ProviderImpact), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn impact(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Answer<Json<ProviderImpact>> {
    let models = providers::impact(&app.control, &caller, &id.into()).await?;
    let models = models.into_iter().map(|one| DependentModelBody {
        id: one.id,
        model_id: one.model_id,
        routes: one.routes,
        other_routes: one.other_routes,
    });
    Ok(Json(ProviderImpact { models: models.collect() }))
}

/// The models that the provider offers, with what the price book says of each. To add several, make a model
/// (`POST /api/admin/models`) for each that is not routed yet.
#[utoipa::path(get, path = "/api/admin/providers/{id}/remote-models", tag = "providers", params(("id" = String, Path)),
    responses((status = 200, body = Page<RemoteModelBody>), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 502, body = ErrorBody)))]
pub(crate) async fn remote_models(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Answer<Json<Page<RemoteModelBody>>> {
    let models = providers::remote_models(&app.control, &caller, &id.into()).await?;
    let items = models.into_iter().map(|m| RemoteModelBody {
        id: m.id,
        display_name: m.display_name,
        prices: m.price.map(|(_, rates)| rates.into()),
        routed: m.routed,
        name_taken: m.name_taken,
    });
    Ok(Json(Page::whole(items)))
}
