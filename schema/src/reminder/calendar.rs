//! The patient's calendar for other programs.

use crate::context::{Options, scope};
use crate::error::{payload, raise};
use crate::scalar::DateTime;
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

/// A link by which calendar programs read your reminders and visits. Whoever has it can read them: it is a secret.
#[derive(SimpleObject)]
pub(crate) struct CalendarFeed {
    /// The link, `https://…/calendar/….ics`: told once, by `createCalendarFeed`. Subscribe to it in a calendar program.
    url: Option<String>,
    /// Whether your own words are shown as titles; else what a reminder is about, in a word.
    includes_titles: bool,
    /// When it was made.
    created_at: DateTime,
}

impl CalendarFeed {
    fn at(public_url: &str, feed: care::reminder::calendar::Feed) -> Self {
        Self {
            url: feed.token.map(|token| format!("{public_url}/calendar/{token}.ics")),
            includes_titles: feed.include_titles,
            created_at: feed.created_at.into(),
        }
    }
}

/// What the calendar is to show.
#[derive(InputObject)]
pub(crate) struct CreateCalendarFeedInput {
    /// Whether your own words are shown as titles, to whoever sees the calendar.
    #[graphql(default_with = "Some(false)")]
    include_titles: Option<bool>,
}

payload! {
    /// What making a link to the calendar answers.
    CreateCalendarFeedPayload {
        /// The link, with its address.
        calendar_feed: CalendarFeed
    }
}

payload! {
    /// What taking the link back answers.
    RevokeCalendarFeedPayload {
        /// Whether there was a link.
        revoked: bool
    }
}

#[derive(Default)]
pub(crate) struct CalendarQuery;

#[Object]
impl CalendarQuery {
    /// Your link for calendar programs, without its address; none where you have none. Patients only.
    async fn calendar_feed(&self, context: &Context<'_>) -> Option<Result<CalendarFeed>> {
        let feed = async { care::reminder::calendar::get(scope(context)?).await.map_err(raise) };
        feed.await.map(|feed| feed.map(|feed| CalendarFeed::at("", feed))).transpose()
    }
}

#[derive(Default)]
pub(crate) struct CalendarMutation;

#[Object]
impl CalendarMutation {
    /// Makes a link by which calendar programs read your reminders and visits. You have one: the link before it opens
    /// nothing any more. Patients only.
    async fn create_calendar_feed(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What the calendar is to show.")] input: CreateCalendarFeedInput,
    ) -> Result<CreateCalendarFeedPayload> {
        let public_url = &context.data::<Options>()?.public_url;
        let made =
            care::reminder::calendar::create(scope(context)?, input.include_titles.unwrap_or(false)).await;
        CreateCalendarFeedPayload::of(made.map(|feed| CalendarFeed::at(public_url, feed)))
    }

    /// Takes the link for calendar programs back. Patients only.
    async fn revoke_calendar_feed(&self, context: &Context<'_>) -> Result<RevokeCalendarFeedPayload> {
        RevokeCalendarFeedPayload::of(care::reminder::calendar::revoke(scope(context)?).await)
    }
}
