//! `/settings`: read, change, and what each takes. The schemas are made from the settings' declarations.

use super::json::{Body, Distinct};
use super::problem::Problem;
use super::staff::OnDuty;
use crate::guard::limits::{BUDGETS, Budget};
use crate::latchkey::SharedLatchkey;
use crate::settings::change::{change as change_settings, current};
use crate::settings::kind::{LONGEST_KEY, LONGEST_NAME, LONGEST_URL, MOST_FACTS, MOST_ORIGINS};
use crate::settings::{Declaration, Kind, declarations, grouped};
use axum::Json;
use axum::extract::State;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use std::borrow::Cow;
use utoipa::openapi::schema::{AdditionalProperties, SchemaType, Type};
use utoipa::openapi::{ArrayBuilder, Object, ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Every setting by group and name. Of a secret only whether it is set.
#[derive(Serialize)]
pub struct Settings(Map<String, Value>);

/// Groups of settings to change.
pub struct SettingsPatch {
    current_password: Option<String>,
    groups: Map<String, Value>,
}

impl<'de> Deserialize<'de> for SettingsPatch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Distinct(Value::Object(mut groups)) = Distinct::deserialize(deserializer)? else {
            return Err(D::Error::custom("not an object"));
        };
        let current_password = match groups.remove("current_password") {
            None | Some(Value::Null) => None,
            Some(Value::String(password)) => Some(password),
            Some(_) => return Err(D::Error::custom("current_password is not a text")),
        };
        Ok(Self {
            current_password,
            groups,
        })
    }
}

/// One setting.
#[derive(Serialize, ToSchema)]
pub struct SettingSchema {
    #[schema(example = "reset.link_expiry_minutes")]
    name: &'static str,
    #[schema(example = "reset")]
    group: &'static str,
    /// `switch`, `number`, `choice`, `text`, `address`, `text_per_language`, `url` or `list`.
    #[schema(example = "number")]
    kind: &'static str,
    /// In words.
    #[schema(example = "a whole number from 1 to 1440, or null")]
    takes: String,
    label: &'static str,
    help: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    minimum: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    choices: Option<Vec<&'static str>>,
    /// What counts while nothing is set.
    default: Value,
    /// Never told; see only whether it is set.
    secret: bool,
    /// People confirm a change with `current_password`.
    guarded: bool,
    /// Fixed by the server's configuration: changing it is a conflict.
    pinned: bool,
}

#[derive(Serialize, ToSchema)]
pub struct SettingSchemas {
    items: Vec<SettingSchema>,
    next_cursor: Option<String>,
}

/// Shows all settings.
#[utoipa::path(
    get, path = "/settings", tag = "settings", security(("session" = []), ("api_key" = ["settings:read"])),
    responses(
        (status = 200, body = Settings),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn show(State(latchkey): State<SharedLatchkey>, OnDuty(staff): OnDuty) -> Result<Json<Settings>, Problem> {
    let shown = current(&latchkey, &staff).await?;
    let values = shown
        .into_iter()
        .map(|shown| (shown.declared.name.to_owned(), shown.value));
    Ok(Json(Settings(grouped(values))))
}

/// Changes settings: what is named, all of it or nothing; null unsets. Counts at once on every server. `current_password` is the acting
/// person's own, needed where a guarded setting changes; keys need none.
#[utoipa::path(
    patch, path = "/settings", tag = "settings", security(("session" = []), ("api_key" = ["settings:write"])),
    request_body(
        content = SettingsPatch,
        example = json!({ "reset": { "link_expiry_minutes": 45 }, "branding": { "support_contact": null } }),
    ),
    responses(
        (status = 200, body = Settings, description = "Changed; all settings as they are now, where the caller may read them, else nothing"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "forbidden, confirmation_needed, current_password_wrong"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "conflict: pinned, or contradicts another setting"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "invalid: `field` names the setting, `detail` what it takes"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "busy"),
    ),
)]
pub async fn change(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
    Body(patch): Body<SettingsPatch>,
) -> Result<Json<Settings>, Problem> {
    change_settings(&latchkey, &staff, &patch.groups, patch.current_password.as_deref()).await?;
    if !staff.may(crate::staff::Permission::ReadSettings) {
        return Ok(Json(Settings(Map::new())));
    }
    show(State(latchkey), OnDuty(staff)).await
}

/// What every setting takes, its default, and whether it can be changed here.
#[utoipa::path(
    get, path = "/settings/schema", tag = "settings", security(("session" = []), ("api_key" = ["settings:read"])),
    responses(
        (status = 200, body = SettingSchemas),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn schema(
    State(latchkey): State<SharedLatchkey>,
    OnDuty(staff): OnDuty,
) -> Result<Json<SettingSchemas>, Problem> {
    let items = current(&latchkey, &staff).await?.into_iter().map(|shown| {
        let declared = shown.declared;
        let (minimum, maximum) = match declared.kind {
            Kind::Number { min, max } | Kind::NumberOrUnset { min, max } => (Some(min), Some(max)),
            _ => (None, None),
        };
        SettingSchema {
            name: declared.name,
            group: declared.group(),
            kind: declared.kind.word(),
            takes: declared.kind.takes().to_string(),
            label: declared.label(),
            help: declared.help(),
            minimum,
            maximum,
            choices: match declared.kind {
                Kind::Choice(choices) => Some(choices.to_vec()),
                _ => None,
            },
            default: shown.default,
            secret: declared.secret,
            guarded: declared.guarded,
            pinned: shown.pinned,
        }
    });
    Ok(Json(SettingSchemas {
        items: items.collect(),
        next_cursor: None,
    }))
}

impl ToSchema for Settings {
    fn name() -> Cow<'static, str> {
        "Settings".into()
    }
}

impl PartialSchema for Settings {
    fn schema() -> RefOr<Schema> {
        groups(|declared| {
            if declared.secret {
                let set = ObjectBuilder::new().property("set", of_type(Type::Boolean));
                let set = set.schema_type(SchemaType::from_iter([Type::Object, Type::Null]));
                RefOr::T(Schema::Object(set.build()))
            } else {
                takes(declared.kind, false)
            }
        })
        .into()
    }
}

impl ToSchema for SettingsPatch {
    fn name() -> Cow<'static, str> {
        "SettingsPatch".into()
    }
}

impl PartialSchema for SettingsPatch {
    fn schema() -> RefOr<Schema> {
        let mut groups = groups(|declared| takes(declared.kind, true));
        let password = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .description(Some("The acting person's own password"));
        groups.properties.insert("current_password".to_owned(), password.into());
        groups.into()
    }
}

fn groups(property: impl Fn(&Declaration) -> RefOr<Schema>) -> Object {
    let mut names: Vec<&str> = declarations().map(Declaration::group).collect();
    names.dedup();
    names
        .into_iter()
        .fold(closed(), |all, group| {
            let of_group = declarations().filter(|declared| declared.group() == group);
            let settings = of_group.fold(closed(), |settings, declared| {
                let name = declared.name.split_once('.').map_or(declared.name, |(_, name)| name);
                settings.property(name, property(declared))
            });
            all.property(group, settings)
        })
        .build()
}

fn closed() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::Object))
        .additional_properties(Some(AdditionalProperties::FreeForm(false)))
}

fn of_type(kind: Type) -> Object {
    ObjectBuilder::new().schema_type(SchemaType::new(kind)).build()
}

/// What a line of text may hold, as [`Kind::check`] sees it.
const LINE: &str = r"^[^\u0000-\u001f\u007f-\u009f]*$";
const PUBLIC_LINE: &str = r"^[^{}\u0000-\u001f\u007f-\u009f]*$";
const LANGUAGE: &str = "^[A-Za-z0-9-]{2,35}$";

/// The schema of a value. In a patch every one may be null, too, which unsets it.
fn takes(kind: Kind, in_patch: bool) -> RefOr<Schema> {
    let nullable = in_patch || matches!(kind, Kind::NumberOrUnset { .. });
    let types = |kind| {
        if nullable {
            SchemaType::from_iter([kind, Type::Null])
        } else {
            SchemaType::new(kind)
        }
    };
    let text = |max, pattern| {
        ObjectBuilder::new()
            .schema_type(types(Type::String))
            .max_length(Some(max))
            .pattern(Some(pattern))
    };
    let object = match kind {
        Kind::Switch => ObjectBuilder::new().schema_type(types(Type::Boolean)),
        Kind::Number { min, max } | Kind::NumberOrUnset { min, max } => ObjectBuilder::new()
            .schema_type(types(Type::Integer))
            .minimum(Some(min))
            .maximum(Some(max)),
        Kind::Choice(choices) => {
            let all = choices.iter().map(|choice| Value::from(*choice));
            let all = all.chain(nullable.then_some(Value::Null));
            ObjectBuilder::new()
                .schema_type(types(Type::String))
                .enum_values(Some(all.collect::<Vec<_>>()))
        }
        Kind::Line { max } | Kind::Secret { max } => text(max, LINE),
        Kind::Colour(_) => text(7, "^(#[0-9A-Fa-f]{6}|#[0-9A-Fa-f]{3})?$").description(Some(kind.takes().to_string())),
        Kind::Address => text(254, LINE).description(Some("A mail address, or nothing")),
        Kind::PublicUrl | Kind::MailUrl => text(LONGEST_URL, LINE).description(Some(kind.takes().to_string())),
        Kind::Page => text(LONGEST_URL, r"^(/|https?://)[!-\[\]-~]*$").description(Some(kind.takes().to_string())),
        Kind::Resolver => text(100, LINE).description(Some(kind.takes().to_string())),
        Kind::Selector => text(63, "^[A-Za-z0-9.-]+$").description(Some(kind.takes().to_string())),
        Kind::Domain => text(200, "^[A-Za-z0-9.-]*$").description(Some(kind.takes().to_string())),
        // The one text of several lines.
        Kind::SigningKey => ObjectBuilder::new()
            .schema_type(types(Type::String))
            .max_length(Some(LONGEST_KEY))
            .description(Some(kind.takes().to_string())),
        Kind::QueryName => text(LONGEST_NAME, "^[A-Za-z][A-Za-z0-9_-]*$"),
        Kind::PublicText { max } => ObjectBuilder::new()
            .schema_type(types(Type::Object))
            .property_names(Some(of_pattern(LANGUAGE)))
            .additional_properties(Some(RefOr::T(Schema::Object(
                ObjectBuilder::new()
                    .schema_type(SchemaType::new(Type::String))
                    .max_length(Some(max))
                    .pattern(Some(PUBLIC_LINE))
                    .build(),
            )))),
        Kind::Budgets => {
            let number = |budget: Budget| {
                ObjectBuilder::new()
                    .schema_type(SchemaType::new(Type::Integer))
                    .minimum(Some(budget.least))
                    .maximum(Some(budget.most))
            };
            let object = ObjectBuilder::new().schema_type(types(Type::Object));
            BUDGETS
                .into_iter()
                .fold(object, |object, budget| object.property(budget.name, number(budget)))
                .additional_properties(Some(AdditionalProperties::FreeForm(false)))
        }
        Kind::Facts => {
            let list = ArrayBuilder::new()
                .schema_type(types(Type::Array))
                .items(of_pattern(crate::fact::NAME_PATTERN))
                .max_items(Some(MOST_FACTS))
                .unique_items(true);
            return RefOr::T(Schema::Array(list.build()));
        }
        Kind::Origins => {
            let list = ArrayBuilder::new()
                .schema_type(types(Type::Array))
                .items(of_pattern("^https?://[^/?#@\\\\]+/?$"))
                .max_items(Some(MOST_ORIGINS));
            return RefOr::T(Schema::Array(list.build()));
        }
    };
    RefOr::T(Schema::Object(object.build()))
}

fn of_pattern(pattern: &str) -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::String))
        .pattern(Some(pattern))
        .build()
}
