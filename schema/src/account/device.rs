//! Devices that take pushes, and a patient's settings.

use crate::context::scope;
use crate::error::{UserError, payload, settle};
use crate::id;
use crate::patient::{Patient, ZonePolicy};
use crate::reminder::ReminderKind;
use crate::scalar::{DateTime, LocalTime, TimeZone};
use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use care::id::Kind;

/// What carries pushes to a device.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::account::Platform")]
pub(crate) enum Platform {
    /// Apple's push service.
    Ios,
    /// Google's push service.
    Android,
    /// The server's own output, for trying it out.
    Console,
}

/// A device that takes pushes.
#[derive(SimpleObject)]
struct Device {
    /// Its id.
    id: ID,
    /// What carries its pushes.
    platform: Platform,
    /// The app's version.
    app_version: String,
    /// BCP 47 tag.
    language: String,
    /// The zone the device is in.
    time_zone: TimeZone,
    /// When it was last registered.
    last_seen_at: DateTime,
}

impl From<care::account::Device> for Device {
    fn from(device: care::account::Device) -> Self {
        Self {
            id: id::encode(Kind::Device, device.id),
            platform: device.platform.into(),
            app_version: device.app_version,
            language: device.language,
            time_zone: TimeZone(device.time_zone),
            last_seen_at: device.last_seen_at.into(),
        }
    }
}

/// What a device tells of itself.
#[derive(InputObject)]
struct RegisterDeviceInput {
    /// What carries its pushes.
    platform: Platform,
    /// The provider's token, at most 4,096 characters.
    push_token: String,
    /// The app's version, at most 50 characters.
    app_version: String,
    /// BCP 47 tag.
    language: String,
    /// The zone the device is in. A patient's days and reminders follow it, unless set otherwise.
    time_zone: TimeZone,
}

payload! {
    /// The device that was registered.
    RegisterDevicePayload {
        /// The device.
        device: Device
    }
}

/// The device to take off the list.
#[derive(InputObject)]
struct UnregisterDeviceInput {
    /// The device.
    id: ID,
}

/// The device that was taken off the list.
#[derive(SimpleObject)]
struct UnregisterDevicePayload {
    /// The id of the device, which gets no more pushes.
    device_id: Option<ID>,
    /// What is wrong with the input; nothing was changed then.
    user_errors: Vec<UserError>,
}

/// The daily stretch in which no reminder comes, on the patient's clock.
#[derive(InputObject)]
struct QuietHoursInput {
    /// The first quiet minute.
    start: LocalTime,
    /// The first minute that is no longer quiet; earlier than the start: it spans midnight.
    end: LocalTime,
}

/// A change of the patient's settings; what is missing stays.
#[derive(InputObject)]
struct UpdateSettingsInput {
    /// Whose zone decides what a day is.
    zone_policy: Option<ZonePolicy>,
    /// The zone.
    time_zone: Option<TimeZone>,
    /// Quiet hours; null removes them.
    quiet_hours: MaybeUndefined<QuietHoursInput>,
    /// The kinds of reminders of which no push comes; an empty list: none is muted.
    muted_reminders: Option<Vec<ReminderKind>>,
    /// BCP 47 tag.
    language: Option<String>,
    /// ISO 3166 alpha-2 code that chooses the emergency number.
    emergency_country: Option<String>,
}

payload! {
    /// The patient with the new settings.
    UpdateSettingsPayload {
        /// The patient.
        patient: Patient
    }
}

/// The changes of devices and settings.
#[derive(Default)]
pub(super) struct DeviceMutation;

#[Object]
impl DeviceMutation {
    /// Registers the device for pushes, or renews what is known of it. Call it at every start of
    /// the app, and when the token or the zone changes.
    async fn register_device(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What the device tells of itself.")] input: RegisterDeviceInput,
    ) -> Result<RegisterDevicePayload> {
        let device = care::account::RegisterDevice {
            platform: input.platform.into(),
            push_token: input.push_token,
            app_version: input.app_version,
            language: input.language,
            time_zone: input.time_zone.0,
        };
        RegisterDevicePayload::of(care::reminder::register_device(scope(context)?, device).await)
    }

    /// Takes a device of the account off the list, for example at sign-out.
    async fn unregister_device(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The device.")] input: UnregisterDeviceInput,
    ) -> Result<UnregisterDevicePayload> {
        let gone = match id::input(Kind::Device, "id", &input.id) {
            Ok(id) => care::account::unregister_device(scope(context)?, id).await,
            Err(fault) => Err(fault.into()),
        };
        let (gone, user_errors) = settle(gone)?;
        Ok(UnregisterDevicePayload { device_id: gone.map(|()| input.id), user_errors })
    }

    /// Changes the settings of the patient who is signed in. Reminders follow a change of zone.
    async fn update_settings(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateSettingsInput,
    ) -> Result<UpdateSettingsPayload> {
        let quiet_hours = match input.quiet_hours {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(quiet) => Some(Some((quiet.start.0, quiet.end.0))),
        };
        let settings = care::reminder::UpdateSettings {
            zone_policy: input.zone_policy.map(Into::into),
            time_zone: input.time_zone.map(|zone| zone.0),
            quiet_hours,
            muted: input.muted_reminders.map(|kinds| kinds.into_iter().map(Into::into).collect()),
            language: input.language,
            emergency_country: input.emergency_country,
        };
        UpdateSettingsPayload::of(care::reminder::update_settings(scope(context)?, settings).await)
    }
}
