//! Azure's manners around OpenAI's formats: the deployment stands in the path, and a version is asked for.

use serde_json::Value;

/// The query must name a version of the API, and nothing else that is unknown.
pub(crate) fn check_version(query: &str, path: &str) -> Result<(), String> {
    let mut versions = query.split('&').filter_map(|pair| pair.strip_prefix("api-version="));
    let (version, again) = (versions.next(), versions.next());
    let newest = path.starts_with("/openai/v1/");
    match version {
        Some(_) if again.is_some() => Err("api-version: given twice".to_owned()),
        // The newest interface has versions by name, and one that is meant without a word.
        Some("preview" | "latest" | "v1") if newest => Ok(()),
        None if newest => Ok(()),
        Some(version) if !newest && is_date(version.strip_suffix("-preview").unwrap_or(version)) => Ok(()),
        Some(version) => Err(format!("API version not supported: {version}")),
        None => Err("Missing required query parameter: api-version".to_owned()),
    }
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let digits = |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    matches!(parts[..], [year, month, day] if digits(year, 4) && digits(month, 2) && digits(day, 2))
}

/// The body as OpenAI takes it: its model is the deployment, whatever else it said.
pub(crate) fn with_model(mut body: Value, deployment: &str) -> Result<Value, String> {
    if body.get("model").is_some_and(|model| !model.is_string() && !model.is_null()) {
        return Err("model: must be a string".to_owned());
    }
    if let Some(fields) = body.as_object_mut() {
        fields.insert("model".to_owned(), Value::from(deployment));
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::check_version;

    #[test]
    fn a_version_is_asked_for_where_there_are_versions() {
        for (query, path, fits) in [
            ("api-version=2024-10-21", "/openai/deployments/x/chat/completions", true),
            ("a=b&api-version=2025-03-01-preview", "/openai/responses", true),
            ("", "/openai/models", false),
            ("api-version=", "/openai/models", false),
            ("api-version=2024-1-2", "/openai/models", false),
            ("api-version=preview", "/openai/models", false),
            ("api-version=2024-10-21&api-version=2024-10-21", "/openai/models", false),
            ("api-version=preview", "/openai/v1/responses", true),
            ("", "/openai/v1/responses", true),
            ("api-version=2024-10-21", "/openai/v1/responses", false),
        ] {
            assert_eq!(check_version(query, path).is_ok(), fits, "{path}?{query}");
        }
    }
}
