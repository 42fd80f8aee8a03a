//! Upstream providers.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use thinkwatch_control::providers::{self, NewProvider, Provider, ProviderEdit};
use utoipa::ToSchema;

use crate::answer::{Seen, Tagged};
use crate::body::Body;
use crate::error::{Answer, ErrorBody};
use crate::keys::given;
use crate::shown::{Page, time};
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
    /// `openai`, `anthropic`, `custom`.
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
    /// What it speaks: `chat`, `messages`, `responses`, `embeddings`.
    dialects: Vec<&'static str>,
    /// Whether it accepts being asked for usage.
    ask_usage: bool,
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
    /// `openai`, `anthropic`, `custom`.
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
    /// What it speaks: `chat`, `messages`, `responses`, `embeddings`.
    dialects: Option<Vec<String>>,
    /// Whether it accepts being asked for usage.
    ask_usage: Option<bool>,
}

impl NewProviderBody {
    /// As the use case takes it.
    pub(crate) fn into_wish(self) -> NewProvider {
        NewProvider {
            name: self.name,
            display_name: self.display_name,
            provider_type: self.provider_type,
            base_url: self.base_url,
            api_key: self.api_key,
            allow_private_network: self.allow_private_network,
            headers: self.config.headers.unwrap_or_default(),
            dialects: self.config.dialects,
            ask_usage: self.config.ask_usage,
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
    /// `openai`, `anthropic`, `custom`.
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
    /// What to mend.
    message: Option<String>,
}

/// A model as the provider lists it.
#[derive(Serialize, ToSchema)]
pub(crate) struct RemoteModelBody {
    /// Its name there.
    id: String,
    /// Its name for people.
    display_name: Option<String>,
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
    let config = body.config.unwrap_or_default();
    let edit = ProviderEdit {
        name: body.name,
        display_name: body.display_name,
        provider_type: body.provider_type,
        base_url: body.base_url,
        api_key: body.api_key,
        allow_private_network: body.allow_private_network,
        headers: config.headers,
        dialects: config.dialects.map(Some),
        ask_usage: config.ask_usage,
        priority: body.priority,
        enabled: body.enabled,
    };
    Ok(tagged(StatusCode::OK, providers::update(&app.control, &caller, &id.into(), seen, edit).await?))
}

/// Deletes a provider that no model leads to.
#[utoipa::path(delete, path = "/api/admin/providers/{id}", tag = "providers", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn delete(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Seen(seen): Seen,
) -> Answer<StatusCode> {
    providers::delete(&app.control, &caller, &id.into(), seen).await?;
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
    Ok(Json(ProbeBody {
        ok: report.result.is_ok(),
        latency_ms: u64::try_from(report.took.as_millis()).unwrap_or(u64::MAX),
        models: report.result.as_ref().ok().copied(),
        message: report.result.err(),
    }))
}

/// The models that the provider offers.
#[utoipa::path(get, path = "/api/admin/providers/{id}/remote-models", tag = "providers", params(("id" = String, Path)),
    responses((status = 200, body = Page<RemoteModelBody>), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 502, body = ErrorBody)))]
pub(crate) async fn remote_models(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Answer<Json<Page<RemoteModelBody>>> {
    let models = providers::remote_models(&app.control, &caller, &id.into()).await?;
    let items = models.into_iter().map(|m| RemoteModelBody { id: m.id, display_name: m.display_name });
    Ok(Json(Page::whole(items)))
}
