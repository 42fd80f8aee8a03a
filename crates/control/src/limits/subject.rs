//! Whom a rule counts: found by what the caller calls it, and whether the caller may see or set its rules.

use std::collections::HashMap;

use thinkwatch_policy::access::Action;
use thinkwatch_policy::ids::{KeyId, UserId};
use thinkwatch_policy::limits::SubjectKind;
use thinkwatch_policy::routing;
use thinkwatch_store::{StoreError, UserWithRoles};

use super::Named;
use crate::caller::Caller;
use crate::control::Control;
use crate::error::{ControlError, Result};
use crate::users::may_act_for;

/// What a path may say for the organisation, of which there is one and which has no id.
const THE_ORGANISATION: [&str; 3] = ["organisation", "default", "-"];

/// What is to be done with the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    See,
    Set,
}

/// Finds the subject. Those who may not know of it are told that there is none.
pub(super) async fn find(control: &Control, caller: &Caller, kind: &str, id: &str, wish: Wish) -> Result<Named> {
    // Before anything is said about kinds or ids: whoever may do nothing here learns nothing.
    match wish {
        Wish::See => may_see_any(caller).or_else(|_| caller.may(Action::AccountOwn))?,
        Wish::Set => may_set_any(caller)?,
    }
    let kind = SubjectKind::parse(kind).ok_or_else(|| unknown_kind(kind))?;
    if wish == Wish::Set {
        caller.may(setting(kind))?;
    }
    let found = match kind {
        SubjectKind::Organisation if THE_ORGANISATION.contains(&id) => organisation(),
        SubjectKind::Organisation => return Err(ControlError::NotFound("organisation (give `default`)")),
        SubjectKind::User => return user(control, caller, id, wish).await,
        SubjectKind::Key => return key(control, caller, id, wish).await,
        SubjectKind::Provider => provider(control, id).await?,
        SubjectKind::Model => model(control, id).await?,
        SubjectKind::Route => route(control, id).await?,
        SubjectKind::Team => return Err(not_yet("there are no teams yet")),
        SubjectKind::McpServer | SubjectKind::McpTool => return Err(not_yet("there is no MCP gateway yet")),
    };
    if wish == Wish::See {
        may_see_any(caller)?;
    }
    Ok(found)
}

/// May the caller see everybody's limits?
pub(super) fn may_see_any(caller: &Caller) -> Result<()> {
    caller.may(Action::LimitsRead)
}

fn may_set_any(caller: &Caller) -> Result<()> {
    let some = [Action::ProvidersWrite, Action::ModelsWrite].into_iter().any(|action| caller.allows(action));
    if some { Ok(()) } else { caller.may(Action::LimitsWrite) }
}

/// What one must be allowed to, to set rules: those of providers, models and routes are part of how they are run.
const fn setting(kind: SubjectKind) -> Action {
    match kind {
        SubjectKind::Provider => Action::ProvidersWrite,
        SubjectKind::Model | SubjectKind::Route => Action::ModelsWrite,
        _ => Action::LimitsWrite,
    }
}

fn unknown_kind(text: &str) -> ControlError {
    let known: Vec<_> = SubjectKind::ALL.into_iter().map(SubjectKind::as_str).collect();
    ControlError::invalid("subject_kind", format!("`{text}` is not one of {}", known.join(", ")))
}

fn not_yet(why: &str) -> ControlError {
    ControlError::invalid("subject_kind", format!("{why}: a limit for it would not act"))
}

fn organisation() -> Named {
    Named { kind: SubjectKind::Organisation, id: String::new(), name: "organisation".to_owned() }
}

async fn user(control: &Control, caller: &Caller, id: &str, wish: Wish) -> Result<Named> {
    let found = match control.store.get_user(&UserId::from(id)).await {
        Err(StoreError::NotFound(_)) => control.store.find_user_by_email(id).await?,
        found => Some(found?),
    };
    let found = found.ok_or(ControlError::NotFound("user"))?;
    allowed_on(caller, &found, wish, "user")?;
    Ok(Named { kind: SubjectKind::User, id: found.user.id, name: found.user.email })
}

/// A key, by the id of one of its secrets or by its lineage: the rules outlive rotation.
async fn key(control: &Control, caller: &Caller, id: &str, wish: Wish) -> Result<Named> {
    let secret = match control.store.get_api_key(&KeyId::from(id)).await {
        Err(StoreError::NotFound(_)) => {
            let principals = control.publisher.handle().principals.load();
            let by_lineage = principals.keys.values().find(|key| key.lineage.as_str() == id).map(|key| key.id.clone());
            control.store.get_api_key(&by_lineage.ok_or(ControlError::NotFound("API key"))?).await?
        }
        found => found?,
    };
    let owner = control.store.get_user(&UserId::from(secret.user_id.as_str())).await?;
    allowed_on(caller, &owner, wish, "API key")?;
    Ok(Named { kind: SubjectKind::Key, id: secret.lineage_id, name: secret.name })
}

/// Everyone may see what holds for themselves. Nobody sets rules for somebody stronger.
fn allowed_on(caller: &Caller, owner: &UserWithRoles, wish: Wish, what: &'static str) -> Result<()> {
    match wish {
        Wish::Set => may_act_for(caller, owner),
        Wish::See if caller.allows(Action::LimitsRead) || caller.is(&owner.user.id) => Ok(()),
        Wish::See => Err(ControlError::NotFound(what)),
    }
}

async fn provider(control: &Control, id: &str) -> Result<Named> {
    let providers = control.store.list_providers().await?;
    let found = providers.into_iter().find(|row| row.id == id || row.name == id);
    let found = found.ok_or(ControlError::NotFound("provider"))?;
    Ok(Named { kind: SubjectKind::Provider, id: found.id, name: found.name })
}

/// A model by its id or by the name that clients use; also one that is only served by a default prefix.
async fn model(control: &Control, id: &str) -> Result<Named> {
    let models = control.store.list_models().await?;
    let found = models.into_iter().find(|known| known.model.id == id || known.model.model_id == id);
    let name = match found {
        Some(found) => found.model.model_id,
        None if routing::resolve(&control.publisher.handle().catalogue.load(), id).is_some() => id.to_owned(),
        None => return Err(ControlError::NotFound("model")),
    };
    Ok(Named { kind: SubjectKind::Model, id: name.clone(), name })
}

async fn route(control: &Control, id: &str) -> Result<Named> {
    let models = control.store.list_models().await?;
    let routes = models.iter().flat_map(|known| known.routes.iter().map(move |route| (&known.model, route)));
    let (model, route) = routes.into_iter().find(|(_, route)| route.id == id).ok_or(ControlError::NotFound("route"))?;
    let name = format!("{} → {}", model.model_id, route.upstream_model);
    Ok(Named { kind: SubjectKind::Route, id: route.id.clone(), name })
}

/// Names of all subjects there are, from the snapshot: whoever lists rules has too many of them to ask the store for each.
pub(super) struct Names {
    by_id: HashMap<(SubjectKind, String), String>,
}

impl Names {
    pub(super) fn of(control: &Control) -> Self {
        let handle = control.publisher.handle();
        let (principals, catalogue) = (handle.principals.load(), handle.catalogue.load());
        let users = principals.users.values().map(|user| ((SubjectKind::User, user.id.to_string()), &*user.email));
        let keys = principals.keys.values().map(|key| ((SubjectKind::Key, key.lineage.to_string()), &*key.name));
        let providers =
            catalogue.providers.iter().map(|known| ((SubjectKind::Provider, known.id.to_string()), &*known.name));
        let mut by_id: HashMap<_, _> =
            users.chain(keys).chain(providers).map(|(key, name)| (key, name.to_owned())).collect();
        for model in catalogue.models.values() {
            for route in &model.routes {
                let name = format!("{} → {}/{}", model.name, route.provider.name, route.upstream_model);
                by_id.insert((SubjectKind::Route, route.id.to_string()), name);
            }
        }
        Self { by_id }
    }

    pub(super) fn named(&self, kind: SubjectKind, id: &str) -> Named {
        if kind == SubjectKind::Organisation {
            return organisation();
        }
        let name = self.by_id.get(&(kind, id.to_owned())).map_or(id, String::as_str).to_owned();
        Named { kind, id: id.to_owned(), name }
    }
}
